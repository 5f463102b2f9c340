"""Resolver: owns finding the trust chain of an entity, and keeping what was found. Imports climb, documents,
held, judging, report, shelf.

    memory → supplied chain → what was refused a moment ago → a walk, by one thread for all who wait

A chain that was verified serves until it expires, whoever is down meanwhile; it is read again ahead of time.
"""

import contextlib
import random
import time
from collections.abc import Callable, Collection, Mapping, Sequence

from federation.bounded import Bounded
from federation.chain import TrustChain
from federation.resolve.climb import climb
from federation.resolve.documents import Documents
from federation.resolve.flights import Flights
from federation.resolve.held import Held, Wish
from federation.resolve.judging import Judge, Pinned
from federation.resolve.limits import Limits
from federation.resolve.outside import Cache, Fetcher
from federation.resolve.refreshing import Refreshing
from federation.resolve.report import Report, Unreachable, Untrusted
from federation.resolve.shelf import NO, SILENCE, Shelf
from federation.resolve.signatures import KnownSignatures
from federation.resolve.verdict import verdict
from federation.resolve.walk import Absent, Walk
from federation.statement import Statement

Anchors = Callable[[], Mapping[str, Mapping[str, object]]]


class Resolver:
    """Finds trust chains.

    Args:
        anchors: the pinned keys by anchor; asked each time, since files may change.
        fetcher: makes the requests.
        cache: shared by all processes of a node.
        clock: seconds since 1970.
        limits: of each walk, and of memory.
        timer: seconds that only ever grow.
        chance: spreads readings.
    """

    def __init__(
        self,
        *,
        anchors: Anchors,
        fetcher: Fetcher,
        cache: Cache,
        clock: Callable[[], float],
        limits: Limits | None = None,
        timer: Callable[[], float] = time.monotonic,
        chance: random.Random | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self.fetcher = fetcher
        self.clock = clock
        self._anchors = anchors
        self._timer = timer
        signatures = KnownSignatures(clock, 4 * self.limits.statements)
        self._shelf = Shelf(cache, clock, self.limits)
        self._documents = Documents(
            anchors=anchors, fetcher=fetcher, shelf=self._shelf, signatures=signatures, clock=clock
        )
        self._judge = Judge(self._documents, self._shelf, signatures, clock)
        self._held = Held(clock, self.limits, chance or random.Random())  # noqa: S311 (no secret)
        self._refused: Bounded[Wish, tuple[float, Report]] = Bounded(self.limits.chains, self.limits.steps)
        self._flights: Flights[Report] = Flights()
        self._refreshing = Refreshing(
            held=self._held,
            documents=self._documents,
            judge=self._judge,
            walk=self._walk_for,
            begin=self._begin,
        )

    def resolve(
        self, entity_id: str, *, anchors: Collection[str] | None = None, supplied: Sequence[str] = ()
    ) -> TrustChain:
        """The trust chain of an entity.

        Args:
            anchors: the only ones that will do; None: any that is pinned.
            supplied: a chain that came along, the subject's configuration first (OIDF §4.3): a shortcut that
                is verified in every statement, and left aside when it is broken.

        Raises:
            Untrusted: no chain leads to an anchor.
            Unreachable: nobody can say now.
        """
        wish, pinned = self._wish(entity_id, anchors)
        found = self._held.get(wish, pinned)
        if found is not None:
            return found
        walk = self._begin()
        if supplied and (shown := self._judge.supplied(walk, supplied, pinned, entity_id)) is not None:
            self._held.put(wish, shown, pinned[shown.anchor], drops=walk.drops)
            return shown
        refused = self._refused.get(wish)
        if refused is not None and self.clock() < refused[0] and not supplied:
            return _answer(refused[1])
        return _answer(self._flights.do(wish, lambda: self._work(walk, wish, supplied)))

    def at_hand(self, entity_id: str) -> TrustChain | None:
        """The chain that was evaluated and lives; asks nobody, and is what strangers are answered from (OIDF
        §18.1)."""
        return self._held.get(*self._wish(entity_id, None))

    def explain(
        self, entity_id: str, *, anchors: Collection[str] | None = None, supplied: Sequence[str] = ()
    ) -> Report:
        """Every step to an entity's chain, and what came of it: the same walk as `resolve`, made anew, from
        documents that are known already where they are."""
        wish, pinned = self._wish(entity_id, anchors)
        walk = self._begin()
        if supplied and (shown := self._judge.supplied(walk, supplied, pinned, entity_id)) is not None:
            return verdict(walk, entity_id, shown)
        return self._walk(walk, wish, supplied)

    def drop(self, issuer: str, subject: str) -> None:
        """A statement is dead, somebody we believe said so: it and every chain through it are forgotten, and
        it is not believed when it is brought along.

        Raises:
            Unkept: the processes beside this one cannot be told.
        """
        try:
            self._shelf.bury((issuer, subject))
        finally:
            self._held.drop(issuer, subject)  # last: what was put together meanwhile goes too

    def renew(self, entity_id: str) -> TrustChain | None:
        """The chain with what an entity says of itself now: somebody saw a key, or misses a mark, that it did
        not show. While it says nothing that makes a chain, the one before serves: anybody can make up the
        name of a key, and must take nothing away by that. None: there is none either way."""
        wish, pinned = self._wish(entity_id, None)
        walk = self._begin()
        with contextlib.suppress(Absent):
            self._documents.refreshed(walk, (entity_id, entity_id), None)
            found = self._climb(walk, entity_id, pinned)
            if found is not None:
                self._held.put(wish, found, pinned[found.anchor], drops=walk.drops)
        return self._held.get(wish, pinned)

    def refresh(self) -> int:
        """Read again what is ripe, a few chains at a time; how many."""
        return self._refreshing.round()

    def chains(self) -> tuple[TrustChain, ...]:
        """All chains that are at hand and live."""
        return self._held.live()

    def configuration(self, entity_id: str) -> Statement:
        """What an entity says of itself: an anchor by its pinned keys, another by the keys it lists.

        Raises:
            Untrusted: it says nothing, or what it says does not verify.
            Unreachable: it does not answer.
        """
        return self._single(entity_id, lambda walk: self._documents.configuration(walk, entity_id))

    def _single(self, about: str, get: Callable[[Walk], Statement]) -> Statement:
        walk = self._begin()
        try:
            return get(walk)
        except Absent:
            report = verdict(walk, about, None)
        raise (Unreachable if report.verdict == "unreachable" else Untrusted)(report)

    def _wish(self, entity_id: str, anchors: Collection[str] | None) -> tuple[Wish, Pinned]:
        pinned = self._anchors()
        if anchors is not None:
            pinned = {name: jwks for name, jwks in pinned.items() if name in anchors}
        return (entity_id, frozenset(pinned)), pinned

    def _begin(self) -> Walk:
        return Walk.begin(self.limits, self._timer, self._held.drops)

    def _walk_for(self, wish: Wish) -> Report:
        return self._walk(self._begin(), wish, ())

    def _work(self, walk: Walk, wish: Wish, supplied: Sequence[str]) -> Report:
        """A walk whose result is remembered."""
        report = self._walk(walk, wish, supplied)
        if report.chain is None:
            lasts = NO if report.verdict == "untrusted" else SILENCE
            self._refused.put(wish, (self.clock() + lasts, report), len(report.steps) + 1)
        return report

    def _walk(self, walk: Walk, wish: Wish, supplied: Sequence[str]) -> Report:
        entity_id, names = wish
        pinned = {name: jwks for name, jwks in self._anchors().items() if name in names}
        found = self._climb(walk, entity_id, pinned)
        if found is None and supplied and self._judge.seed(walk, supplied[0], entity_id):
            found = self._climb(walk, entity_id, pinned)
        if found is None and self._documents.renew(walk, walk.configurations()):
            # Somebody may have moved to another superior since its configuration was kept (OIDF §10.5).
            found = self._climb(walk, entity_id, pinned)
        if found is not None:
            self._held.put(wish, found, pinned[found.anchor], drops=walk.drops)
        return verdict(walk, entity_id, found)

    def _climb(self, walk: Walk, entity_id: str, pinned: Pinned) -> TrustChain | None:
        for ways in climb(walk, self._documents, entity_id, pinned):
            found = self._judge.best(walk, ways, pinned)
            if found is not None:
                return found
        return None


def _answer(report: Report) -> TrustChain:
    if report.chain is not None:
        return report.chain
    raise (Unreachable if report.verdict == "unreachable" else Untrusted)(report)
