"""Peer: owns what is known of another identity provider: before anything was read, and after. Imports errors,
keys."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from idp.errors import Unavailable
from keys.encoding import JoseError
from keys.remote import usable_keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Acquaintance:
    """Whom we know as a peer, before anything was read.

    Attributes:
        issuer: also its entity identifier and its `client_id` here.
        name: by language.
        jwks: its pinned federation keys; None for a peer that a trust chain must lead to.
        region: GB/T 2260 code; None for a hub, the way to other regions.
    """

    issuer: str
    name: Mapping[str, str]
    jwks: Mapping[str, object] | None
    region: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A peer whose configuration was verified.

    Attributes:
        provider: its `openid_provider` metadata.
        party: its `openid_relying_party` metadata.
        expires: when the configuration ends, seconds.
    """

    issuer: str
    name: Mapping[str, str]
    region: str | None
    provider: Mapping[str, object]
    party: Mapping[str, object]
    expires: float

    def endpoint(self, name: str) -> str:
        """An address of its provider side; raises `Unavailable` when it has none."""
        value = self.provider.get(name)
        if not isinstance(value, str):
            raise Unavailable("peer", f"{self.issuer} publishes no {name}")
        return value

    def jwks(self) -> Mapping[str, object]:
        """The keys it signs ID tokens, logout tokens and events with."""
        value = self.provider.get("jwks")
        return value if isinstance(value, dict) else {"keys": []}


def part(metadata: Mapping[str, Mapping[str, object]], kind: str) -> Mapping[str, object]:
    """One role's metadata, with those of its keys that verify something; raises `JoseError`."""
    value: dict[str, object] = json.loads(json.dumps(metadata.get(kind, {})))
    if "jwks" not in value:
        return value
    if not isinstance(value["jwks"], dict):
        raise JoseError("key", "not a key set")
    return {**value, "jwks": {"keys": usable_keys(value["jwks"])}}
