"""Trust: owns what resolving chains needs of the network and of the store. Imports outbound, store."""

from collections.abc import Mapping
from dataclasses import dataclass

from federation.resolve import Page, TooLong, Unkept, Unreached
from idp.errors import Unavailable
from idp.outbound import Sender
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
        return self._send("GET", url, _ANY, None, limit, timeout)

    def post(self, url: str, *, form: str, limit: int, timeout: float) -> Page:
        """One POST of a form; raises `Unreached`."""
        return self._send("POST", url, _FORM, form.encode("ascii"), limit, timeout)

    def _send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        limit: int,
        timeout: float,
    ) -> Page:
        try:
            reply = self.outbound.send(method, url, headers=headers, body=body, limit=limit, timeout=timeout)
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
