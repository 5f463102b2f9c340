"""Time, the store and the register of clients, in memory."""

from collections.abc import Collection

from idp.client import Client, Introduction
from idp.errors import Unavailable
from idp.families import FamilyEnd

NOW = 1_800_000_000.0


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


class MemoryStore:
    """The store's verbs over a dict, with lifetimes, counting round trips."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._held: dict[str, tuple[bytes, float]] = {}
        self.trips: list[str] = []

    def _look(self, key: str) -> bytes | None:
        value, until = self._held.get(key, (b"", 0.0))
        return value if until > self._clock() else None

    def get(self, key: str) -> bytes | None:
        self.trips.append(f"get {key}")
        return self._look(key)

    def put(self, key: str, value: bytes, ttl: int) -> None:
        self.trips.append(f"put {key}")
        self._held[key] = (value, self._clock() + ttl)

    def add(self, key: str, value: bytes, ttl: int) -> bool:
        self.trips.append(f"add {key}")
        if self._look(key) is not None:
            return False
        self._held[key] = (value, self._clock() + ttl)
        return True

    def take(
        self, key: str, *, into: str | None = None, ttl: int = 0, needs: str | None = None
    ) -> bytes | None:
        self.trips.append(f"take {key}")
        value = self._look(key)
        self._held.pop(key, None)
        if value is None or (needs is not None and self._look(needs) is None):
            return None
        if into is not None:
            self._held[into] = (value, self._clock() + ttl)
        return value

    def swap(self, key: str, old: bytes, new: bytes | None, ttl: int) -> bool:
        self.trips.append(f"swap {key}")
        if self._look(key) != old:
            return False
        self._held.pop(key)
        if new is not None:
            self._held[key] = (new, self._clock() + ttl)
        return True

    def ping(self) -> None: ...

    def remove(self, key: str) -> None:
        """What a sign-out does to a session."""
        self._held.pop(key, None)

    def everything(self) -> str:
        """All that a reader of the store could see."""
        return " ".join([*self._held, *(value.decode() for value, _ in self._held.values())])


class MemoryEndings:
    """What ended for good."""

    def __init__(self) -> None:
        self.written: list[FamilyEnd] = []
        self.keys: set[str] = set()
        self.down = False

    def write(self, ending: FamilyEnd) -> None:
        if self.down:
            raise Unavailable("records")
        self.written.append(ending)
        self.keys.add(ending.key)

    def any_ended(self, keys: Collection[str]) -> bool:
        if self.down:
            raise Unavailable("records")
        return bool(self.keys & set(keys))


class Register:
    """Clients by id."""

    def __init__(self, *clients: Client) -> None:
        self.known = {client.client_id: client for client in clients}

    def find(self, client_id: str) -> Client | None:
        return self.known.get(client_id)

    def meet(self, client_id: str, introduction: Introduction | None) -> Client | None:
        return self.known.get(client_id)

    def put(self, client: Client) -> Client:
        self.known[client.client_id] = client
        return client
