"""Caretaker: owns what must be done again and again while a node runs. Does not do it itself.

Undelivered notices are tried again; what nobody needs any more is forgotten. Every process of a node may
have one: notices are lent to one worker at a time, and forgetting twice is harmless.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import structlog

from idp.clock import Clock
from idp.errors import Unavailable

ROUND = 2.0
"""Seconds between rounds."""

TIDY = 3600.0
"""Seconds between tidyings."""

KEPT = 7 * 86_400.0
"""Seconds for which notices that arrived are still kept, for whoever asks what became of them."""

log = structlog.get_logger("caretaker")


class Pruned(Protocol):
    """Something that forgets what is older than a moment."""

    def prune(self, before: float, /) -> int:
        """How many were forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caretaker:
    """The rounds of one process.

    Attributes:
        deliver: tries what is due, and says how many notices that were.
        notices: told long ago.
        tombstones: of sessions that could not be alive anyhow.
    """

    deliver: Callable[[], int]
    notices: Pruned
    tombstones: Pruned
    clock: Clock

    def start(self) -> None:
        """Go round for as long as the process lives."""
        threading.Thread(target=self._rounds, name="caretaker", daemon=True).start()

    def tidy(self) -> None:
        """Forget what nobody needs any more."""
        now = self.clock()
        self.notices.prune(now - KEPT)
        self.tombstones.prune(now)

    def _rounds(self) -> None:
        pause, tidied = threading.Event(), float("-inf")
        while not pause.wait(ROUND):
            try:
                self.deliver()
                if self.clock() >= tidied + TIDY:
                    self.tidy()
                    tidied = self.clock()
            except Unavailable as error:
                log.warning("round_cut_short", part=error.part, cause=error.cause)
