"""Breaker: owns whether a directory is worth asking at the moment. Knows no protocol. Imports nothing of
ours.

A directory that hangs would otherwise hold a worker for the whole deadline at every sign-in.
"""

import threading
from collections.abc import Callable


class Breaker:
    """Open for a rest after some failures in a row; then one caller at a time may try.

    Args:
        clock: seconds, never going back.
        failures: in a row, until it opens.
        rest: seconds for which it stays open.
    """

    def __init__(self, clock: Callable[[], float], *, failures: int = 2, rest: float = 3.0) -> None:
        self._clock = clock
        self._allowed = failures
        self._rest = rest
        self._failed = 0
        self._closed_again = 0.0
        self._lock = threading.Lock()

    def admits(self) -> bool:
        """Whether to try now; whoever is told yes reports the outcome."""
        with self._lock:
            if self._failed < self._allowed:
                return True
            now = self._clock()
            if now < self._closed_again:
                return False
            self._closed_again = now + self._rest  # the others wait for this one's outcome
            return True

    def worked(self) -> None:
        """It answered."""
        with self._lock:
            self._failed = 0

    def failed(self) -> None:
        """It did not answer."""
        with self._lock:
            self._failed += 1
            self._closed_again = self._clock() + self._rest
