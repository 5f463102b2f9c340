"""Pace: owns how often one token may be used. Does not know tokens. Imports the shelf.

The last minute's uses are remembered one by one, so that no minute, wherever it begins, has more of them.
"""

import math
from dataclasses import dataclass

from idp.clock import Clock
from idp.shelf import Shelf
from idp.store import Store

WINDOW = 60
"""Seconds."""

_ROUNDS = 10


@dataclass(frozen=True, slots=True)
class Recent:
    """When a token was used within the last minute."""

    at: tuple[float, ...]


class Pace:
    """Counts uses.

    Args:
        store: where the counts are.
        per_minute: how many uses of one token a minute may have.
        clock: seconds since 1970.
    """

    def __init__(self, store: Store, per_minute: int, clock: Clock) -> None:
        self._shelf: Shelf[Recent] = Shelf(store, "registering", Recent)
        self._most = per_minute
        self._clock = clock

    def wait(self, name: str) -> int:
        """Count a use and return 0, or count nothing and return the seconds to wait, at least 1.

        Raises:
            Unavailable: `store`.
        """
        now, left = self._clock(), 0

        def one_more(old: Recent) -> Recent:
            nonlocal left
            recent = tuple(at for at in old.at if at > now - WINDOW)
            left = 0
            if len(recent) >= self._most:
                left = max(1, math.ceil(min(recent) + WINDOW - now))
                return old
            return Recent((*recent, now))

        # What is there is changed, what is not is added; it may come or go in between.
        for _ in range(_ROUNDS):
            if self._shelf.change(name, one_more, WINDOW) is not None:
                return left
            if self._shelf.add(name, Recent((now,)), WINDOW):
                return 0
        return 1
