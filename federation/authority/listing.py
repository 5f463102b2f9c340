"""Listing: owns the filters of a list of subordinates and the marks of its pages. Pure.

OIDF §8.2.1; Extended Subordinate Listing 1.0 §3.1.

A mark is a position in an order, so that entries that come and go between two pages neither repeat others nor
hide them. It also names the question: a mark of another question leads to no page.
"""

import hashlib
import json
from dataclasses import asdict, dataclass

from keys.encoding import JoseError, b64, strict_json, unb64

_LONGEST = 2048


class UnknownPage(ValueError):
    """A mark that is not one of ours for this question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which subordinates are asked for; what is empty does not filter.

    Attributes:
        entity_types: all of these.
        trust_marked: whether it holds a mark of ours that counts.
        mark_types: marks of ours of all these types.
        intermediate: whether it has subordinates.
        updated_after, updated_before: seconds since 1970, both included.
    """

    entity_types: tuple[str, ...] = ()
    trust_marked: bool | None = None
    mark_types: tuple[str, ...] = ()
    intermediate: bool | None = None
    updated_after: float | None = None
    updated_before: float | None = None

    @property
    def by_time(self) -> bool:
        """Whether the order is that of the changes, so that a crawl of changes costs no more than they do."""
        return self.updated_after is not None or self.updated_before is not None

    def digest(self) -> str:
        """Names the question."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in the order: after this entry.

    Attributes:
        updated: seconds since 1970; counts where the order is that of changes.
        entity_id: the last entry before it.
    """

    updated: float
    entity_id: str


def mark(place: Place, filters: Filters) -> str:
    """The mark of the page that begins after `place`."""
    said = {"q": filters.digest(), "u": place.updated, "e": place.entity_id}
    return b64(json.dumps(said).encode())


def place(text: str, filters: Filters) -> Place:
    """Where the page of a mark begins.

    Raises:
        UnknownPage: it is none of ours, or of another question.
    """
    try:
        said = strict_json(unb64(text), depth=1) if len(text) <= _LONGEST else {}
    except JoseError:
        said = {}
    updated, entity_id = said.get("u"), said.get("e")
    if said.get("q") != filters.digest() or not isinstance(entity_id, str):
        raise UnknownPage
    if not isinstance(updated, float):
        raise UnknownPage
    return Place(updated=updated, entity_id=entity_id)
