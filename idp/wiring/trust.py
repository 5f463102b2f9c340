"""Trust: owns what resolving chains needs of the network and of the store. Imports outbound, store."""

from dataclasses import dataclass

from federation.resolve import Page, Unkept, Unreached
from idp.errors import Unavailable
from idp.outbound import Reply, Sender
from idp.store import Store

_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "*/*"}


@dataclass(frozen=True, slots=True)
class StatementFetcher:
    """Reads what entities publish, through whatever makes our requests."""

    outbound: Sender

    def get(self, url: str, *, limit: int, timeout: float) -> Page:
        """One GET; raises `Unreached`."""
        try:
            return _page(
                self.outbound.send(
                    "GET", url, headers={"Accept": "*/*"}, body=None, limit=limit, timeout=timeout
                )
            )
        except Unavailable as error:
            raise Unreached(error.cause) from error

    def post(self, url: str, *, form: str, limit: int, timeout: float) -> Page:
        """One POST of a form; raises `Unreached`."""
        try:
            return _page(
                self.outbound.send(
                    "POST", url, headers=_FORM, body=form.encode("ascii"), limit=limit, timeout=timeout
                )
            )
        except Unavailable as error:
            raise Unreached(error.cause) from error


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


def _page(reply: Reply) -> Page:
    return Page(reply.status, reply.headers.get("content-type", ""), reply.body)
