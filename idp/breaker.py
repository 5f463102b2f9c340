"""Breaker: owns when to stop asking something that has failed. Does not know what it is.

Imports nothing of ours.
"""

import time
from collections.abc import Callable


class Breaker:
    """Answers for a part that has failed several times in a row, so that nobody queues up behind it.

    Args:
        limit: failures in a row that open it.
        rest: seconds until one caller may try again.
        now: seconds, monotonic.
    """

    def __init__(self, limit: int = 3, rest: float = 1.0, now: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._rest = rest
        self._now = now
        self._failures = 0
        self._until = 0.0

    def allows(self) -> bool:
        """Whether to try. Once the rest is over the first caller tries, the others wait for the outcome."""
        if self._failures < self._limit:
            return True
        now = self._now()
        if now < self._until:
            return False
        self._until = now + self._rest
        return True

    def failed(self) -> None:
        """Count a failure."""
        self._failures += 1
        if self._failures >= self._limit:
            self._until = self._now() + self._rest

    def worked(self) -> None:
        """Forget the failures."""
        self._failures = 0
