"""Registrar: owns gathering the facts about a ring, and writing a change of it down whole. Decides nothing.

Imports rings, audit, keys.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, cast

from idp.audit import Entry, Event
from idp.rings import Held, Rings
from idp.superiors import View
from keys.change import Change, KeyEvent
from keys.evidence import Override, Sighting
from keys.facts import Facts, Replica
from keys.key import Purpose
from keys.ledger import Ledger
from keys.lifetimes import Lifetimes
from keys.ring import KeyRing
from keys.seal import SealedKey
from keys.store import KeyStore


class Known(Protocol):
    """What all processes of the node know together."""

    def replicas(self, purpose: Purpose) -> tuple[Replica, ...]: ...
    def ledger(self) -> Ledger: ...
    def sightings(self, kids: Collection[str]) -> tuple[tuple[Sighting, int], ...]: ...
    def overrides(self, kids: Collection[str]) -> tuple[Override, ...]: ...


class Books(Protocol):
    """Where changes are written down."""

    def save(
        self,
        purpose: Purpose,
        version: int,
        keys: Sequence[SealedKey],
        *,
        entries: Sequence[Entry],
        fence: int | None,
    ) -> bool:
        """Keep the ring and what is told of it, or neither; False when somebody else was first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registrar:
    """The facts and the books of one node.

    Attributes:
        lifetimes: of each ring that the node has.
        wanted: the algorithms of each ring.
        pins: who pinned our federation keys, now.
        superiors: whose statements about us must list a federation key before it signs.
        views: what each of them states about us, as it was read last.
    """

    rings: Rings
    store: KeyStore
    known: Known
    books: Books
    lifetimes: Mapping[Purpose, Lifetimes]
    wanted: Mapping[Purpose, Sequence[str]]
    pins: Callable[[], Sequence[str]]
    superiors: Sequence[str]
    views: Callable[[], Mapping[str, View]]

    def facts(self, ring: KeyRing) -> Facts:
        """What is known about a ring.

        Raises:
            Unavailable: `records`.
        """
        kids = [key.kid for key in ring.keys]
        sightings = tuple(sighting for sighting, _ in self.known.sightings(kids))
        common = Facts(
            lifetimes=self.lifetimes[ring.purpose],
            ledger=self.known.ledger(),
            sightings=sightings,
            replicas=self.known.replicas(ring.purpose),
            overrides=self.known.overrides(kids),
        )
        return common if ring.purpose == "oidc" else self._among_entities(common)

    def _among_entities(self, common: Facts) -> Facts:
        """The facts about the federation ring: whom its keys wait for, and how long their statements live."""
        views = self.views()
        stated = {(superior, kid) for superior, view in views.items() for kid in view.kids}
        lives = [views[superior].life for superior in self.superiors if superior in views]
        return replace(
            common,
            lifetimes=replace(
                common.lifetimes, statement_life=max([common.lifetimes.statement_life, *lives])
            ),
            # What a superior stated once and does not state now is no proof of anything.
            sightings=tuple(
                one for one in common.sightings if one.kind != "superior" or (one.observer, one.kid) in stated
            ),
            superiors=tuple(self.superiors),
            pins=tuple(self.pins()),
        )

    def write(
        self,
        held: Held,
        change: Change,
        *,
        by: str,
        fence: int | None = None,
        more: Sequence[Entry] = (),
    ) -> bool:
        """Save the change of a ring that was read, with an audit event for each thing that happened.

        Args:
            by: who did it: `wheel`, or a person.
            fence: of the leader.
            more: further events that belong to it.

        Raises:
            Unavailable: `records`, or `wheel`; nothing was written.
        """
        purpose = change.ring.purpose
        entries = [*more, *(_entry(event, purpose, by) for event in change.events)]
        through = _Through(self.store, self.books, entries, fence)
        return self.rings.save(held.stored, change.ring, through)


@dataclass(frozen=True, slots=True)
class _Through:
    """A `KeyStore` for one change: what is saved is saved together with its events."""

    store: KeyStore
    books: Books
    entries: Sequence[Entry]
    fence: int | None

    def load(self, purpose: Purpose) -> tuple[int, tuple[SealedKey, ...]]:
        return self.store.load(purpose)

    def save(self, purpose: Purpose, version: int, keys: Sequence[SealedKey]) -> bool:
        return self.books.save(purpose, version, keys, entries=self.entries, fence=self.fence)


def _entry(event: KeyEvent, purpose: Purpose, by: str) -> Entry:
    details = {"ring": purpose, "kid": event.kid, "alg": event.alg, "why": event.why, "by": by}
    return Entry(at=event.at, event=cast("Event", f"key.{event.name}"), details=details)
