"""Load: owns people who sign in again and again, and a site that keeps every token. Does not judge tokens."""

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from idp.demo.browser import Browser, Lost
from idp.demo.discovery import NotAccepted
from idp.demo.loopback import Reply, Unreachable
from idp.demo.registration import Registration
from idp.demo.relying import RelyingParty
from idp.demo.walker import Citizen, Door, NotSeen, Person, arrived, known

_PAUSE = 0.5
_CODES = 4  # of one session, before the person starts anew

Fetch = Callable[..., Reply]


@dataclass(slots=True)
class Count:
    """How it went."""

    done: int = 0
    slowest: float = 0.0
    failed: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, what: str, deed: Callable[[], int]) -> None:
        """Do it, and count the sign-ins that it made, or that it failed."""
        begun = time.monotonic()
        try:
            made = deed()
        except (NotSeen, NotAccepted, Lost, Unreachable, ValueError, KeyError) as error:
            with self.lock:
                self.failed.append(f"{time.strftime('%H:%M:%S')} {what}: {error}")
            return
        with self.lock:
            self.done += made
            self.slowest = max(self.slowest, (time.monotonic() - begun) / max(made, 1))


class Roamer:
    """Signs in at home, roams, and signs out at home; each time with a fresh browser."""

    def __init__(self, fetch: Fetch, near: Door, far: Door, citizen: Citizen) -> None:
        self._fetch, self._near, self._far, self._citizen = fetch, near, far, citizen

    def __call__(self) -> int:
        person = Person(Browser(self._fetch))
        person.sign_in(self._near, self._citizen)
        known(person, self._near)
        arrived(person.press_sign_in(self._far), self._far)
        known(person, self._far)
        person.press_sign_out(self._near)
        return 2


class Site:
    """A relying party that hands every token to a witness."""

    def __init__(
        self, fetch: Fetch, registration: Registration, citizen: Citizen, saw: Callable[[str], None]
    ) -> None:
        self._fetch, self._registration, self._citizen, self._saw = fetch, registration, citizen, saw
        self._party = RelyingParty(registration, clock=time.time, fetch=self._tapped)

    def __call__(self) -> int:
        person = Person(Browser(self._to_us))
        for number in range(_CODES):
            url, pending = self._party.start({"scope": "openid profile"})
            page = person.browser.open(url)
            if number == 0:
                page = person.type_password(page, self._citizen)
            query = parse_qs(urlsplit(page.url).query)
            if query.get("state") != [pending.state] or "code" not in query:
                raise NotSeen(f"no code at {page.url.partition('?')[0]} ({page.status})")
            self._party.finish(query["code"][0], pending)
        return _CODES

    def _to_us(self, url: str, **request: Any) -> Reply:
        if url.startswith(self._registration.redirect_uri):
            return Reply(200, (), b"")
        return self._fetch(url, **request)

    def _tapped(self, url: str, **request: Any) -> Reply:
        reply = self._fetch(url, **request)
        if request.get("method") == "POST" and reply.status == 200:
            answer: Mapping[str, Any] = json.loads(reply.body)
            for name in ("id_token", "access_token"):
                if isinstance(answer.get(name), str):
                    self._saw(answer[name])
        return reply


def keep_on(count: Count, what: str, deed: Callable[[], int], stopping: threading.Event) -> None:
    """Do it again and again."""
    while not stopping.wait(_PAUSE):
        count.run(what, deed)
