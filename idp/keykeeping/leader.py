"""Leader: owns which process turns the wheel. Does not turn it. Imports store.

A lock in the store keeps the others from trying; it can be lost without anybody noticing (a long pause, a
store that restarted). So every new leader takes a number that only grows, and what an older number writes is
refused by SQL: the fence.
"""

from collections.abc import Callable

from idp.store import Store

LEASE = 15
"""Seconds after which a leader that fell silent is replaced."""


class Leader:
    """This process's part in choosing one.

    Args:
        what: that is led.
        name: of this process.
        next_fence: gives a number greater than every one before.
    """

    def __init__(self, store: Store, what: str, name: str, next_fence: Callable[[], int]) -> None:
        self._store = store
        self._lock = f"lead:{what}"
        self._name = name.encode()
        self._next_fence = next_fence
        self._fence: int | None = None

    def fence(self) -> int | None:
        """The number to write with if this process leads now, else None.

        Raises:
            Unavailable: nobody leads while the store or the records do not answer.
        """
        if self._fence is not None and self._store.swap(self._lock, self._name, self._name, LEASE):
            return self._fence
        self._fence = None
        if self._store.add(self._lock, self._name, LEASE):
            self._fence = self._next_fence()
        return self._fence
