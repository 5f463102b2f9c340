"""Caretaker: owns what must be done again and again while a node runs. Does not do it itself.

Undelivered notices are tried again; what nobody needs any more is forgotten. Every process of a node may
have one: notices are lent to one worker at a time, and forgetting twice is harmless.
"""

import math
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from idp.clock import Clock
from idp.errors import Unavailable

ROUND = 2.0
"""Seconds between rounds, and before the first."""

TIDY = 3600.0
"""Seconds between tidyings."""

KEPT = 7 * 86_400.0
"""Seconds for which notices that arrived are still kept, for whoever asks what became of them."""

log = structlog.get_logger("caretaker")


class Pruned(Protocol):
    """Something that forgets what is older than a moment."""

    def prune(self, before: float, /) -> int:
        """How many were forgotten."""


@dataclass(slots=True, kw_only=True)
class Caretaker:
    """The rounds of one process.

    Attributes:
        deliver: tries what is due, and says how many notices that were.
        keep: one round of keeping the key rings.
        visit: reads peers again whose turn it is.
        notices: told long ago.
        tombstones: of sessions that could not be alive anyhow.
        origins: of the same, where they came from.
        duties: what else is to be done each round, by name.
    """

    deliver: Callable[[], int]
    keep: Callable[[], None]
    visit: Callable[[], None]
    notices: Pruned
    tombstones: Pruned
    origins: Pruned
    clock: Clock
    duties: Mapping[str, Callable[[], object]] = field(default_factory=dict)
    _tidied: float = -math.inf

    def start(self) -> None:
        """Go round for as long as the process lives."""
        # One thread each: a peer that does not answer must not hold up the keys.
        own = {"deliveries": self._deliver, "keys": self.keep, "peers": self.visit}
        for name, duty in {**own, **self.duties}.items():
            threading.Thread(target=_rounds, args=(name, duty), name=name, daemon=True).start()

    def tidy(self) -> None:
        """Forget what nobody needs any more."""
        now = self.clock()
        self.notices.prune(now - KEPT)
        self.tombstones.prune(now)
        self.origins.prune(now)

    def _deliver(self) -> None:
        self.deliver()
        if self.clock() >= self._tidied + TIDY:
            self.tidy()
            self._tidied = self.clock()


def _rounds(name: str, duty: Callable[[], object]) -> None:
    pause = threading.Event()
    while True:
        # First: our own server does not listen yet, nor does whoever starts beside us. Who is asked now is
        # remembered as not answering.
        pause.wait(ROUND)
        try:
            duty()
        except Unavailable as error:
            log.warning("round_cut_short", duty=name, part=error.part, cause=error.cause)
        except Exception:  # a defect in one round must not end all later ones
            log.exception("round_broken", duty=name)
