"""Key rows: owns what a superior keeps about a subordinate's keys, and what is needed of whoever keeps it.

Imports federation.keychange, audit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from federation.keychange import Candidate
from idp.audit import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What is known about the keys of one subordinate, besides which are certified.

    Attributes:
        next_at: when its configuration is read next, seconds since 1970.
        read_at: when it was read last, whether one was heard or not.
        issued: `iat` of the newest that was heard.
        trouble: why none could be heard at the last try; empty: one was.
        candidate: keys that wait.
        missing: since when a certified kid is not listed.
        refused: kids that it lists and that were refused; each is told of once.
        proven: thumbprints whose possession it proved.
        version: grows with every change; 0 before anything is kept.
    """

    entity_id: str
    next_at: float = 0.0
    read_at: float | None = None
    issued: int = 0
    trouble: str = ""
    candidate: Candidate | None = None
    missing: Mapping[str, float] = field(default_factory=dict)
    refused: tuple[str, ...] = ()
    proven: tuple[str, ...] = ()
    version: int = 0


class KeyRows(Protocol):
    """Where it is kept; every verb raises `Unavailable("records")`."""

    def find(self, entity_id: str) -> Watched:
        """What is kept, or the beginning of it."""

    def every(self) -> Sequence[Watched]:
        """Of all active subordinates."""

    def take_due(self, now: float, lease: float, limit: int) -> Sequence[str]:
        """Active subordinates whose configuration is to be read, lent to one process for a while."""

    def save(self, watched: Watched, *, entries: Sequence[Entry]) -> bool:
        """Keep it over the version that was seen, with what is told of it; False: somebody was first."""

    def hasten(self, entity_id: str, at: float) -> None:
        """Let it be read from then on, if its turn would come later; whoever reads it this moment is not in
        anybody's way by that."""

    def refuse(
        self, entity_id: str, kid: str, thumbprint: str, *, at: float, reason: str, entry: Entry
    ) -> None:
        """The key never counts for this entity again."""
