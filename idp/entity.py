"""Entity: owns what this node says about itself to other entities. Does not know HTTP or who reads it.

Imports federation and keys. Each role's metadata carries the OIDC keys inline, so that one verified statement
is enough to talk to us: nothing else has to be fetched, and nothing unsigned is believed.
"""

from collections.abc import Callable, Mapping, Sequence

from federation import entity
from idp.clock import Clock
from idp.introduced import CONFIRMS
from keys.key import SigningKey
from keys.ledger import Tally
from keys.ring import KeyRing, signs

Roles = Mapping[str, Mapping[str, object]]
"""Metadata by entity type: `openid_provider`, `openid_relying_party`, `federation_entity`."""

_ELSEWHERE = ("jwks_uri", "signed_jwks_uri")
_SPEAKS_OIDC = ("openid_provider", "openid_relying_party")


class Entity:
    """This node as an entity of the federation.

    Args:
        entity_id: our issuer.
        roles: metadata by entity type, without keys.
        oidc: gives the ring that signs tokens, or None for a node that nobody signs in at.
        federation: gives the ring that signs statements.
        tally: notes until when what was signed counts.
        held: for each peer, the kids of its that we would believe something from.
        authority_hints: our immediate superiors; empty for an anchor.
        lifetime: seconds until a statement expires.
        clock: seconds since 1970.
        alg: the algorithm to sign statements with, once a key of it may sign; until then ES256.
        further: what else the entity configuration says: marks, and who issues and owns them.
    """

    def __init__(
        self,
        *,
        entity_id: str,
        roles: Roles,
        oidc: Callable[[], KeyRing] | None,
        federation: Callable[[], KeyRing],
        tally: Tally,
        held: Callable[[], Mapping[str, Sequence[str]]],
        authority_hints: Sequence[str],
        lifetime: int,
        clock: Clock,
        alg: str = "ES256",
        further: Callable[[], Mapping[str, object]] = dict,
    ) -> None:
        self._entity_id = entity_id
        self._roles = roles
        self._oidc = oidc
        self._federation = federation
        self._tally = tally
        self._held = held
        self._authority_hints = authority_hints
        self._lifetime = lifetime
        self._clock = clock
        self._alg = alg
        self._further = further

    def configuration(self) -> str:
        """Return our entity configuration, signed now (OIDF §3.1)."""
        now, ring, signer = self._clock(), self._federation(), self.signer()
        self._tally.note(signer.kid, at=now, exp=now + self._lifetime)
        return entity.configuration(
            entity_id=self._entity_id,
            ring=ring,
            metadata={kind: self._complete(kind, role, now) for kind, role in self._roles.items()},
            authority_hints=self._authority_hints,
            now=now,
            lifetime=self._lifetime,
            alg=signer.alg,
            further=self._further(),
        )

    def signer(self) -> SigningKey:
        """The key that signs our documents now."""
        now, ring = self._clock(), self._federation()
        return ring.signer(now, usable(ring, self._alg, now))

    def jwks(self) -> Mapping[str, object] | None:
        """Return the public keys of our tokens, or None where no tokens are made."""
        return self._oidc().jwks(self._clock()) if self._oidc else None

    def token_kids(self) -> list[str]:
        """Names of the published keys of our tokens."""
        return [key.kid for key in self._oidc().published(self._clock())] if self._oidc else []

    def kids(self) -> list[str]:
        """Names of all published keys: the entity configuration carries both rings."""
        return [*(key.kid for key in self._federation().published(self._clock())), *self.token_kids()]

    def _complete(self, kind: str, role: Mapping[str, object], now: float) -> Mapping[str, object]:
        if kind == "federation_entity":
            held = {issuer: list(kids) for issuer, kids in self._held().items()}
            return {**role, CONFIRMS: held} if held else role
        if kind not in _SPEAKS_OIDC or self._oidc is None:
            return role
        # One source of keys (OIDF §5.2.1: of jwks, jwks_uri and signed_jwks_uri, one where possible).
        return {name: value for name, value in role.items() if name not in _ELSEWHERE} | {
            "jwks": self._oidc().jwks(now)
        }


def usable(ring: KeyRing, alg: str, now: float) -> str:
    """The algorithm that a ring signs with: the one that is wished for, once a key of it may sign."""
    return alg if any(key.alg == alg and signs(key, now) for key in ring.keys) else "ES256"
