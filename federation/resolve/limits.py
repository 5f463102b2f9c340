"""Limits: owns how much one walk may cost, and how much of what it finds is kept. Imports nothing of ours.

Whoever can make us resolve a name decides where we go next, by the `authority_hints` that are published there
(OIDF §18.1). So each walk has a budget for everything it can be made to spend.
"""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The budgets, in one place.

    Attributes:
        depth: superiors above the subject on one path, the anchor among them.
        hints: superiors of one entity that are looked at, in its own order, anchors first.
        paths: ways up that are looked at.
        fetches: requests of one walk.
        statement_bytes: of one document.
        total_bytes: of all documents of one walk.
        fetch_seconds: for one request, from the name to the last byte.
        seconds: for one walk.
        chains: evaluated chains that are kept in memory.
        statements: documents that are kept in memory.
        kept_bytes: of the texts of either.
        steps: of the reports of refusals that are remembered, all together.
    """

    depth: int = 8
    hints: int = 10
    paths: int = 100
    fetches: int = 60
    statement_bytes: int = 256 * 1024
    total_bytes: int = 4 * 1024 * 1024
    fetch_seconds: float = 3.0
    seconds: float = 10.0
    chains: int = 2_000
    statements: int = 5_000
    kept_bytes: int = 32 * 1024 * 1024
    steps: int = 20_000


class Spent(Exception):
    """A budget is used up.

    Attributes:
        budget: its name in `Limits`.
        transient: whether another try may come further: time ran out, not patience.
    """

    def __init__(self, budget: str) -> None:
        super().__init__(f"the budget of {budget} is used up")
        self.budget = budget
        self.transient = budget == "seconds"


@dataclass(slots=True)
class Purse:
    """What one walk has left of its limits.

    Attributes:
        timer: seconds that only ever grow.
    """

    limits: Limits
    timer: Callable[[], float]
    fetches: int = 0
    bytes: int = 0
    _began: float = field(default=0.0)

    def __post_init__(self) -> None:
        self._began = self.timer()

    def check_time(self) -> float:
        """The seconds that are left; raises `Spent`."""
        left = self._began + self.limits.seconds - self.timer()
        if left <= 0:
            raise Spent("seconds")
        return left

    def fetch(self) -> tuple[int, float]:
        """Pay for one request: the bytes and the seconds that it may take; raises `Spent`."""
        left = self.check_time()
        if self.fetches >= self.limits.fetches:
            raise Spent("fetches")
        room = self.limits.total_bytes - self.bytes
        if room <= 0:
            raise Spent("total_bytes")
        self.fetches += 1
        return min(self.limits.statement_bytes, room), min(self.limits.fetch_seconds, left)

    def receive(self, count: int) -> None:
        """Count the bytes that came; raises `Spent` when they are too many."""
        self.bytes += count
        if self.bytes > self.limits.total_bytes:
            raise Spent("total_bytes")
