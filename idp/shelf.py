"""Shelf: owns how a record becomes bytes in the store and back. Does not know what records mean.

Imports pydantic, the store's protocol and our errors. Records are frozen dataclasses; names that are secrets
(codes, session cookies) are hashed with `secret_name`, so that reading the store gives nobody a usable value.
"""

from base64 import urlsafe_b64encode
from collections.abc import Callable
from hashlib import sha256
from typing import Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from idp.errors import Unavailable
from idp.store import Store

T = TypeVar("T")

# Two tabs of one browser collide once or twice; fifty times in a row is somebody hammering one record.
_COLLISIONS = 50


def secret_name(value: str) -> str:
    """SHA-256 of a random secret, base64url without padding: the name under which its record lies."""
    return urlsafe_b64encode(sha256(value.encode()).digest()).rstrip(b"=").decode()


class Crowded(Unavailable):
    """Too many writers at once for one record."""


class Shelf(Generic[T]):
    """Records of one type in the store.

    A record that cannot be read (written by a version that meant something else) is not there: the person
    starts again, nobody is let in by a half-understood record (I7, I15).

    Args:
        store: raises `Unavailable("store")` from every verb here.
        prefix: kind of record, `session`; names get it with a colon.
        type_: a dataclass.
    """

    def __init__(self, store: Store, prefix: str, type_: type[T]) -> None:
        self._store = store
        self._prefix = f"{prefix}:"
        self._adapter: TypeAdapter[T] = TypeAdapter(type_)

    def key(self, name: str) -> str:
        """The store's key of a record, for `take(needs=…)` of another shelf."""
        return self._prefix + name

    def get(self, name: str) -> T | None:
        """The record, or None."""
        return self._read(self._store.get(self._prefix + name))

    def put(self, name: str, record: T, ttl: int) -> None:
        """Write for `ttl` seconds."""
        self._store.put(self._prefix + name, self._write(record), ttl)

    def add(self, name: str, record: T, ttl: int) -> bool:
        """Write unless something is there; False: it was."""
        return self._store.add(self._prefix + name, self._write(record), ttl)

    def take(self, name: str, *, into: str | None = None, ttl: int = 0, needs: str | None = None) -> T | None:
        """Read and remove; `into` and `needs` are whole keys of the store (`Store.take`)."""
        return self._read(self._store.take(self._prefix + name, into=into, ttl=ttl, needs=needs))

    def swap(self, name: str, old: T, new: T | None, ttl: int) -> bool:
        """Replace `old`, as it was read, by `new` (None removes it); False: somebody was quicker."""
        after = None if new is None else self._write(new)
        return self._store.swap(self._prefix + name, self._write(old), after, ttl)

    def change(self, name: str, into: Callable[[T], T | None], ttl: int) -> T | None:
        """Apply `into` until nobody interferes; the new record, None when there is none (any more).

        Compares the bytes as they lie in the store, so that a record of a newer version can be changed too.

        Args:
            into: what the record becomes; None removes it, the record itself leaves it alone.
            ttl: seconds that the new record lives.

        Raises:
            Crowded: somebody was quicker, many times in a row.
        """
        for _ in range(_COLLISIONS):
            raw = self._store.get(self._prefix + name)
            old = self._read(raw)
            if raw is None or old is None:
                return None
            new = into(old)
            if new is old:
                return old
            after = None if new is None else self._write(new)
            if self._store.swap(self._prefix + name, raw, after, ttl):
                return new
        raise Crowded("store", f"{self._prefix} too many writers at once", retry_after=1)

    def _write(self, record: T) -> bytes:
        return self._adapter.dump_json(record)

    def _read(self, raw: bytes | None) -> T | None:
        if raw is None:
            return None
        try:
            return self._adapter.validate_json(raw)
        except ValidationError:
            return None
