"""Membership: owns what a site holds as a member of the federation: who is above it, the anchors' keys that
were handed to it, and its own federation key. Does not talk. Imports keys.

The federation key signs what the site says about itself and nothing else; what it asks of its provider is
signed with the key of its registration (OIDF §3.1.1).
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from keys.key import SigningKey, generate
from keys.private import pack, unpack
from keys.public import members, thumbprint
from keys.ring import KeyRing

_ALG = "ES256"

Jwks = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """A site among the entities of the federation.

    Attributes:
        entity_id: its entity identifier.
        superiors: who states what it is; its `authority_hints`.
        anchors: entity identifiers and federation keys, handed over by people: the only pinned keys.
        marks: types of the trust marks that it holds, each with the issuer.
        ring: its federation keys.
        lifetime: seconds for which its entity configuration counts.
        poll: seconds after which it asks for its marks again.
    """

    entity_id: str
    superiors: tuple[str, ...]
    anchors: Mapping[str, Jwks]
    marks: tuple[tuple[str, str], ...]
    ring: KeyRing
    lifetime: int
    poll: int


def join(
    entity_id: str,
    *,
    superiors: Sequence[str],
    anchors: Mapping[str, Jwks],
    marks: Sequence[tuple[str, str]],
    now: float,
    lifetime: int,
    poll: int,
) -> Membership:
    """A membership with a fresh federation key; arguments as the attributes of `Membership`.

    Args:
        now: seconds since 1970.
    """
    key = generate(alg=_ALG, purpose="federation", issuer=entity_id, now=now, active_from=now)
    return Membership(
        entity_id=entity_id,
        superiors=tuple(superiors),
        anchors=anchors,
        marks=tuple(marks),
        ring=KeyRing(purpose="federation", keys=(key,)),
        lifetime=lifetime,
        poll=poll,
    )


def to_json(member: Membership) -> dict[str, Any]:
    """As it is kept in a file for its owner alone: it holds the private half."""
    (key,) = member.ring.keys
    return {
        "entity_id": member.entity_id,
        "superiors": list(member.superiors),
        "anchors": dict(member.anchors),
        "marks": [list(mark) for mark in member.marks],
        "lifetime": member.lifetime,
        "poll": member.poll,
        "since": key.generated,
        "federation_key": base64.b64encode(pack(key.private)).decode(),
    }


def from_json(kept: Mapping[str, Any]) -> Membership:
    """What `to_json` wrote."""
    private = unpack(base64.b64decode(kept["federation_key"]), _ALG)
    if private is None:
        raise ValueError("the federation key is missing")
    key = SigningKey(
        kid=thumbprint(members(private.public_key())),
        alg=_ALG,
        purpose="federation",
        issuer=kept["entity_id"],
        private=private,
        generated=kept["since"],
        published=kept["since"],
        active_from=kept["since"],
    )
    return Membership(
        entity_id=kept["entity_id"],
        superiors=tuple(kept["superiors"]),
        anchors=kept["anchors"],
        marks=tuple((mark, issuer) for mark, issuer in kept["marks"]),
        ring=KeyRing(purpose="federation", keys=(key,)),
        lifetime=kept["lifetime"],
        poll=kept["poll"],
    )
