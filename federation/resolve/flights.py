"""Flights: owns that one thing is done by one thread, and that others who want it wait for it. Imports
nothing of ours."""

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class _Flight(Generic[T]):
    def __init__(self) -> None:
        self.done = threading.Event()
        self.result: T | None = None


class Flights(Generic[T]):
    """Work by what it is about; its result is one that does not raise."""

    def __init__(self) -> None:
        self._flying: dict[Hashable, _Flight[T]] = {}
        self._lock = threading.Lock()

    def do(self, key: Hashable, work: Callable[[], T]) -> T:
        """The result of `work`, of our own or of whoever does it already."""
        while True:
            with self._lock:
                flight = self._flying.get(key)
                if flight is None:
                    mine = self._flying[key] = _Flight[T]()
                    break
            flight.done.wait()
            if flight.result is not None:
                return flight.result
            # It ended by a defect: the next one tries.
        try:
            mine.result = work()
            return mine.result
        finally:
            with self._lock:
                del self._flying[key]
            mine.done.set()
