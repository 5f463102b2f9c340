"""Pulse: owns whether a peer answers just now. Does not know what it says of itself.

Imports errors and clock.
"""

import threading
from collections.abc import Mapping
from typing import Protocol

from idp.clock import Clock
from idp.errors import Unavailable

PROBE_UP, PROBE_DOWN = 0.2, 3.0
"""Seconds for which the answer of a health probe is believed."""

PROBE_BYTES = 64 * 1024


class Fetcher(Protocol):
    """Whoever can read an address."""

    def get(self, url: str, *, limit: int, headers: Mapping[str, str] | None = None) -> bytes:
        """The body of a 200 answer of at most `limit` bytes; raises `Unavailable`."""


class Pulse:
    """The health of one peer. One asks for all; the others go by the last answer meanwhile."""

    def __init__(self, issuer: str, fetcher: Fetcher, clock: Clock) -> None:
        self._url = issuer.removesuffix("/") + "/readyz"
        self._fetcher = fetcher
        self._clock = clock
        self._last: tuple[float, bool] | None = None
        self._asking = threading.Lock()

    @property
    def seen_down(self) -> bool:
        """Whether the last probe failed."""
        return self._last is not None and not self._last[1]

    def up(self) -> bool:
        """Whether a probe succeeds, or did so just now."""
        last = self._last
        if last is not None and self._believed(last):
            return last[1]
        if not self._asking.acquire(blocking=last is None) and last is not None:
            return last[1]
        try:
            if self._last is None or not self._believed(self._last):
                self._last = (self._clock(), self._probe())
            return self._last[1]
        finally:
            self._asking.release()

    def _believed(self, last: tuple[float, bool]) -> bool:
        at, answer = last
        return at <= self._clock() < at + (PROBE_UP if answer else PROBE_DOWN)

    def _probe(self) -> bool:
        try:
            self._fetcher.get(self._url, limit=PROBE_BYTES)
        except Unavailable:
            return False
        return True
