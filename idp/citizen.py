"""Citizen: owns our word about somebody who signed in. Does not know how they proved it. Imports nothing
of ours.

A directory reports a `Person`; we assert a `Citizen`. A citizen who comes from a peer keeps what that peer
vouched for, never raised (I10).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Citizen:
    """Somebody signed in.

    Attributes:
        source: `account`, `directory:<name>`, or the issuer of the peer that vouched.
        local_id: unique and stable within `source`; never leaves this node.
        rl: identity level, 1 to 5 (RL1–RL5).
        acr: step of the acr ladder without its namespace: `basic`, `realname`, `realname-mfa`, …
        amr: methods (RFC 8176).
        auth_time: when the person really authenticated, seconds since 1970.
        idp: issuer of the provider where they did.
        home_region: GB/T 2260 code.
        claims: OIDC claims by name; empty for a citizen of another region (they are fetched from home per
            request).
    """

    source: str
    local_id: str
    rl: int
    acr: str
    amr: tuple[str, ...]
    auth_time: int
    idp: str
    home_region: str
    claims: Mapping[str, object] = field(default_factory=dict)


def same_person(one: Citizen, other: Citizen) -> bool:
    """Whether two words of ours are about the same person."""
    return (one.source, one.local_id) == (other.source, other.local_id)
