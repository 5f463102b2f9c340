"""Once: owns that an authorization request which may be used once is used once. Does not know journeys.

What is remembered of a use is the sign-in that it began: the same request again in the same browser, while
that sign-in is going on, is a page loaded again; anything else is a replay. One atomic `add` decides who was
first.
"""

import hashlib
from dataclasses import dataclass
from typing import Protocol


class Store(Protocol):
    """The verbs of the store that are used here."""

    def add(self, key: str, value: bytes, ttl: int) -> bool: ...
    def get(self, key: str) -> bytes | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """Something that is good once.

    Attributes:
        name: hash of whose it is and of its `jti` or `request_uri`.
        seconds: how long it could be accepted again, at least 1.
    """

    name: str
    seconds: int


def once(client_id: str, unique: str, *, seconds: float) -> Once:
    """What is good once for this client, under a name that gives nothing away."""
    name = hashlib.sha256(f"{client_id}\0{unique}".encode()).hexdigest()
    return Once(name=name, seconds=max(int(seconds) + 1, 1))


class Uses:
    """What was used already."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def first(self, one: Once, began: str = "") -> bool:
        """Use it; False: it was used before.

        Args:
            began: the sign-in that this begins.
        """
        return self._store.add(f"asked:{one.name}", began.encode(), one.seconds)

    def began(self, one: Once) -> str:
        """The sign-in that its first use began; empty for none."""
        return (self._store.get(f"asked:{one.name}") or b"").decode()
