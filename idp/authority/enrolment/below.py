"""Below: owns finding who is below one of our subordinates, and the statements that lead there. Believes none
of it: whoever uses them verifies the chain. Imports federation.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from federation.entity_id import configuration_url, is_entity_id
from federation.errors import Invalid
from federation.statement import verify_self_signed
from idp.clock import Clock
from idp.errors import Unavailable
from keys.encoding import JoseError, strict_json
from keys.jose import STATEMENT

LIST_BYTES = 1024 * 1024

Read = Callable[[str, int], bytes]
"""Reads an address, at most so many bytes; raises `Unavailable`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is looked at.

    Attributes:
        entities: below all subordinates together.
        depth: superiors between us and an entity.
        seconds: for all of it.
    """

    entities: int = 5000
    depth: int = 6
    seconds: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An entity below us.

    Attributes:
        tokens: its configuration, and the statements up to our subordinate's.
        kinds: its Entity Types, as it says itself.
        region: GB/T 2260 code, as it says itself, or empty.
    """

    entity_id: str
    tokens: tuple[str, ...]
    kinds: tuple[str, ...]
    region: str = ""


@dataclass(slots=True)
class Walk:
    """One look: what of it is left undone stands in `unread`, and `more` says that a limit ended it."""

    read: Read
    clock: Clock
    limits: Limits
    end: float
    left: int
    unread: list[tuple[str, str]]
    more: bool = False


def begin(read: Read, clock: Clock, limits: Limits | None = None) -> Walk:
    """Begin to look."""
    limits = limits or Limits()
    end = time.monotonic() + limits.seconds
    return Walk(read=read, clock=clock, limits=limits, end=end, left=limits.entities, unread=[])


def members(walk: Walk, top: str) -> Iterator[Member]:
    """One of our subordinates, if it can be read, and then everybody below it."""
    waiting: list[tuple[str, tuple[str, ...], str]] = [(top, (), "")]
    seen = {top}
    while waiting:
        entity_id, above, fetch = waiting.pop(0)
        if time.monotonic() > walk.end or walk.left <= 0 or len(above) + bool(fetch) > walk.limits.depth:
            walk.more = True
            return
        walk.left -= 1
        try:
            tail = (_statement(walk, fetch, entity_id), *above) if fetch else above
            member, own = _member(walk, entity_id, tail)
            yield member
            names = [one for one in _listed(walk, own) if one not in seen]
        except Unavailable as error:
            walk.unread.append((entity_id, str(error.cause)))
            continue
        seen.update(names)
        endpoint = own.get("federation_fetch_endpoint")
        if isinstance(endpoint, str):
            waiting += [(name, tail, endpoint) for name in names]


def _member(walk: Walk, entity_id: str, tail: tuple[str, ...]) -> tuple[Member, Mapping[str, object]]:
    token = _text(walk.read(configuration_url(entity_id), STATEMENT.size))
    try:
        own = verify_self_signed(token, entity_id=entity_id, now=walk.clock())
    except Invalid as error:
        raise Unavailable("peer", f"its configuration does not verify: {error}") from error
    region = own.metadata.get("openid_provider", {}).get("manyou_region")
    member = Member(
        entity_id=entity_id,
        tokens=(token, *tail),
        kinds=tuple(own.metadata),
        region=region if isinstance(region, str) else "",
    )
    return member, own.metadata.get("federation_entity", {})


def _statement(walk: Walk, endpoint: str, subject: str) -> str:
    return _text(walk.read(f"{endpoint}{_mark(endpoint)}{urlencode({'sub': subject})}", STATEMENT.size))


def _listed(walk: Walk, own: Mapping[str, object]) -> list[str]:
    endpoint = own.get("federation_list_endpoint")
    if not isinstance(endpoint, str):
        return []
    body = walk.read(endpoint, LIST_BYTES)
    try:
        listed = strict_json(b'{"listed":' + body + b"}", depth=3).get("listed")
    except JoseError as error:
        raise Unavailable("peer", "its list of subordinates is not JSON") from error
    if not isinstance(listed, list):
        raise Unavailable("peer", "its list of subordinates is no array")
    return list(dict.fromkeys(one for one in listed if isinstance(one, str) and is_entity_id(one)))


def _text(body: bytes) -> str:
    return body.decode("ascii", errors="replace").strip()


def _mark(endpoint: str) -> str:
    return "&" if "?" in endpoint else "?"
