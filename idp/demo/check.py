"""Check: owns the walk through the main job, step by step, without a browser. Imports the walker's verbs; the
steps about trust are next door (`bychain`).

Each step leaves the country as it found it, and says in one line what was seen.
"""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from idp.demo import manifest
from idp.demo.browser import Browser, Lost
from idp.demo.bychain import ByChain
from idp.demo.control import order
from idp.demo.discovery import NotAccepted
from idp.demo.ground import DemoError
from idp.demo.loopback import Unreachable, asker
from idp.demo.walker import (
    Citizen,
    Door,
    NotSeen,
    Person,
    arrived,
    asked,
    known,
    refused,
    soon_unknown,
)
from idp.pulse import PROBE_UP

_AT_ONCE = 3.0
_NOTICED = PROBE_UP + 0.2  # seconds after which a province has noticed that its hub is gone
_BACK_AGAIN = 30.0


class Walk:
    """The steps, in a running country.

    Args:
        folder: where it keeps its state.
        described: its `demo.json`.
    """

    def __init__(self, folder: Path, described: Mapping[str, Any]) -> None:
        self._folder = folder
        self._near, self._far = (Door(**portal) for portal in described["portals"][:2])
        self._native, self._stranger = (_citizen(described, door.region) for door in (self._near, self._far))
        ca = folder / "ca.pem" if described["board"].startswith("https:") else None
        self._fetch = asker(ca)
        self._first = self._newcomer()
        self._by_chain = ByChain(folder, described, (self._native, self._stranger), self._fetch)

    def _newcomer(self) -> Person:
        """Somebody with a fresh browser."""
        return Person(Browser(self._fetch))

    def steps(self) -> tuple[tuple[str, Callable[[], str]], ...]:
        """What is tried, and how."""
        return (
            ("sign in at a portal, with an account of its own region", self.sign_in),
            ("open another region's portal: signed in without typing or choosing", self.roam),
            ("start far from home, choose the region, and come back", self.travel),
            ("each portal sees who vouched and how, under a name of its own", self.compare),
            ("sign out at one portal: signed out everywhere", self.sign_out),
            ("sign out at home, and with a browser that is closed half-way", self.sign_out_half_way),
            ("prompt and max_age ask again where the password is, or say login_required", self.ask_again),
            ("without the hub each province signs its own people in; with it roaming is back", self.bad_day),
            *self._by_chain.steps(),
        )

    def sign_in(self) -> str:
        """Step 1."""
        self._first.sign_in(self._near, self._native)
        claims = known(self._first, self._near)
        _expect(claims.get("home_region") == self._near.region, f"home_region is {claims.get('home_region')}")
        return f"{claims.get('name')}, {claims.get('acr')}"

    def roam(self) -> str:
        """Step 2."""
        page = arrived(self._first.press_sign_in(self._far), self._far)
        claims = known(self._first, self._far)
        _expect(claims.get("idp") == self._near.issuer, f"idp is {claims.get('idp')}")
        return f"{claims.get('name')}, after {len(page.trail) - 1} redirects"

    def travel(self) -> str:
        """Step 3."""
        person = self._newcomer()
        page = asked(person.press_sign_in(self._far), self._far.issuer)
        page = asked(person.go_elsewhere(page, self._near.region), self._near.issuer)
        arrived(person.type_password(page, self._native), self._far)
        claims = known(person, self._far)
        person.press_sign_out(self._far)
        soon_unknown(person, self._far)
        return f"vouched for by {claims.get('idp')}"

    def compare(self) -> str:
        """Step 4."""
        near, far = known(self._first, self._near), known(self._first, self._far)
        for name in ("idp", "home_region", "acr", "amr", "auth_time", "rl"):
            _expect(
                name in near and near[name] == far.get(name), f"{name}: {near.get(name)}, {far.get(name)}"
            )
        _expect(near["sub"] != far["sub"], "both portals know the person by the same sub")
        return f"amr {' '.join(near['amr'])}, auth_time {near['auth_time']}, two names"

    def sign_out(self) -> str:
        """Step 5, away from home."""
        self._first.press_sign_out(self._far)
        self._gone(self._first)
        return "both portals, both provinces and the hub ask for a password again"

    def sign_out_half_way(self) -> str:
        """Step 5, at home; then with a browser that never comes further than the first server."""
        person = self._roaming()
        person.press_sign_out(self._near)
        self._gone(person)
        person = self._roaming()
        person.press_sign_out(self._far, most_hops=0)
        self._gone(person)
        return "the servers told each other"

    def ask_again(self) -> str:
        """Step 6, first half."""
        person = self._roaming()
        before = known(person, self._far)["auth_time"]
        page = asked(person.press_sign_in(self._far, prompt="login"), self._near.issuer)
        arrived(person.type_password(page, self._native), self._far)
        _expect(known(person, self._far)["auth_time"] >= before, "auth_time went back")
        time.sleep(2.1)
        page = asked(person.press_sign_in(self._far, max_age="1"), self._near.issuer)
        arrived(person.type_password(page, self._native), self._far)
        person.press_sign_out(self._far)
        self._gone(person)
        nobody = self._newcomer()
        for door in (self._near, self._far):
            refused(nobody.press_sign_in(door, prompt="none"), door, "login_required")
        return f"asked at {self._near.issuer}; login_required at both portals"

    def bad_day(self) -> str:
        """Step 6, second half."""
        order(self._folder, "stop", "hub")
        try:
            time.sleep(_NOTICED)
            slowest = max(
                self._home_alone(self._near, self._native), self._home_alone(self._far, self._stranger)
            )
            person = self._newcomer()
            person.sign_in(self._near, self._native)
            asked(person.press_sign_in(self._far), self._far.issuer)
        finally:
            order(self._folder, "start", "hub")
        waited = self._until_roaming()
        return f"sign-in without the hub in {slowest:.2f} s; roaming back {waited:.1f} s after the hub"

    def _home_alone(self, door: Door, citizen: Citizen) -> float:
        """Sign somebody in at home with the hub down; says how long that took."""
        begun = time.monotonic()
        person = self._newcomer()
        person.sign_in(door, citizen)
        known(person, door)
        took = time.monotonic() - begun
        _expect(took < _AT_ONCE, f"a sign-in at {door.url} took {took:.1f} s with the hub down")
        return took

    def _until_roaming(self) -> float:
        begun = time.monotonic()
        while True:
            person = self._newcomer()
            person.sign_in(self._near, self._native)
            page = person.press_sign_in(self._far)
            if page.origin == self._far.origin and person.claims(self._far):
                return time.monotonic() - begun
            took = time.monotonic() - begun
            _expect(took < _BACK_AGAIN, f"no roaming {took:.0f} s after the hub was back")
            time.sleep(0.5)

    def _roaming(self) -> Person:
        """Somebody signed in at home and known abroad."""
        person = self._newcomer()
        person.sign_in(self._near, self._native)
        arrived(person.press_sign_in(self._far), self._far)
        known(person, self._far)
        return person

    def _gone(self, person: Person) -> None:
        """Neither portal lets the person in, not even by one click."""
        for door in (self._near, self._far):
            soon_unknown(person, door)
        for door in (self._near, self._far):
            refused(person.press_sign_in(door, prompt="none"), door, "login_required")
            asked(person.press_sign_in(door), door.issuer)


def walk(folder: Path, *, say: Callable[[str], None]) -> bool:
    """Walk all steps in the country that runs in a folder; stops at the first that fails.

    Args:
        folder: its DIR.
        say: takes a line per step.

    Raises:
        DemoError: none runs there.
    """
    steps = Walk(folder, manifest.read(folder)).steps()
    for number, (title, step) in enumerate(steps, 1):
        begun = time.monotonic()
        try:
            outcome, good = step(), True
        except (NotSeen, NotAccepted, Lost, Unreachable, DemoError) as error:
            outcome, good = str(error), False
        took = time.monotonic() - begun
        say(f"{'ok  ' if good else 'FAIL'} {number}/{len(steps)} {took:6.2f} s  {title}: {outcome}")
        if not good:
            return False
    return True


def _citizen(described: Mapping[str, Any], region: str) -> Citizen:
    found = next(who for who in described["citizens"] if who["home"] == region)
    return Citizen(found["username"], found["password"])


def _expect(held: bool, otherwise: str) -> None:
    if not held:
        raise NotSeen(otherwise)
