"""Outside: owns what resolving asks of whoever holds the network and the shared cache. Imports nothing of
ours."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Page:
    """What an address answered.

    Attributes:
        status: of HTTP; nothing was followed.
        content_type: as it was sent, empty where there was none.
        body: at most as long as was asked for.
    """

    status: int
    content_type: str
    body: bytes


class Unreached(Exception):
    """There was no answer: not in time, too long, refused, or from an address that we do not go to."""


class TooLong(Unreached):
    """The answer is longer than was asked for."""


class Fetcher(Protocol):
    """Whoever makes our requests."""

    def get(self, url: str, *, limit: int, timeout: float) -> Page:
        """One GET, nothing followed.

        Args:
            limit: bytes of the answer.
            timeout: seconds for all of it.

        Raises:
            TooLong: more bytes than that.
            Unreached: no whole answer.
        """
        ...

    def post(self, url: str, *, form: str, limit: int, timeout: float) -> Page:
        """One POST of a form, nothing followed; arguments and errors as for `get`."""
        ...


class Unkept(Exception):
    """The shared cache does not answer."""


class Cache(Protocol):
    """What all processes of a node share. Every verb raises `Unkept` when there is no answer."""

    def get(self, key: str) -> bytes | None:
        """The value, or None when it is not there or has expired."""
        ...

    def put(self, key: str, value: bytes, ttl: int) -> None:
        """Write for `ttl` seconds, at least 1."""
        ...

    def remove(self, key: str) -> None:
        """Forget it."""
        ...
