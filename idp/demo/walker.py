"""Walker: owns what a person does at the country's sites, in verbs.

Does not judge the whole (see `check`).
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urljoin

from idp.demo.browser import Browser, Page

_PATIENCE = 10.0


class NotSeen(Exception):
    """Something that should have been there was not; the message says what was seen instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A portal and who signs its visitors in.

    Attributes:
        url: of the portal, ending in a slash.
        issuer: of its province.
        region: GB/T 2260 code of the province.
    """

    url: str
    issuer: str
    region: str

    @property
    def origin(self) -> str:
        """Of the portal."""
        return self.url.rstrip("/")


@dataclass(frozen=True, slots=True)
class Citizen:
    """Somebody to sign in as."""

    username: str
    password: str


class Person:
    """Somebody at a browser of their own."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser

    def press_sign_in(self, door: Door, **wishes: str) -> Page:
        """Press a portal's sign-in, and go where that leads."""
        query = f"?{urlencode(wishes)}" if wishes else ""
        return self.browser.open(f"{door.url}login{query}", initiator=door.origin)

    def type_password(self, page: Page, citizen: Citizen) -> Page:
        """Fill in the sign-in form of a page."""
        form = page.markup.form("username", "password")
        if form is None:
            raise NotSeen(f"no sign-in form at {_seen(page)}")
        return self.browser.submit(page, form, {"username": citizen.username, "password": citizen.password})

    def go_elsewhere(self, page: Page, region: str) -> Page:
        """Follow a sign-in page's way to other regions, and choose one where there is a choice."""
        page = self.look_elsewhere(page)
        form = page.markup.form("region")
        if form is None:
            raise NotSeen(f"no choice of regions at {_seen(page)}")
        return self.browser.submit(page, form, {}, button=region)

    def look_elsewhere(self, page: Page) -> Page:
        """Follow a sign-in page's way to other regions."""
        way = next((link for link in page.markup.links if "way" in link.classes), None)
        if way is None:
            raise NotSeen(f"no way to other regions at {_seen(page)}")
        return self.browser.open(urljoin(page.url, way.href), initiator=page.origin)

    def press_sign_out(self, door: Door, *, most_hops: int = 30) -> Page:
        """Press a portal's sign-out and say yes when asked; closing the browser early if told to."""
        page = self.browser.open(f"{door.url}logout", initiator=door.origin)
        if page.origin != door.origin and page.markup.forms:
            page = self.browser.submit(page, page.markup.forms[0], {}, most_hops=most_hops)
        return page

    def claims(self, door: Door) -> Mapping[str, Any] | None:
        """What a portal knows of this person, or None when they are not signed in there."""
        page = self.browser.open(f"{door.url}me")
        if page.status == 401:
            return None
        claims: dict[str, Any] = page.json()
        return claims

    def sign_in(self, door: Door, citizen: Citizen) -> Page:
        """All of it, at home."""
        return arrived(self.type_password(asked(self.press_sign_in(door), door.issuer), citizen), door)


def asked(page: Page, issuer: str) -> Page:
    """The page, which must ask for a password, at that issuer."""
    if page.origin != issuer or page.markup.form("username", "password") is None:
        raise NotSeen(f"expected to be asked for a password at {issuer}, but came to {_seen(page)}")
    return page


def arrived(page: Page, door: Door) -> Page:
    """The page, which must be the portal's."""
    if page.origin != door.origin or page.status != 200:
        raise NotSeen(f"expected to arrive at {door.url}, but came to {_seen(page)}")
    return page


def known(person: Person, door: Door) -> Mapping[str, Any]:
    """The claims of somebody who must be signed in."""
    claims = person.claims(door)
    if claims is None:
        raise NotSeen(f"nobody is signed in at {door.url}")
    return claims


def soon_unknown(person: Person, door: Door) -> None:
    """Wait until a portal has heard of the sign-out."""
    deadline = time.monotonic() + _PATIENCE
    while person.claims(door) is not None:
        if time.monotonic() > deadline:
            raise NotSeen(f"still signed in at {door.url} {_PATIENCE:.0f} s after the sign-out")
        time.sleep(0.05)


def refused(page: Page, door: Door, code: str) -> Page:
    """The page, on which the portal must name that error."""
    if page.origin != door.origin or code not in page.text:
        raise NotSeen(f"expected {code} at {door.url}, but came to {_seen(page)}")
    return page


def _seen(page: Page) -> str:
    return f"{page.url.partition('?')[0]} ({page.status}, {len(page.trail) - 1} redirects)"
