"""Refreshing: owns reading chains again before they end, so that nobody waits for it. Imports documents,
held, judging.

A superior that answers nothing, or an error, which is unsigned, takes nothing back: the chain before serves
until it expires. Signed statements that do not make a chain any more do end it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from federation.chain import Broken
from federation.resolve.documents import Documents
from federation.resolve.held import Held, Holding, Wish
from federation.resolve.judging import Judge
from federation.resolve.report import Report
from federation.resolve.walk import Absent, Walk
from federation.statement import Statement

AT_ONCE = 10
"""Chains of one round."""

PAUSE = 0.2
"""Share of what is left of a chain's life for which it is not read again after it was: a superior that signs
ahead may well answer the same text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshing:
    """Reads again what is ripe.

    Attributes:
        walk: finds a chain anew.
        begin: a walk with whole budgets.
    """

    held: Held
    documents: Documents
    judge: Judge
    walk: Callable[[Wish], Report]
    begin: Callable[[], Walk]

    def round(self) -> int:
        """A few chains, the most urgent first; how many."""
        due = self.held.due()[:AT_ONCE]
        for wish, holding in due:
            self._refresh(wish, holding)
        return len(due)

    def _refresh(self, wish: Wish, holding: Holding) -> None:
        walk, before = self.begin(), holding.chain
        # From the anchor down: each is read by the keys that were read just before it.
        found_again = [self._again(walk, one) for one in reversed(before.statements)]
        tokens = [one.token for one in reversed(found_again)]
        try:
            found = self.judge.verify(tokens, {before.anchor: holding.pinned}, before.subject)
        except Broken:
            self._anew(wish, holding)
            return
        self.held.put(wish, found, holding.pinned, drops=walk.drops, pause=PAUSE)

    def _again(self, walk: Walk, before: Statement) -> Statement:
        """One statement, read again when it is ripe: by another process meanwhile, or by us."""
        name = (before.iss, before.sub)
        seen = walk.seen.get(name)
        if isinstance(seen, Statement):
            return seen
        try:
            known = self.documents.newer(walk, before)
            if known is not None:
                return known
            if self.held.ripe(before) > self.held.now():
                return before
            source = before.claims.get("source_endpoint")
            return self.documents.refreshed(walk, name, source if isinstance(source, str) else None)
        except Absent:
            return before

    def _anew(self, wish: Wish, holding: Holding) -> None:
        report = self.walk(wish)
        if report.chain is not None:
            return
        if any(step.what == "chain" and step.outcome == "refused" for step in report.steps):
            self.held.forget(wish)
        else:
            self.held.later(holding)
