"""Country: small federations for tests: an anchor, intermediates and leaves, each with keys of its own.

    country = Country()                      # anchor ← gd ← gz ← portal
    country.chain("portal")                  # the texts, the portal's configuration first
    country.chain("portal", changes={("gd", "gz"): {"exp": 1}})
    country.statement("gd", "gz", metadata_policy={...})
    country.verified("portal")               # a TrustChain

Entities are named in short; `id_of` says their entity identifiers. A change of `ABSENT` removes a claim.
"""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from federation import chain
from federation.chain import TrustChain
from keys.key import SigningKey
from keys.ring import KeyRing
from tests.federation.world import ABSENT, NOW, made
from tests.keys.forge import unchecked

__all__ = ["ABSENT", "NOW", "Country"]

TYP = "entity-statement+jwt"
Changes = Mapping[str, Any]


class Country:
    """A federation that is one line from the anchor down, or any tree.

    Args:
        superiors: the immediate superior of every entity by short name; the anchor has none and is named
            `anchor`.
        kinds: entity types and metadata by short name, besides `federation_entity`.
        life: seconds that every statement lives.
        now: when they are made, seconds since 1970.
    """

    def __init__(
        self,
        superiors: Mapping[str, str] | None = None,
        *,
        kinds: Mapping[str, Mapping[str, Mapping[str, Any]]] | None = None,
        life: int = 86_400,
        now: float = NOW,
    ) -> None:
        lawful = {"gd": "anchor", "gz": "gd", "portal": "gz"}
        self.superiors = dict(lawful if superiors is None else superiors)
        self.life, self.now = life, now
        names = ["anchor", *self.superiors]
        self.rings = {name: _ring(self.id_of(name)) for name in names}
        portal = {"openid_relying_party": {"redirect_uris": ["https://portal.example/cb"], "scope": "openid"}}
        self.kinds = {"portal": portal} if kinds is None else dict(kinds)

    @staticmethod
    def id_of(name: str) -> str:
        """The entity identifier of a short name; an identifier stays as it is."""
        return name if "://" in name else f"https://{name}.example"

    @property
    def anchors(self) -> Mapping[str, Mapping[str, object]]:
        """What verifiers pin."""
        return {self.id_of("anchor"): self.jwks("anchor")}

    def jwks(self, name: str) -> Mapping[str, object]:
        return self.rings[name].jwks(self.now)

    def key(self, name: str) -> SigningKey:
        return self.rings[name].signer(self.now)

    def line(self, name: str) -> tuple[str, ...]:
        """The entity and all above it, the anchor last."""
        found = [name]
        while found[-1] in self.superiors:
            found.append(self.superiors[found[-1]])
        return tuple(found)

    def claims(self, issuer: str, subject: str, **changes: Any) -> dict[str, Any]:
        """The lawful claims of a configuration (issuer is subject) or of a subordinate statement, with
        changes."""
        lawful: dict[str, Any] = {
            "iss": self.id_of(issuer),
            "sub": self.id_of(subject),
            "iat": int(self.now),
            "exp": int(self.now) + self.life,
            "jwks": self.jwks(subject),
        }
        if issuer == subject:
            lawful["metadata"] = {"federation_entity": self._own(subject), **self.kinds.get(subject, {})}
            if subject in self.superiors:
                lawful["authority_hints"] = [self.id_of(self.superiors[subject])]
        return {name: value for name, value in {**lawful, **changes}.items() if value is not ABSENT}

    def statement(
        self,
        issuer: str,
        subject: str,
        /,
        *,
        key: SigningKey | None = None,
        typ: str = TYP,
        **changes: Any,
    ) -> str:
        """A signed statement of one entity about another or itself."""
        return unchecked(key or self.key(issuer), self.claims(issuer, subject, **changes), typ=typ)

    def configuration(self, name: str, /, **changes: Any) -> str:
        return self.statement(name, name, **changes)

    def chain(
        self, name: str = "portal", *, changes: Mapping[tuple[str, str], Changes] | None = None
    ) -> list[str]:
        """The trust chain of an entity, with changes by `(issuer, subject)`."""
        line, of = self.line(name), changes or {}
        pairs = [(name, name), *((above, below) for below, above in itertools.pairwise(line))]
        if len(line) > 1:
            pairs.append((line[-1], line[-1]))
        return [self.statement(issuer, sub, **of.get((issuer, sub), {})) for issuer, sub in pairs]

    def verified(
        self, name: str = "portal", *, changes: Mapping[tuple[str, str], Changes] | None = None
    ) -> TrustChain:
        """The same, verified."""
        return self.verify(self.chain(name, changes=changes))

    def verify(self, tokens: Sequence[str], **terms: Any) -> TrustChain:
        """The texts, verified against this country's anchor now, unless `terms` say otherwise."""
        return chain.verify(tokens, **{"anchors": self.anchors, "now": self.now, **terms})

    def _own(self, name: str) -> dict[str, Any]:
        own: dict[str, Any] = {"organization_name": name}
        if name in self.superiors.values():
            base = f"{self.id_of(name)}/federation"
            own |= {"federation_fetch_endpoint": f"{base}/fetch", "federation_list_endpoint": f"{base}/list"}
        return own


def _ring(entity_id: str) -> KeyRing:
    return KeyRing(purpose="federation", keys=(made(issuer=entity_id),))
