"""Publications: owns the signed documents about our keys that anybody may fetch. Does not know HTTP.

Each is signed once for a while and then handed out again: whoever asks cannot make us sign, and a cache can
ask whether its copy is still the same. What changes in the rings, or in what we say, shows at once.
Imports entity, keys.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from idp.clock import Clock
from idp.entity import Entity
from keys.history import HISTORICAL_TYP, RING, historical
from keys.jose import sign
from keys.ledger import Tally
from keys.ring import KeyRing


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signed:
    at: float
    content: object
    text: str


class Publications:
    """The documents of one node.

    Args:
        entity_id: our issuer.
        entity: states who we are.
        oidc: gives the ring that signs tokens, or None for a node that nobody signs in at.
        federation: gives the ring that signs statements.
        tally: notes until when what was signed counts.
        said: what the entity configuration says besides keys, to see that it changed.
        lifetime: seconds until a signed key set ends.
        again: seconds after which a document is signed again.
    """

    def __init__(
        self,
        *,
        entity_id: str,
        entity: Entity,
        oidc: Callable[[], KeyRing] | None,
        federation: Callable[[], KeyRing],
        tally: Tally,
        said: Callable[[], object],
        lifetime: int,
        again: float,
        clock: Clock,
    ) -> None:
        self.entity = entity
        self._entity_id = entity_id
        self._oidc = oidc
        self._federation = federation
        self._tally = tally
        self._said = said
        self._lifetime = lifetime
        self._again = again
        self._clock = clock
        self._made: dict[str, _Signed] = {}

    def configuration(self) -> str:
        """The entity configuration (OIDF §3.1)."""
        now = self._clock()
        content = (self._federation().jwks(now), self.entity.jwks(), self._said())
        return self._kept("configuration", content, now, self.entity.configuration)

    def signed_keys(self) -> str:
        """The keys of our tokens as a signed JWK Set (OIDF §5.2.1)."""
        now = self._clock()
        jwks = self.entity.jwks() or {"keys": []}

        def make() -> str:
            ends = int(now) + self._lifetime
            return self._sign({**jwks, "sub": self._entity_id, "exp": ends}, now, ends)

        return self._kept("keys", jwks, now, make)

    def history(self) -> str:
        """The federation keys of the past (OIDF §8.7)."""
        return self._past("history", self._federation(), {})

    def token_history(self) -> str:
        """The keys of the past that tokens were signed with, in the same form. They stand apart: a key is
        believed for one purpose, also after its time."""
        return self._past("token history", self._oidc(), {RING: "oidc"}) if self._oidc else self.history()

    def _past(self, name: str, ring: KeyRing, whose: Mapping[str, object]) -> str:
        now = self._clock()
        keys = historical(ring, now)
        # It has no end of its own; a reader takes it for a copy that ends as a signed key set does.
        claims = {"keys": keys, **whose}
        return self._kept(name, keys, now, lambda: self._sign(claims, now, int(now) + self._lifetime))

    def _sign(self, claims: Mapping[str, object], now: float, ends: float) -> str:
        signer = self.entity.signer()
        self._tally.note(signer.kid, at=now, exp=ends)
        return sign(signer, {"iss": self._entity_id, "iat": int(now), **claims}, typ=HISTORICAL_TYP)

    def _kept(self, name: str, content: object, now: float, make: Callable[[], str]) -> str:
        content = (content, self.entity.signer().kid)
        made = self._made.get(name)
        if made is None or made.content != content or not 0 <= now - made.at < self._again:
            made = self._made[name] = _Signed(at=now, content=content, text=make())
        return made.text
