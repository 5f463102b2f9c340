"""A person at a window: what people do at the pages, and a look at each page that they come to."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.country import Citizen, Country, Door
from tests.browser.witness import ACCESSIBILITY, Witness

PICTURES = Path(__file__).parents[2] / "var" / "screenshots"
PICTURED: set[tuple[str, str]] = set()
SIGN_IN = re.compile(r"^(登录|Sign in)$")
SIGN_OUT = re.compile(r"^(退出登录|Sign out|Sign out everywhere)$")
ELSEWHERE = re.compile(r"使用其他地区的账号登录|account of another region")
SIGNED_OUT = re.compile(r"您已退出登录|You are signed out")


class Person:
    """Somebody with a window of their own.

    Args:
        page: the tab.
        country: where they are.
        witness: of the window.
        story: a name for the pictures.
    """

    def __init__(self, page: Page, country: Country, witness: Witness, story: str) -> None:
        self.page = page
        self._country = country
        self._witness = witness
        self._story = story
        page.set_default_timeout(10_000)
        witness.watch(page)

    def another_tab(self) -> "Person":
        """The same person in a second tab of the same window."""
        return Person(self.page.context.new_page(), self._country, self._witness, f"{self._story}-tab")

    def look(self) -> None:
        """Whether this page keeps to what every page keeps to; a picture is taken of each page once."""
        lacking = self.page.evaluate(ACCESSIBILITY)
        assert not lacking, f"{self.page.url} lacks {', '.join(lacking)}"
        self._witness.cookies_are_kept_well()
        shown = (self.page.title(), str(self.page.viewport_size))
        if shown not in PICTURED:
            PICTURED.add(shown)
            self.page.screenshot(path=PICTURES / f"{self._story}-{len(PICTURED):03d}.png")

    def open(self, url: str) -> None:
        """Type an address."""
        self.page.goto(url)
        self.look()

    def press(self, what: Locator) -> None:
        """Press a button or a link, and look at where it leads."""
        with self.page.expect_navigation():
            what.click()
        self.look()

    def reload(self) -> None:
        """Load the page again, and a form that was sent too."""
        self.page.reload()
        self.look()

    def back(self) -> None:
        """Press the browser's own button."""
        self.page.go_back()
        self.look()

    def enter(self, what: Locator | None = None) -> None:
        """With the keyboard alone: go there, if need be, and press Enter."""
        if what is not None:
            self.tab_to(what)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self.look()

    def press_sign_in(self, door: Door) -> None:
        """Open a portal and press its sign-in."""
        self.page.goto(door.url)
        self.press(self.page.get_by_role("link", name=SIGN_IN))

    def go_elsewhere(self, region: str) -> None:
        """At the sign-in page: choose another region."""
        self.press(self.page.get_by_role("link", name=ELSEWHERE))
        self.press(self.page.locator(f"button[name=region][value='{region}']"))

    def type_password(self, citizen: Citizen) -> None:
        """Fill in the sign-in page and send it."""
        self.page.locator("#username").fill(citizen.username)
        self.page.locator("#password").fill(citizen.password)
        self.press(self.page.get_by_role("button", name=SIGN_IN))

    def sign_in(self, door: Door, citizen: Citizen) -> None:
        """At a portal of one's own region, with a password."""
        self.press_sign_in(door)
        self.asked_at(door.issuer)
        self.type_password(citizen)
        self.signed_in_at(door, citizen)

    def press_sign_out(self, door: Door) -> None:
        """At a portal: sign out, and say yes when asked."""
        self.page.goto(door.url)
        self.press(self.page.get_by_role("link", name=SIGN_OUT))
        self.press(self.page.get_by_role("button", name=SIGN_OUT))

    def closed_before(self, origin: str, what: Locator) -> None:
        """Press something and close the tab before the browser has asked that server."""
        stopped: list[object] = []

        def stop(event: object) -> None:
            stopped.append(event)

        line = self.page.context.new_cdp_session(self.page)
        line.on("Fetch.requestPaused", stop)
        line.send("Fetch.enable", {"patterns": [{"urlPattern": f"{origin}/*"}]})
        what.click(no_wait_after=True)
        while not stopped:
            self.page.wait_for_timeout(20)
        self.page.close()

    def asked_at(self, issuer: str) -> None:
        """The sign-in page of that region is here."""
        expect(self.page).to_have_url(re.compile(re.escape(f"{issuer}/signin/")))
        expect(self.page.locator("#password")).to_be_visible()

    def choosing_at(self, hub: str) -> None:
        """The region chooser is here."""
        expect(self.page).to_have_url(re.compile(re.escape(f"{hub}/regions/")))

    def signed_in_at(self, door: Door, citizen: Citizen) -> Mapping[str, Any]:
        """The portal says hello; gives the claims that it shows to engineers."""
        expect(self.page).to_have_url(door.url)
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(citizen.name)
        claims: dict[str, Any] = json.loads(self.page.locator("details pre").text_content() or "")
        return claims

    def signed_out_at(self, door: Door) -> None:
        """The portal says goodbye."""
        expect(self.page).to_have_url(re.compile(re.escape(f"{door.url}signed-out")))
        expect(self.page.get_by_role("heading", level=1)).to_have_text(SIGNED_OUT)

    def unknown_at(self, door: Door) -> None:
        """The portal knows nobody, and its sign-in leads to a page that asks."""
        self.page.goto(door.url)
        expect(self.page.get_by_role("link", name=SIGN_OUT)).to_have_count(0)
        self.page.get_by_role("link", name=SIGN_IN).click()
        self.asked_at(door.issuer)

    def said(self, *texts: str) -> None:
        """The page says this, in one of the languages."""
        expect(self.page.locator("main")).to_contain_text(re.compile("|".join(map(re.escape, texts))))

    def tab_to(self, what: Locator) -> None:
        """Reach something with the Tab key alone."""
        for _ in range(40):
            self.page.keyboard.press("Tab")
            if what.evaluate("e => e === document.activeElement"):
                expect(what).to_be_in_viewport()
                return
        raise AssertionError("the Tab key does not lead there")
