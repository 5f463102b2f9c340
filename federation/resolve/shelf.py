"""Shelf: owns the documents that are known already: a little in memory, the rest in a cache that all
processes of a node share. Believes nothing that lies there: whoever takes a text verifies it. Imports
bounded, outside.

A document is kept until it expires (OIDF §10.2). Also kept, for a short while, is that there was none: longer
after a plain no, shorter after silence; an unsigned answer never removes a statement that is still good.
"""

import contextlib
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from federation.bounded import Bounded
from federation.resolve.limits import Limits
from federation.resolve.outside import Cache, Unkept
from keys.encoding import JoseError, strict_json

Name = tuple[str, str]
"""Issuer and subject: the same twice for an entity configuration."""

Absence = Literal["not found", "refused", "unreachable"]

NO = 45
"""Seconds for which a plain no is remembered."""
SILENCE = 10
"""Seconds for which it is remembered that nobody answered."""
AGAIN = 60
"""Seconds between two early readings of one issuer, which anybody can bring about by what does not verify."""
DEAD = 7 * 86_400
"""Seconds for which a statement that was withdrawn is not believed when somebody brings it along: as long as
any may live."""

_SHARED = "federation:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A document as it was fetched.

    Attributes:
        token: its text.
        fetched: when, seconds since 1970.
        expires: when it says that it ends.
    """

    token: str
    fetched: float
    expires: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """That a document was not to be had.

    Attributes:
        outcome: what came instead.
        until: seconds since 1970.
    """

    outcome: Absence
    reason: str
    section: str
    until: float


class Shelf:
    """What is known, by issuer and subject.

    Args:
        cache: shared by all processes; when it does not answer, memory and the network serve.
        clock: seconds since 1970.
    """

    def __init__(self, cache: Cache, clock: Callable[[], float], limits: Limits) -> None:
        self._cache = cache
        self._clock = clock
        self._near: Bounded[Name, Kept] = Bounded(limits.statements, limits.kept_bytes)
        self._missing: Bounded[Name, Missing] = Bounded(limits.statements)
        self._dead: Bounded[Name, float] = Bounded(limits.statements)
        self._again: Bounded[str, float] = Bounded(limits.statements)

    def near(self, name: Name) -> Kept | None:
        """The document in memory, while it lives."""
        kept = self._near.get(name)
        return kept if kept is not None and self._clock() < kept.expires else None

    def shared(self, name: Name) -> Kept | None:
        """The document in the shared cache, while it lives; in memory from now on."""
        found = self._read("kept", name)
        token, fetched, expires = (found.get(part) for part in ("token", "fetched", "expires"))
        if not isinstance(token, str) or type(expires) is not int or not isinstance(fetched, int | float):
            return None
        kept = Kept(token=token, fetched=float(fetched), expires=expires)
        if self._clock() >= expires or kept.fetched <= self.died(name):
            return None
        self._near.put(name, kept, len(token))
        return kept

    def put(self, name: Name, token: str, expires: int, *, asked: float) -> None:
        """Keep what was just fetched, unless it was taken for dead while it was on its way.

        Args:
            asked: when it was asked for, seconds since 1970.
        """
        now = self._clock()
        self._missing.pop(name)
        ttl = int(expires - now)
        if ttl < 1 or asked < self.died(name):
            return
        self._near.put(name, Kept(token=token, fetched=now, expires=expires), len(token))
        self._write("kept", name, {"token": token, "fetched": now, "expires": expires}, ttl)

    def forget(self, name: Name) -> None:
        """Forget a document, in memory and in the cache."""
        self._near.pop(name)
        self._missing.pop(name)
        with contextlib.suppress(Unkept):
            self._cache.remove(_key("kept", name))
            self._cache.remove(_key("missing", name))

    def missing(self, name: Name) -> Missing | None:
        """That the document was not to be had a moment ago, to this process or another."""
        found = self._missing.get(name) or self._parse_missing(self._read("missing", name))
        return found if found is not None and self._clock() < found.until else None

    def put_missing(self, name: Name, outcome: Absence, reason: str, section: str) -> None:
        """Remember that the document was not to be had."""
        lasts = SILENCE if outcome == "unreachable" else NO
        until = self._clock() + lasts
        self._missing.put(name, Missing(outcome=outcome, reason=reason, section=section, until=until))
        said = {"outcome": outcome, "reason": reason, "section": section, "until": until}
        self._write("missing", name, said, lasts)

    def bury(self, name: Name) -> None:
        """Take a statement for dead: forgotten, and not believed when somebody brings it along.

        Raises:
            Unkept: the other processes cannot be told.
        """
        now = self._clock()
        self._dead.put(name, now)
        self.forget(name)
        said = json.dumps({"at": now}).encode()
        self._cache.put(_key("dead", name), said, DEAD)

    def died(self, name: Name) -> float:
        """When it was taken for dead, seconds since 1970; 0: never."""
        here = self._dead.get(name) or 0.0
        there = self._read("dead", name).get("at")
        return max(here, float(there)) if isinstance(there, int | float) else here

    def may_read_again(self, issuer: str) -> bool:
        """Whether what an issuer said may be read anew before its time; then not again for a minute."""
        name = (issuer, "again")
        if self._read("again", name):
            return False
        last = self._again.get(issuer)
        now = self._clock()
        if last is not None and 0 <= now - last < AGAIN:
            return False
        self._again.put(issuer, now)
        self._write("again", name, {"at": now}, AGAIN)
        return True

    def _read(self, kind: str, name: Name) -> dict[str, object]:
        try:
            found = self._cache.get(_key(kind, name))
            return {} if found is None else strict_json(found, depth=2)
        except (Unkept, JoseError):
            return {}

    def _write(self, kind: str, name: Name, value: object, ttl: int) -> None:
        with contextlib.suppress(Unkept):
            self._cache.put(_key(kind, name), json.dumps(value).encode(), ttl)

    def _parse_missing(self, said: dict[str, object]) -> Missing | None:
        for outcome in ("not found", "refused", "unreachable"):
            until = said.get("until")
            if said.get("outcome") == outcome and isinstance(until, int | float):
                return Missing(
                    outcome=outcome,
                    reason=str(said.get("reason", "")),
                    section=str(said.get("section", "")),
                    until=float(until),
                )
        return None


def _key(kind: str, name: Name) -> str:
    issuer, subject = name
    return f"{_SHARED}{kind}:{hashlib.sha256(f'{issuer} {subject}'.encode()).hexdigest()}"
