"""Visitors: owns a portal's memory of browsers. Does not know HTTP or OpenID. Imports records of `relying`.

A browser holds a random id and nothing else. Everything has an end, and everything is bounded.
"""

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from idp.demo.relying import Pending, SignedIn

T = TypeVar("T")
_MOST = 5000
_PENDING_LIFETIME = 900
_SESSION_LIFETIME = 3600
_ENDED_LIFETIME = 3600


class Shelf(Generic[T]):
    """Records with an end. The oldest make room when there are too many."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._kept: OrderedDict[str, tuple[float, T]] = OrderedDict()

    def put(self, name: str, value: T, until: float) -> None:
        """Keep a record until a time."""
        self._kept[name] = (until, value)
        while len(self._kept) > _MOST:
            self._kept.popitem(last=False)

    def get(self, name: str) -> T | None:
        """The record, unless its time has passed."""
        until, value = self._kept.get(name, (0.0, None))
        return value if until > self._clock() else None

    def take(self, name: str) -> T | None:
        """The record, which is gone afterwards."""
        value = self.get(name)
        self._kept.pop(name, None)
        return value

    def drop(self, unwanted: Callable[[T], bool]) -> int:
        """Forget every record of that kind; says how many."""
        names = [name for name, (_, value) in self._kept.items() if unwanted(value)]
        for name in names:
            del self._kept[name]
        return len(names)


@dataclass(frozen=True, slots=True)
class _Started:
    """A pending sign-in and the browser that started it."""

    browser: str
    pending: Pending


class Visitors:
    """Who is signed in, who is on the way, and which sessions the provider has ended.

    Args:
        clock: seconds since 1970.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._pending: Shelf[_Started] = Shelf(clock)
        self._sessions: Shelf[SignedIn] = Shelf(clock)
        self._ended: Shelf[bool] = Shelf(clock)
        self._seen: Shelf[bool] = Shelf(clock)

    def depart(self, browser: str, pending: Pending) -> None:
        """Remember that this browser went to sign in; several at once (tabs) are fine."""
        with self._lock:
            self._pending.put(pending.state, _Started(browser, pending), self._clock() + _PENDING_LIFETIME)

    def back(self, browser: str, state: str) -> Pending | None:
        """The sign-in with that state, once, and only for the browser that started it (login CSRF)."""
        with self._lock:
            started = self._pending.take(state)
        return started.pending if started and secrets.compare_digest(started.browser, browser) else None

    def enter(self, signed_in: SignedIn, previous: str) -> str | None:
        """Start a session under a new name (the old one dies: fixation).

        Returns:
            The name, or None if the provider has ended that session meanwhile.
        """
        now = self._clock()
        last = signed_in.claims.get("session_expiry")
        until = min(now + _SESSION_LIFETIME, last if isinstance(last, int) else now + _SESSION_LIFETIME)
        name = secrets.token_urlsafe(32)
        with self._lock:
            self._sessions.take(previous)
            if signed_in.sid and self._ended.get(signed_in.sid):
                return None  # the logout token overtook the browser
            self._sessions.put(name, signed_in, until)
        return name

    def present(self, name: str) -> SignedIn | None:
        """Who is signed in under that name."""
        with self._lock:
            return self._sessions.get(name)

    def leave(self, name: str) -> SignedIn | None:
        """End the session of that name."""
        with self._lock:
            return self._sessions.take(name)

    def end(self, jti: str, *, sid: str | None, sub: str | None) -> int:
        """Do what a verified logout token says, once; says how many sessions ended.

        Args:
            jti: of the token; one seen before has no effect.
            sid: the session that ended, or None for all of the person.
            sub: the person, used only without a `sid`.
        """
        until = self._clock() + _ENDED_LIFETIME
        with self._lock:
            if self._seen.get(jti):
                return 0
            self._seen.put(jti, True, until)
            if sid is None:
                return self._sessions.drop(lambda signed_in: signed_in.claims.get("sub") == sub)
            self._ended.put(sid, True, until)
            return self._sessions.drop(lambda signed_in: signed_in.sid == sid)
