"""Deadline: owns how long, and how much, one check may take from a server. Knows sockets, not LDAP.

ldap3's own timeouts are per read, so that a server which sends a byte now and then would hold a worker for
ever.
"""

import socket
from collections.abc import Callable
from dataclasses import dataclass

MAX_ANSWER = 1 << 20  # bytes that one operation may read


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A moment after which nothing is waited for any longer.

    Attributes:
        clock: seconds, never going back.
        at: the moment, on that clock.
    """

    clock: Callable[[], float]
    at: float

    def left(self) -> float:
        """Seconds left.

        Raises:
            TimeoutError: none are.
        """
        seconds = self.at - self.clock()
        if seconds <= 0:
            raise TimeoutError("deadline passed")
        return seconds

    def part(self, share: float) -> "Deadline":
        """A deadline at that share of the time left."""
        return Deadline(clock=self.clock, at=self.clock() + self.left() * share)


class BoundedSocket:
    """The socket that ldap3 reads and writes, bounded in time and size as a whole."""

    def __init__(self, raw: socket.socket, deadline: Deadline, limit: int = MAX_ANSWER) -> None:
        self.raw = raw
        self._deadline = deadline
        self._limit = limit

    def recv(self, size: int) -> bytes:
        """At most `size` bytes."""
        self.raw.settimeout(self._deadline.left())
        data = self.raw.recv(size)
        self._limit -= len(data)
        if self._limit < 0:
            raise OSError("the answer is too large")
        return data

    def sendall(self, data: bytes) -> None:
        """Sends all of it."""
        self.raw.settimeout(self._deadline.left())
        self.raw.sendall(data)

    def shutdown(self, how: int) -> None:
        """As a socket's."""
        self.raw.shutdown(how)

    def close(self) -> None:
        """As a socket's."""
        self.raw.close()
