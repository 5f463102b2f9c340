"""By chain: owns the steps of the walk that are about trust: who is believed, who is not, and since when.

Imports the walker's verbs, and acts at the anchor as its people do (`clerks`). Each step leaves the country
as it found it.
"""

import itertools
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from federation.resolve import Resolver, Unreachable, Untrusted
from idp.demo import charter
from idp.demo.browser import Browser, Page
from idp.demo.clerks import Clerks
from idp.demo.loopback import Reply
from idp.demo.registration import Registration
from idp.demo.relying import RelyingParty
from idp.demo.stranger import knocking
from idp.demo.trusted import Kept, Pages, TrustedProvider
from idp.demo.walker import Citizen, Door, NotSeen, Person, arrived, asked, known

_NOTICED = 60.0  # seconds within which everybody knows of a suspension, or of a mark that was taken back
_BACK_AGAIN = 120.0  # seconds after which nobody remembers a refusal
_PAUSE = 0.5


class ByChain:
    """The steps.

    Args:
        folder: where the country keeps its state.
        described: its `demo.json`.
        people: a citizen of the first portal's region, and one of the second's.
        fetch: makes one HTTP request.
    """

    def __init__(
        self,
        folder: Path,
        described: Mapping[str, Any],
        people: tuple[Citizen, Citizen],
        fetch: Callable[..., Reply],
    ) -> None:
        self._near, self._far, self._deep, self._plain = (Door(**one) for one in described["portals"])
        self._folder = folder
        self._native, self._stranger = people
        self._fetch = fetch
        self._above = {one["entity_id"]: one["superior"] for one in described["authorities"]}
        self._anchor = str(described["anchor"]["entity_id"])
        settings = {one["entity_id"]: Path(one["settings"]) for one in described["authorities"]}
        self._clerks = Clerks(settings[self._anchor])
        self._mark = f"{self._anchor}/marks/portal"
        self._anchors = {self._anchor: json.loads((folder / "gd" / charter.PINS).read_text())}

    def steps(self) -> tuple[tuple[str, Callable[[], str]], ...]:
        """What is tried, and how."""
        return (
            ("a chain of four levels leads to a city's portal, and people roam there", self.chain),
            ("whoever is enrolled nowhere is refused, and sent nowhere", self.stranger),
            ("a portal whose trust mark is revoked is refused, until it holds one again", self.mark),
            ("a province that is suspended is believed nowhere, until it is reinstated", self.suspended),
        )

    def chain(self) -> str:
        """From the anchor's pinned keys down to a department's portal."""
        try:
            found = self._resolver().resolve(self._deep.origin)
        except (Untrusted, Unreachable) as error:
            raise NotSeen(str(error)) from error
        path = [self._deep.origin, *found.superiors]
        _expect(len(found.superiors) == 4, f"the chain is {_shown(path)}")
        for below, above in itertools.pairwise(found.superiors):
            _expect(self._above[below] == above, f"{below} is not right below {above}")
        person = self._newcomer()
        person.sign_in(self._far, self._stranger)
        arrived(person.press_sign_in(self._deep), self._deep)
        claims = known(person, self._deep)
        _expect(claims.get("idp") == self._far.issuer, f"idp is {claims.get('idp')}")
        person.press_sign_out(self._far)
        return f"{_shown(path)}; {claims.get('name')} of {claims.get('home_region')} is known there"

    def stranger(self) -> str:
        """A leaf that no superior knows, with a request in which nothing else is wrong."""
        site = knocking(
            self._near.issuer, anchors=self._anchors, resolver=self._resolver(), fetch=self._fetch
        )
        with site as (origin, address):
            page = self._newcomer().browser.open(address, initiator=origin)
        _expect(_is_refused(page, self._near.issuer), f"came to {page.url.partition('?')[0]} ({page.status})")
        return f"{page.status} on a page of {_host(page.url)}, after {len(page.trail) - 1} redirects"

    def mark(self) -> str:
        """The anchor takes a portal's mark back, and gives it another."""
        person = self._newcomer()
        asked(person.press_sign_in(self._deep), self._deep.issuer)
        self._clerks.revoke(self._mark, self._deep.origin)
        try:
            begun = time.monotonic()
            self._until(
                _NOTICED, "the mark was revoked: its portal is served", lambda: self._turned_away(self._deep)
            )
            noticed = time.monotonic() - begun
            asked(self._newcomer().press_sign_in(self._near), self._near.issuer)
        finally:
            self._clerks.issue(self._mark, self._deep.origin)
        begun = time.monotonic()
        self._until(
            _BACK_AGAIN, "the mark was issued: its portal is refused", lambda: self._served(self._deep)
        )
        return f"refused {noticed:.0f} s after it, served {time.monotonic() - begun:.0f} s after the next"

    def suspended(self) -> str:
        """The anchor suspends one province: what came from it ends, and all else goes on."""
        guest, native = self._newcomer(), self._newcomer()
        guest.sign_in(self._far, self._stranger)
        arrived(guest.press_sign_in(self._near), self._near)
        known(guest, self._near)
        native.sign_in(self._near, self._native)
        arrived(native.press_sign_in(self._plain), self._plain)
        asked(self._far_asks_abroad(), self._near.issuer)
        self._clerks.suspend(self._far.issuer)
        try:
            begun = time.monotonic()
            self._until(
                _NOTICED,
                "the suspension: its citizen is known abroad",
                lambda: guest.claims(self._near) is None,
            )
            ended = time.monotonic() - begun
            self._refused_abroad()
            self._untouched(native)
        finally:
            self._clerks.reinstate(self._far.issuer)
        begun = time.monotonic()
        self._until(_BACK_AGAIN, "the reinstatement: nobody roams", self._roams)
        native.press_sign_out(self._near)
        back = time.monotonic() - begun
        return f"a session of its citizen abroad ended in {ended:.0f} s; roaming back in {back:.0f} s"

    def _refused_abroad(self) -> None:
        """Nobody is led to it from elsewhere, and its portal is served nowhere else."""
        self._until(_NOTICED, "the suspension: its region is offered", lambda: not self._is_offered())
        self._until(
            _NOTICED,
            "the suspension: its portal is served elsewhere",
            lambda: _is_refused(self._far_asks_abroad(), self._near.issuer),
        )

    def _is_offered(self) -> bool:
        visitor = self._newcomer()
        page = asked(visitor.press_sign_in(self._near), self._near.issuer)
        return self._far.region in _offered(visitor.look_elsewhere(page))

    def _far_asks_abroad(self) -> Page:
        """The suspended province's portal, with its own key, at the other province."""
        kept = json.loads((self._folder / _host(self._far.url) / "client.json").read_text())
        agreed = replace(Registration(**kept), issuer=self._near.issuer, requests="signed")
        known_by_chain = TrustedProvider(agreed.issuer, self._resolver(), time.time)
        party = RelyingParty(agreed, clock=time.time, fetch=self._fetch, known=known_by_chain)
        address, _ = party.start({})
        return self._newcomer().browser.open(address, initiator=self._far.origin)

    def _untouched(self, native: Person) -> None:
        """Everybody else stays signed in, and signs in, as ever."""
        known(native, self._near)
        known(native, self._plain)
        arrived(native.press_sign_in(self._deep), self._deep)
        self._newcomer().sign_in(self._near, self._native)

    def _roams(self) -> bool:
        """Its citizens sign in at home and are known elsewhere, without one of them ending on an error."""
        person = self._newcomer()
        try:
            person.sign_in(self._far, self._stranger)
            arrived(person.press_sign_in(self._near), self._near)
        except NotSeen:
            return False
        return person.claims(self._near) is not None

    def _served(self, door: Door) -> bool:
        page = self._newcomer().press_sign_in(door)
        return page.origin == door.issuer and page.markup.form("username", "password") is not None

    def _turned_away(self, door: Door) -> bool:
        """Pressing its sign-in ends on a page of its provider."""
        page = self._newcomer().press_sign_in(door)
        return page.origin == door.issuer and 400 <= page.status < 500

    def _until(self, seconds: float, since: str, seen: Callable[[], bool]) -> None:
        deadline = time.monotonic() + seconds
        while not seen():
            _expect(time.monotonic() < deadline, f"still, {seconds:.0f} s after {since}")
            time.sleep(_PAUSE)

    def _newcomer(self) -> Person:
        return Person(Browser(self._fetch))

    def _resolver(self) -> Resolver:
        """With the anchor's keys in hand, and nothing known of anybody else."""
        return Resolver(
            anchors=lambda: self._anchors,
            fetcher=Pages(self._fetch),
            cache=Kept(time.time),
            clock=time.time,
        )


def _is_refused(page: Page, issuer: str) -> bool:
    """On a page of the provider, without having been anywhere else (OIDF §12.1.3)."""
    stayed = all(step.startswith(f"{issuer}/") for step in page.trail)
    return stayed and 400 <= page.status < 500


def _offered(page: Page) -> set[str]:
    """The regions that a page lets somebody choose."""
    return {value for form in page.markup.forms for name, value in form.buttons if name == "region"}


def _shown(path: list[str]) -> str:
    return " ← ".join(_host(one) for one in path)


def _host(url: str) -> str:
    return (urlsplit(url).hostname or url).removesuffix(".localhost")


def _expect(held: bool, otherwise: str) -> None:
    if not held:
        raise NotSeen(otherwise)
