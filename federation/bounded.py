"""Bounded: owns a mapping that never grows beyond its limits: what was not used for longest goes first.
Imports nothing of ours."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Bounded(Generic[K, V]):
    """Values by key, for several threads.

    Args:
        count: entries that are kept.
        weight: of all entries together that is kept; None does not weigh.
    """

    def __init__(self, count: int, weight: int | None = None) -> None:
        self._count = count
        self._most = weight
        self._kept: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._lock = threading.Lock()
        self.weight = 0

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: K) -> V | None:
        """The value, which counts as used now."""
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            self._kept.move_to_end(key)
            return found[0]

    def put(self, key: K, value: V, weight: int = 1) -> None:
        """Keep it, at the price of others."""
        with self._lock:
            self._drop(key)
            self._kept[key] = (value, weight)
            self.weight += weight
            while len(self._kept) > self._count or (
                self._most is not None and self.weight > self._most and self._kept
            ):
                self._drop(next(iter(self._kept)))

    def pop(self, key: K) -> None:
        """Forget it."""
        with self._lock:
            self._drop(key)

    def items(self) -> tuple[tuple[K, V], ...]:
        """Everything, what was not used for longest first; counts as no use."""
        with self._lock:
            return tuple((key, value) for key, (value, _) in self._kept.items())

    def _drop(self, key: K) -> None:
        found = self._kept.pop(key, None)
        if found is not None:
            self.weight -= found[1]
