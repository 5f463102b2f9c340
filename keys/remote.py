"""Remote: owns the cached key set of another party's URL. Does not fetch itself. Imports encoding and public.

Rules: a set is fresh for `ttl` seconds; an unknown kid fetches once more, but never twice within `unknown`
seconds, so that forged names cost the host nothing; one fetch is in flight; a failing host never empties the
cache, and what it last gave counts until `hard` seconds are over; a bad answer is a failure as a whole, an
unusable key among good ones is skipped.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from keys.encoding import JoseError, strict_json
from keys.public import ALGORITHMS, parse, suits

_SIZE = 256 * 1024
_DEPTH = 6
_KEYS = 100


class Fetcher(Protocol):
    """Whoever may reach other hosts, bounded in time and address."""

    def get(self, url: str, *, limit: int) -> bytes:
        """The body of a 200 answer of at most `limit` bytes; raises whatever it likes otherwise."""
        ...


class KeysUnavailable(Exception):
    """There is no key set: the URL does not answer properly and nothing good is left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ages:
    """How long a key set counts, in seconds.

    Attributes:
        ttl: fresh without a question.
        pause: least time between two fetches, whatever asks for them.
        unknown: least time between two fetches that unknown kids ask for.
        hard: after this a set counts no longer, even when its host is down.
    """

    ttl: float = 300
    pause: float = 30
    unknown: float = 60
    hard: float = 86_400


@dataclass(frozen=True, slots=True)
class _Held:
    jwks: Mapping[str, object]
    kids: frozenset[object]
    since: float


class RemoteKeys:
    """The keys behind one URL.

    Args:
        url: a JWK Set (RFC 7517 §5).
        fetcher: who fetches it.
        clock: seconds since 1970.
        ages: how long a set counts.
    """

    def __init__(
        self, url: str, fetcher: Fetcher, clock: Callable[[], float], ages: Ages | None = None
    ) -> None:
        self._url = url
        self._fetcher = fetcher
        self._clock = clock
        self._ages = ages or Ages()
        self._lock = threading.Lock()
        self._held: _Held | None = None
        self._tried: float | None = None
        self._asked: float | None = None

    def jwks(self, kid: str | None = None) -> Mapping[str, object]:
        """The key set, as fresh as the rules ask.

        Args:
            kid: the key that a token names; one that the set lacks may cause a fetch.

        Raises:
            KeysUnavailable: nothing good was ever fetched, or it is too old.
        """
        held = self._good()
        if self._wants(held, kid):
            # Whoever has a set to go on with does not wait for a slow host; others wait for the one fetch.
            if self._lock.acquire(blocking=held is None):
                try:
                    if self._wants(self._good(), kid):
                        self._refresh()
                finally:
                    self._lock.release()
            held = self._good()
        if held is None:
            raise KeysUnavailable(self._url)
        return held.jwks

    def _good(self) -> _Held | None:
        held = self._held
        return held if held is not None and self._clock() - held.since < self._ages.hard else None

    def _wants(self, held: _Held | None, kid: str | None) -> bool:
        now = self._clock()
        if _within(now, self._tried, self._ages.pause):
            return False
        return self._is_due(held, now) or self._is_unknown(held, kid, now)

    def _is_due(self, held: _Held | None, now: float) -> bool:
        return held is None or now - held.since >= self._ages.ttl

    def _is_unknown(self, held: _Held | None, kid: str | None, now: float) -> bool:
        unknown = held is not None and kid is not None and kid not in held.kids
        return unknown and not _within(now, self._asked, self._ages.unknown)

    def _refresh(self) -> None:
        since = self._clock()
        if not self._is_due(self._held, since):
            self._asked = since
        try:
            keys = read_key_set(self._fetcher.get(self._url, limit=_SIZE))
        except Exception:  # whatever a stranger's host does, the last good set stays (CVE-2026-48524)
            return
        finally:
            # Only now: whoever has no set must wait for this fetch, not believe that it has failed already.
            self._tried = self._clock()
        self._held = _Held({"keys": keys}, frozenset(key.get("kid") for key in keys), since)


def _within(now: float, moment: float | None, seconds: float) -> bool:
    """Whether `moment` was less than so long ago; one that is still to come (the clock went back) was not."""
    return moment is not None and 0 <= now - moment < seconds


def read_key_set(body: bytes) -> list[Mapping[str, object]]:
    """The usable keys of a JWK Set as its host sent it.

    Raises:
        JoseError: it is no key set, has no usable key, or one name for two keys.
    """
    if len(body) > _SIZE:
        raise JoseError("size", "a key set that is too long")
    return usable_keys(strict_json(body, depth=_DEPTH))


def usable_keys(jwks: Mapping[str, object]) -> list[Mapping[str, object]]:
    """The keys of a set that verify something; others are skipped: unknown kinds, keys for encryption, keys
    with a private or symmetric half, points off their curve.

    Raises:
        JoseError: it is no key set, has no usable key, or one name for two keys: whoever reads it would have
            to guess (RFC 7517 §4.5).
    """
    keys = jwks.get("keys")
    if not isinstance(keys, list | tuple) or len(keys) > _KEYS:
        raise JoseError("key", "not a key set")
    usable: list[Mapping[str, object]] = []
    for key in keys:
        if isinstance(key, Mapping) and key not in usable and _usable(key):
            usable.append(key)
    if not usable:
        raise JoseError("key", "a key set without usable keys")
    for alg in ALGORITHMS:
        kids = [key.get("kid") for key in usable if suits(key, alg)]
        if len(set(kids)) != len(kids):
            raise JoseError("kid", "a key set with one name for two keys")
    return usable


def _usable(jwk: Mapping[str, object]) -> bool:
    alg = next((alg for alg in ALGORITHMS if suits(jwk, alg)), None)
    if alg is None or not isinstance(jwk.get("kid", ""), str):
        return False
    try:
        parse(jwk, alg)
    except JoseError:
        return False
    return True
