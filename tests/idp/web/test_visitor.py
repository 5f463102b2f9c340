"""Who is at the other end of a request, and what is written onto its answer."""

from typing import Any

import pytest
from flask import Request, Response
from werkzeug.test import EnvironBuilder

from idp.session import Session, Sessions
from idp.shelf import secret_name
from idp.store import ValkeyStore
from idp.web.cookies import Cookies
from idp.web.visitor import LiveWays, Visitor
from tests.idp.made import GD, HUB, NOW, Clock, citizen
from tests.idp.peer_world import PeerWorld

COOKIES = Cookies(secure=False)


@pytest.fixture
def sessions(store: ValkeyStore) -> Sessions:
    return Sessions(store, idle=1800, absolute=43_200, ended=lambda _: False)


def visitor(sessions: Sessions, /, **cookies: str) -> Visitor:
    header = "; ".join(f"manyou_{name}={value}" for name, value in cookies.items())
    environ = EnvironBuilder(headers=[("Cookie", header), ("Accept-Language", "en")]).get_environ()
    return Visitor(Request({**environ, "REMOTE_ADDR": "192.0.2.7"}), COOKIES, sessions, Clock())


def opened(sessions: Sessions) -> tuple[str, Session]:
    return sessions.open(citizen(), upstream=None, until=None, before=None, now=NOW)


def written(who: Visitor) -> dict[str, str]:
    response: Any = who.dress(Response())
    found = (header.split(";")[0].partition("=") for header in response.headers.getlist("Set-Cookie"))
    return {name.removeprefix("manyou_"): value for name, _, value in found}


def test_a_cookie_brings_its_session(sessions: Sessions) -> None:
    cookie, session = opened(sessions)
    assert visitor(sessions, session=cookie).session == session


@pytest.mark.parametrize("planted", ["", "planted", "x" * 5000, "session:name"])
def test_a_planted_cookie_brings_none(sessions: Sessions, planted: str) -> None:
    opened(sessions)
    assert visitor(sessions, session=planted).session is None


def test_nothing_is_written_when_nothing_changed(sessions: Sessions) -> None:
    cookie, _ = opened(sessions)
    assert written(visitor(sessions, session=cookie, browser="b", device="d", home="440000")) == {}


def test_a_browser_gets_its_cookie_when_a_journey_needs_one_and_keeps_it(sessions: Sessions) -> None:
    who = visitor(sessions)
    assert who.browser is None
    name = who.browser_name
    assert name == who.browser_name == secret_name(who.browser or "")
    assert written(who) == {"browser": who.browser}
    again = visitor(sessions, browser=who.browser or "")
    assert again.browser_name == name
    assert written(again) == {}


def test_a_browser_is_known_by_its_cookie_only(sessions: Sessions) -> None:
    who = visitor(sessions, browser="mine")
    assert who.is_browser(secret_name("mine"))
    assert not who.is_browser(secret_name("another"))
    assert not who.is_browser("mine")
    assert not who.is_browser("")
    assert not visitor(sessions).is_browser(secret_name(""))


def test_entering_and_leaving_are_written(sessions: Sessions) -> None:
    who = visitor(sessions, session="old")
    cookie, session = opened(sessions)
    who.enter(cookie, session)
    assert who.session == session
    assert written(who) == {"session": cookie}
    who.left()
    assert who.session is None
    assert written(who) == {"session": ""}


def test_what_is_remembered_is_read_at_the_next_visit(sessions: Sessions) -> None:
    who = visitor(sessions)
    assert (who.home, who.device) == (None, None)
    who.remember_home("440000")
    who.remember_device("device-token")
    kept = written(who)
    assert kept == {"home": "440000", "device": "device-token"}
    again = visitor(sessions, **kept)
    assert (again.home, again.device, again.address) == ("440000", "device-token", "192.0.2.7")


def test_the_language_is_the_sites_then_the_browsers(sessions: Sessions) -> None:
    who = visitor(sessions)
    assert (who.locale(), who.locale(("zh-CN",))) == ("en", "zh")


@pytest.fixture
def world() -> PeerWorld:
    return PeerWorld()


def test_the_hub_is_the_way_beyond_while_it_is_up(world: PeerWorld) -> None:
    assert LiveWays(passwords=True, peers=world.peers, home=None).beyond == HUB
    world.wire.cut = True
    world.clock.now += 5
    down = LiveWays(passwords=True, peers=world.peers, home=None)
    assert (down.beyond, down.up(HUB)) == (None, False)


HOMES = {
    "the region chosen last": ("440000", GD),
    "no region": (None, None),
    "an unknown one": ("999999", None),
}


@pytest.mark.parametrize("sentence", HOMES)
def test_the_remembered_region_is_one_that_we_know(world: PeerWorld, sentence: str) -> None:
    home, issuer = HOMES[sentence]
    assert LiveWays(passwords=False, peers=world.peers, home=home).remembered == issuer


def test_a_remembered_region_that_is_down_is_not_asked(world: PeerWorld) -> None:
    world.wire.cut = True
    assert LiveWays(passwords=False, peers=world.peers, home="440000").remembered is None


def test_nobody_is_probed_until_somebody_asks(world: PeerWorld) -> None:
    ways = LiveWays(passwords=True, peers=world.peers, home="440000")
    assert world.wire.asked == []
    assert ways.beyond == ways.beyond == HUB
    assert world.wire.asked == [f"{HUB}/readyz"]
