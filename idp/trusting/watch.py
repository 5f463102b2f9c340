"""Watch: owns noticing that trust has ended, long before a chain expires. Does not resolve chains or end
sessions itself. Imports federation, trust.

 1. Every superior on a living chain is asked for its signed events about the entity below it (Subordinate
    Events Endpoint §2). A suspension or revocation that nothing has lifted is a definite no; any other change
    that is younger than our copy of the statement makes the copy old.
 2. Whoever cannot be asked has said nothing: everybody carries on until the chain expires (OIDF §10.4).
 3. Where no chain leads to a provider any more, the sessions that came from it are not believed from that
    moment, and end. One that cannot be ended just now hides no other.
 4. Whether a chain leads to ourselves is looked at too: whoever is suspended sends nobody elsewhere, and when
    it is reinstated not before everybody has forgotten that it was refused.
"""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

import structlog

from federation.chain import TrustChain
from federation.events import Event
from federation.resolve.shelf import NO
from federation.statement import Statement
from idp.clock import Clock
from idp.errors import Unavailable
from idp.trusting.standing import Standing
from idp.trusting.trust import Trust

AT_ONCE = 500
"""Superior and subordinate pairs that one round asks about, at most; nor does it ask for longer than until
the next."""

_Link = tuple[str, str]

FORGOTTEN = NO + 5.0
"""Seconds after which nobody remembers a refusal; whom we send there before that ends on an error."""

ENDS, REVIVES = frozenset({"suspension", "revocation"}), frozenset({"registration", "reinstatement"})

log = structlog.get_logger("watch")


class Asks(Protocol):
    """Whoever reads a superior's events about a subordinate, verified; None where it publishes none."""

    def __call__(self, superior: Statement, subject: str) -> tuple[Event, ...] | None: ...


class Ends(Protocol):
    """The sessions that came from elsewhere."""

    def origins(self) -> Iterable[str]: ...
    def trusted(self, origin: str) -> None: ...
    def deny(self, origin: str) -> None: ...
    def end(self, origin: str) -> None: ...


class Watch:
    """The rounds of one process.

    Args:
        own: our entity identifier.
        every: seconds between two rounds.
        trust: whom chains lead to.
        ask: reads events; raises `Unavailable`.
        standing: told whether a chain leads to ourselves.
        lost: told once of a provider to whom no chain leads any more.
    """

    def __init__(
        self,
        *,
        own: str,
        every: float,
        trust: Trust,
        ask: Asks,
        sessions: Ends,
        standing: Standing,
        lost: Callable[[str], None],
        clock: Clock,
    ) -> None:
        self._own = own
        self._every = every
        self._trust = trust
        self._ask = ask
        self._sessions = sessions
        self._lost = lost
        self._clock = clock
        self._handled: dict[tuple[str, str], tuple[Event, ...]] = {}
        self._standing = standing
        self._next = float("-inf")
        self._back = float("inf")  # when we were stated again, after a suspension
        self._expiry: dict[str, int] = {}
        self._gone: set[str] = set()
        self._turns: dict[_Link, int] = {}
        self._turn = threading.Lock()

    def round(self) -> None:
        """Look at everything, if it is time.

        Raises:
            Unavailable: some sessions could not be ended; they are not believed, and tried again.
        """
        now = self._clock()
        with self._turn:
            if now < self._next <= now + self._every:
                return
            self._next = now + self._every
            self._look_up()
            self._hear()
            failed = None
            for origin in sorted(self._sessions.origins()):
                try:
                    self._judge(origin)
                except Unavailable as error:
                    failed = error
            if failed is not None:
                raise failed

    def _look_up(self) -> None:
        try:
            chain = self._trust.find(self._own)
        except Unavailable:
            return  # whoever cannot ask is not suspended
        good = chain is not None
        if chain is not None and not self._standing():
            self._back = min(self._back, self._since(chain))
            good = self._clock() >= self._back + FORGOTTEN
        if good != self._standing():
            log.warning("standing", good=good)
        self._back = self._back if chain is not None and not good else float("inf")
        self._standing.is_now(good=good)

    def _since(self, chain: TrustChain) -> float:
        """Since when a chain leads to us again: what our superiors say of it, or the age of their
        statements."""
        stated = max((one.issued for one in chain.statements[1:-1]), default=0)
        said = [self._handled.get((one.iss, one.sub), ()) for one in chain.statements[1:-1]]
        revived = max((one.at for events in said for one in events if one.event in REVIVES), default=stated)
        return float(min(stated, revived))

    def _hear(self) -> None:
        began, links = self._clock(), self._links()
        self._handled = {link: said for link, said in self._handled.items() if link in links}
        self._turns = {link: self._turns.get(link, 0) for link in links}
        last = max(self._turns.values(), default=0)
        for turn, (issuer, subject) in enumerate(self._in_turn(links), last + 1):
            statement, above = links[issuer, subject]
            if not 0 <= self._clock() - began < self._every:
                break
            self._turns[issuer, subject] = turn
            try:
                events = self._ask(above, subject) or ()
                if _outdated(statement, events, self._handled.get((issuer, subject), ())):
                    log.info("statement_outdated", superior=issuer, entity=subject)
                    self._trust.drop(issuer, subject)
            except Unavailable as error:
                log.info("events_unread", superior=issuer, entity=subject, cause=error.cause)
                continue
            self._handled[issuer, subject] = events

    def _links(self) -> dict[_Link, tuple[Statement, Statement]]:
        """Every superior's statement of a living chain, with the statement that lists the superior's keys."""
        links: dict[_Link, tuple[Statement, Statement]] = {}
        for chain in self._trust.chains():
            for below, above in zip(chain.statements[1:], chain.statements[2:], strict=False):
                links.setdefault((below.iss, below.sub), (below, above))
        return links

    def _in_turn(self, links: Mapping[_Link, tuple[Statement, Statement]]) -> Sequence[_Link]:
        """Whom to ask about first: whomever an anchor states, each time, and then who was asked about longest
        ago. An authority with many portals or slow answers must not hide that a province is suspended."""

        def turn(link: _Link) -> tuple[bool, int]:
            _, above = links[link]
            return above.iss != above.sub, self._turns[link]

        return sorted(links, key=turn)[:AT_ONCE]

    def _judge(self, origin: str) -> None:
        """End what came from a provider that is trusted no longer, or whose chain ran out unrenewed."""
        try:
            chain = self._trust.find(origin)
        except Unavailable:
            if self._clock() < self._expiry.get(origin, float("inf")):
                return
            chain = None
        if chain is not None:
            self._expiry[origin] = chain.expires
            self._gone.discard(origin)
            self._sessions.trusted(origin)
            return
        self._sessions.deny(origin)
        if origin not in self._gone:
            log.warning("trust_lost", entity=origin)
            self._lost(origin)
            self._gone.add(origin)
        self._sessions.end(origin)


def _outdated(statement: Statement, events: tuple[Event, ...], before: tuple[Event, ...]) -> bool:
    """Whether something has happened since a superior made this statement.

    What happened in the very second of the statement may be in it or not: it is looked at once.
    """
    standing = [one.event for one in events if one.event in ENDS | REVIVES]
    if standing and standing[-1] in ENDS:
        return True
    latest = max((one.at for one in events), default=0)
    return latest > statement.issued or (latest == statement.issued and events != before)
