"""Rows: owns what the registry needs of whoever keeps it, and how it says no.

Imports federation.authority, audit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from federation.authority import Kind, State, Subordinate, Wide
from federation.authority.listing import Filters, Place
from idp.audit import Entry


class Unknown(LookupError):
    """There is no such subordinate."""


class Conflict(RuntimeError):
    """Not possible as things are: it is registered already, is not in the right state, or somebody else was
    first; the text says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """Something that happened to a subordinate.

    Attributes:
        id: grows with time.
        at: seconds since 1970.
        event: what.
        description: why, for people; public.
    """

    id: int
    at: float
    event: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptKey:
    """A key that is certified for a subordinate, was once, or was refused.

    Attributes:
        kid: stands for this key for ever.
        thumbprint: of the key.
        gone: since when it is not certified (seconds since 1970); None: it is.
        reason: why people refused it for ever; empty: they did not.
    """

    kid: str
    thumbprint: str
    gone: float | None
    reason: str


class Rows(Protocol):
    """Where subordinates are kept."""

    def find(self, entity_id: str) -> Subordinate | None:
        """The row in whatever state."""

    def keys(self, entity_id: str) -> Sequence[KeptKey]:
        """Every key that was ever certified for it, or refused."""

    def wide(self) -> Wide:
        """What is said of all."""

    def save(
        self, one: Subordinate, *, seen: int, events: Sequence[tuple[Kind, str]], at: float, entry: Entry
    ) -> bool:
        """Write a row over the version that was seen (0: there was none) with events and entry; False:
        somebody was first."""

    def save_wide(self, wide: Wide, *, seen: int, event: tuple[Kind, str], at: float, entry: Entry) -> bool:
        """Write what is said of all, with an event for each active subordinate, whose versions grow."""

    def page(self, filters: Filters, after: Place | None, limit: int, now: float) -> Sequence[Subordinate]:
        """Active subordinates in their order."""

    def ids(self, filters: Filters, now: float) -> Sequence[str]:
        """The identifiers of all active ones that fit."""

    def every(self, state: State) -> Sequence[str]:
        """The identifiers of all in a state."""

    def events(self, entity_id: str) -> Sequence[Happened]:
        """What happened to it, oldest first."""
