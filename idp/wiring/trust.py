"""Trust: owns what resolving chains needs of the network and of the store. Imports outbound, store."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from federation.resolve import Page, TooLong, Unkept, Unreached
from idp.addresses import Addresses
from idp.errors import Unavailable
from idp.outbound import Outbound, Reply, Sender
from idp.outbound import TooLong as Long
from idp.store import Store

_ANY = {"Accept": "*/*"}
_FORM = {"Content-Type": "application/x-www-form-urlencoded", **_ANY}


@dataclass(frozen=True, slots=True)
class StatementFetcher:
    """Reads what entities publish, through whatever makes our requests."""

    outbound: Sender

    def get(self, url: str, *, limit: int, timeout: float) -> Page:
        """One GET; raises `Unreached`."""
        return _page(
            lambda: self.outbound.send("GET", url, headers=_ANY, body=None, limit=limit, timeout=timeout)
        )

    def post(self, url: str, *, form: str, limit: int, timeout: float) -> Page:
        """One POST of a form; raises `Unreached`."""
        body = form.encode("ascii")
        return _page(
            lambda: self.outbound.send("POST", url, headers=_FORM, body=body, limit=limit, timeout=timeout)
        )


def _page(send: Callable[[], Reply]) -> Page:
    try:
        reply = send()
    except Unavailable as error:
        raise (TooLong if isinstance(error.__cause__, Long) else Unreached)(error.cause) from error
    return Page(reply.status, reply.headers.get("content-type", ""), reply.body)


@dataclass(frozen=True, slots=True)
class SharedCache:
    """What all processes of a node share, in the store."""

    store: Store

    def get(self, key: str) -> bytes | None:
        """The value, or None; raises `Unkept`."""
        try:
            return self.store.get(key)
        except Unavailable as error:
            raise Unkept(error.cause) from error

    def put(self, key: str, value: bytes, ttl: int) -> None:
        """Write for `ttl` seconds; raises `Unkept`."""
        try:
            self.store.put(key, value, ttl)
        except Unavailable as error:
            raise Unkept(error.cause) from error

    def remove(self, key: str) -> None:
        """Forget it; raises `Unkept`."""
        try:
            self.store.take(key)
        except Unavailable as error:
            raise Unkept(error.cause) from error


class NothingShared:
    """The cache of a command, which is alone and keeps nothing beyond its run."""

    def get(self, _key: str) -> bytes | None:
        """Nothing is there."""
        return None

    def put(self, _key: str, _value: bytes, _ttl: int) -> None:
        """Nothing is kept."""

    def remove(self, _key: str) -> None:
        """Nothing is there."""


@contextmanager
def open_fetcher() -> Iterator[StatementFetcher]:
    """Requests to the loopback address alone, closed afterwards."""
    outbound = Outbound(Addresses(allow=(), inside=True, resolve=_nowhere))
    try:
        yield StatementFetcher(outbound)
    finally:
        outbound.close()


def _nowhere(host: str) -> Sequence[str]:
    raise OSError(f"{host} is not on loopback")
