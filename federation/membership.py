"""Membership: owns what a member sends to join, and the checksum that is read out over the telephone. Pure.

The file itself proves nothing: anybody can write one. What makes its keys the member's is that a person at
the superior hears the checksum from a person at the member. Imports federation.authority, keyset.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from federation.authority import Unlawful
from federation.authority.lawful import check_keys
from federation.entity_id import is_entity_id
from federation.keyset import prints

VERSION = 1
"""Of the form in which a request is written, the member `manyou_enrolment`."""

_GROUPS, _DIGITS = 6, 5
_MOST = 64


class Unreadable(ValueError):
    """No request; the text says what is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a member asks for.

    Attributes:
        entity_id: the member.
        superior: whom it asks.
        jwks: its federation keys, public.
        kinds: its Entity Types.
        intermediate: whether it has subordinates of its own, or will.
        contacts: its people; never published.
        marks: types of trust marks that it would like.
        region: GB/T 2260 code of the region whose people have accounts there, or empty.
    """

    entity_id: str
    superior: str
    jwks: Mapping[str, object]
    kinds: tuple[str, ...]
    intermediate: bool = False
    contacts: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    region: str = ""

    @property
    def thumbprints(self) -> Mapping[str, str]:
        """Of every key (RFC 7638), by kid."""
        return prints(self.jwks)

    @property
    def checksum(self) -> str:
        """Over everything that is asked for: 99 bits in groups of digits, for a telephone."""
        said = {**_asked(self), "thumbprints": sorted(self.thumbprints.items())}
        digest = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).digest()
        number = int.from_bytes(digest) % 10 ** (_GROUPS * _DIGITS)
        digits = f"{number:0{_GROUPS * _DIGITS}d}"
        return " ".join(digits[at : at + _DIGITS] for at in range(0, len(digits), _DIGITS))

    def heard(self, checksum: str) -> bool:
        """Whether what was heard over the telephone is its checksum, however it was grouped."""
        return "".join(checksum.split()).replace("-", "") == self.checksum.replace(" ", "")


def written(request: Request) -> Mapping[str, object]:
    """The request as it is sent."""
    return {
        "manyou_enrolment": VERSION,
        **_asked(request),
        "jwks": dict(request.jwks),
        "thumbprints": dict(request.thumbprints),
        "checksum": request.checksum,
    }


def read(said: Mapping[str, object]) -> Request:
    """The request that somebody sent; its checksum is not looked at, since whoever changes one changes both.

    Raises:
        Unreadable: it is none.
    """
    if said.get("manyou_enrolment") is True or said.get("manyou_enrolment") != VERSION:
        raise Unreadable("it was not written by `manyou federation enrol request`")
    jwks, intermediate, region = said.get("jwks"), said.get("intermediate"), said.get("region", "")
    if not isinstance(jwks, Mapping) or not isinstance(intermediate, bool) or not isinstance(region, str):
        raise Unreadable("jwks, intermediate or region has another form")
    try:
        check_keys(jwks)
    except Unlawful as error:
        raise Unreadable(str(error)) from None
    return Request(
        entity_id=_entity(said.get("entity_id"), "entity_id"),
        superior=_entity(said.get("superior"), "superior"),
        jwks=jwks,
        kinds=_texts(said, "entity_types"),
        intermediate=intermediate,
        contacts=_texts(said, "contacts"),
        marks=_texts(said, "marks"),
        region=region,
    )


def _asked(request: Request) -> dict[str, object]:
    return {
        "entity_id": request.entity_id,
        "superior": request.superior,
        "entity_types": list(request.kinds),
        "intermediate": request.intermediate,
        "contacts": list(request.contacts),
        "marks": list(request.marks),
        "region": request.region,
    }


def _entity(value: object, name: str) -> str:
    if not isinstance(value, str) or not is_entity_id(value):
        raise Unreadable(f"{name} is not an entity identifier")
    return value


def _texts(said: Mapping[str, object], name: str) -> tuple[str, ...]:
    value = said.get(name)
    if not isinstance(value, list) or len(value) > _MOST:
        raise Unreadable(f"{name} is not an array of at most {_MOST} texts")
    if not all(isinstance(one, str) and one.isprintable() and 0 < len(one) <= 512 for one in value):
        raise Unreadable(f"{name} has something that is not a text")
    if len(set(value)) != len(value):
        raise Unreadable(f"{name} names something twice")
    return tuple(value)
