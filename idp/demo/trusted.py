"""Trusted: owns what a site knows of its provider because a trust chain leads to it (OIDF §12.1: the relying
party resolves the chain first, and stops when there is none). Imports federation.

Addresses and keys are those of the resolved metadata, so that nothing unsigned is believed. What was found is
kept in the memory of this one process.
"""

import threading
from collections.abc import Callable
from typing import Protocol

import jwt

from federation.resolve import Page, Unreached, Untrusted
from federation.resolve import Unreachable as NobodySays
from federation.trustchain import TrustChain
from idp.demo.discovery import Claims, NotAccepted
from idp.demo.loopback import Reply, Unreachable

_MOST = 1000
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Resolves(Protocol):
    """Whoever finds trust chains."""

    def resolve(self, entity_id: str) -> TrustChain: ...
    def drop(self, issuer: str, subject: str) -> None: ...


class TrustedProvider:
    """A provider by its chain.

    Args:
        issuer: its issuer, and entity identifier.
        resolver: finds chains, and keeps them while they count.
        clock: seconds since 1970.
    """

    def __init__(self, issuer: str, resolver: Resolves, clock: Callable[[], float]) -> None:
        self._issuer = issuer
        self._resolver = resolver
        self._clock = clock
        self._looked: float | None = None
        self._last: TrustChain | None = None

    def metadata(self) -> Claims:
        """What its superiors leave of its `openid_provider` metadata.

        Raises:
            NotAccepted: no chain leads to it.
            Unreachable: that cannot be found out just now.
        """
        said = self._provider().metadata("openid_provider")
        if said is None or said.get("issuer") != self._issuer:  # OIDF §5.1.3
            raise NotAccepted("untrusted_provider", f"{self._issuer} is not an OpenID provider")
        return said

    def keys(self, *, max_age: float) -> jwt.PyJWKSet:
        """The keys in that metadata; a fresh configuration of it is read when they are to be newer."""
        now = self._clock()
        if self._looked is None:
            self._looked = now
        elif now - self._looked > max_age:
            self._looked = now
            self._resolver.drop(self._issuer, self._issuer)
        return jwt.PyJWKSet.from_dict(dict(self.metadata().get("jwks") or {"keys": []}))

    def _provider(self) -> TrustChain:
        """Its chain; the last one serves until it expires while nobody can say more (OIDF §10.4)."""
        try:
            self._last = self.chain(self._issuer)
        except NotAccepted:
            self._last = None
            raise
        except Unreachable:
            if self._last is None or self._clock() >= self._last.expires:
                raise
        return self._last

    def chain(self, entity_id: str) -> TrustChain:
        """The chain of an entity; raises as `metadata` does."""
        try:
            return self._resolver.resolve(entity_id)
        except Untrusted as error:
            raise NotAccepted("untrusted_provider", str(error)) from error
        except NobodySays as error:
            raise Unreachable(f"whether to trust {entity_id} cannot be found out: {error}") from error


class Pages:
    """How the resolver asks, over the one request of the demo.

    Args:
        fetch: makes one HTTP request.
    """

    def __init__(self, fetch: Callable[..., Reply]) -> None:
        self._fetch = fetch

    def get(self, url: str, *, limit: int, timeout: float) -> Page:
        """One GET; raises `Unreached`."""
        return self._page(limit, url, timeout=timeout)

    def post(self, url: str, *, form: str, limit: int, timeout: float) -> Page:
        """One POST of a form; raises `Unreached`."""
        return self._page(limit, url, method="POST", body=form.encode(), headers=_FORM, timeout=timeout)

    def _page(self, limit: int, url: str, **request: object) -> Page:
        try:
            reply = self._fetch(url, **request)
        except Unreachable as error:
            raise Unreached(str(error)) from error
        if len(reply.body) > limit:
            raise Unreached(f"more than {limit} bytes")
        return Page(reply.status, reply.header("content-type"), reply.body)


class Kept:
    """What the resolver keeps, in memory; the oldest makes room.

    Args:
        clock: seconds since 1970.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._values: dict[str, tuple[float, bytes]] = {}

    def get(self, key: str) -> bytes | None:
        """The value, while it counts."""
        with self._lock:
            until, value = self._values.get(key, (0.0, b""))
        return value if self._clock() < until else None

    def put(self, key: str, value: bytes, ttl: int) -> None:
        """Keep it for `ttl` seconds."""
        with self._lock:
            self._values.pop(key, None)
            self._values[key] = (self._clock() + ttl, value)
            while len(self._values) > _MOST:
                del self._values[next(iter(self._values))]

    def remove(self, key: str) -> None:
        """Forget it."""
        with self._lock:
            self._values.pop(key, None)
