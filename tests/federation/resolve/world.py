"""World: a federation that answers in memory, counts who was asked what, and can be made to misbehave."""

import json
import random
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from federation.resolve import Limits, Page, Resolver, TooLong, Unkept, Unreached
from keys.jose import STATEMENT, peek
from tests.federation.country import Country

TYPE = "application/entity-statement+jwt"


class Clock:
    """Time that moves when it is told to."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Memory:
    """A shared cache; `down` makes it silent."""

    def __init__(self, clock: Clock) -> None:
        self.values: dict[str, bytes] = {}
        self.ends: dict[str, float] = {}
        self.clock = clock
        self.down = False

    def tokens(self) -> dict[tuple[str, str], str]:
        """The keys under which statements lie, by issuer and subject."""
        found = {}
        for key, value in self.values.items():
            if "kept" in key:
                head = peek(json.loads(value)["token"], limits=STATEMENT)
                found[(str(head.iss), str(head.sub))] = key
        return found

    def get(self, key: str) -> bytes | None:
        self._check()
        return self.values.get(key) if self.clock() < self.ends.get(key, 0) else None

    def put(self, key: str, value: bytes, ttl: int) -> None:
        self._check()
        assert ttl >= 1
        self.values[key], self.ends[key] = value, self.clock() + ttl

    def remove(self, key: str) -> None:
        self._check()
        self.values.pop(key, None)

    def _check(self) -> None:
        if self.down:
            raise Unkept("down")


class Net:
    """What the entities of a country answer; `answers` says otherwise by (issuer, subject)."""

    def __init__(self, country: Country, clock: Clock) -> None:
        self.country = country
        self.clock = clock
        self.asked: Counter[tuple[str, str]] = Counter()
        self.urls: list[str] = []
        self.down: set[str] = set()
        self.changes: dict[tuple[str, str], Mapping[str, Any]] = {}
        self.answers: dict[tuple[str, str], Page | str | Callable[[], Page]] = {}
        self.hints: dict[str, tuple[str, ...]] = {}

    def get(self, url: str, *, limit: int, timeout: float) -> Page:
        parts = urlsplit(url)
        host = parts.netloc.removesuffix(".example")
        query = parse_qs(parts.query)
        subject = query["sub"][0].removeprefix("https://").removesuffix(".example") if query else host
        name = (host, subject)
        self.asked[name] += 1
        self.urls.append(url)
        if host in self.down:
            raise Unreached("down")
        answer = self.answers.get(name)
        if callable(answer):
            answer = answer()
        if isinstance(answer, Page):
            return answer
        if answer is None:
            if not self._known(name):
                return Page(404, "application/json", b'{"error":"not_found"}')
            answer = self.token(*name)
        if len(answer) > limit:
            raise TooLong("too long")
        return Page(200, TYPE, answer.encode())

    def post(self, url: str, *, form: str, limit: int, timeout: float) -> Page:
        self.urls.append(url)
        host = urlsplit(url).netloc.removesuffix(".example")
        if host in self.down:
            raise Unreached("down")
        answer = self.answers.get((host, "status"))
        assert callable(answer)
        page = answer()
        assert isinstance(page, Page)
        return page

    def token(self, issuer: str, subject: str) -> str:
        changes = dict(self.changes.get((issuer, subject), {}))
        if issuer == subject and subject in self.hints:
            changes["authority_hints"] = [self.country.id_of(one) for one in self.hints[subject]]
        self.country.now = self.clock()
        return self.country.statement(issuer, subject, **changes)

    def _known(self, name: tuple[str, str]) -> bool:
        issuer, subject = name
        if issuer == subject:
            return issuer in self.country.rings
        above = self.hints.get(subject) or (self.country.superiors.get(subject, ""),)
        return issuer in above


class World:
    """A country, its network, a clock, a shared cache, and a resolver."""

    def __init__(self, country: Country | None = None, limits: Limits | None = None) -> None:
        self.country = country or Country()
        self.clock = Clock(self.country.now)
        self.net = Net(self.country, self.clock)
        self.cache = Memory(self.clock)
        self.timer = Clock(0.0)
        self.anchors = dict(self.country.anchors)
        self.limits = limits or Limits()
        self.resolver = self.another()

    def another(self) -> Resolver:
        """The resolver of another process: the same shared cache, a memory of its own."""
        return Resolver(
            anchors=lambda: self.anchors,
            fetcher=self.net,
            cache=self.cache,
            clock=self.clock,
            limits=self.limits,
            timer=self.timer,
            chance=random.Random(7),
        )

    def id(self, name: str) -> str:
        return self.country.id_of(name)
