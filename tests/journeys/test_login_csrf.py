"""Two browsers cross over at every step: what one began the other cannot go on with, and is not signed in by it."""

import pytest

from tests.country.browser import Browser, Page
from tests.country.world import GD, HUB, PORTAL_GD, PORTAL_ZJ, ZJ, World
from tests.journeys.steps import at_hub_return, at_signin, leads_on, session, stopped_at


def refused_to(world: World, victim: Browser, page: Page) -> None:
    assert page.status == 403, page.url
    assert leads_on(page)
    for issuer in (GD, ZJ, HUB):
        assert session(world, victim, issuer) is None


@pytest.fixture
def attacker(world: World) -> Browser:
    return world.browser()


@pytest.fixture(params=["a new browser", "a browser with a journey of its own"])
def victim(world: World, request: pytest.FixtureRequest) -> Browser:
    browser = world.browser()
    if request.param != "a new browser":
        for portal in (PORTAL_GD, PORTAL_ZJ):
            browser.get(f"{portal}/login")
    return browser


def test_a_sign_in_page(world: World, attacker: Browser, victim: Browser) -> None:
    page = at_signin(world, attacker, world.portal_gd)
    refused_to(world, victim, victim.get(page.url))
    assert attacker.get(page.url).status == 200


def test_a_posted_password(world: World, attacker: Browser, victim: Browser) -> None:
    page = at_signin(world, attacker, world.portal_gd)
    form = {"username": "lihua", "password": "right"}
    for cross_site in (True, False):
        refused_to(world, victim, victim.post(page.form.action, form, cross_site=cross_site))
    assert attacker.submit(page, **form).url == f"{PORTAL_GD}/me"


def test_another_site_cannot_post_a_password_into_ones_own_journey(world: World, attacker: Browser) -> None:
    page = at_signin(world, attacker, world.portal_gd)
    form = {"username": "chenjie", "password": "right"}
    refused_to(world, attacker, attacker.post(page.form.action, form, cross_site=True))
    assert attacker.post(page.form.action, form).url == f"{PORTAL_GD}/me"


def test_the_way_to_another_region(world: World, attacker: Browser, victim: Browser) -> None:
    page = at_signin(world, attacker, world.portal_zj)
    elsewhere = next(link for link in page.links if link.endswith("/elsewhere"))
    refused_to(world, victim, victim.get(elsewhere))
    page = attacker.get(elsewhere)
    assert page.url.startswith(f"{HUB}/regions/")
    refused_to(world, victim, victim.get(page.url))
    refused_to(world, victim, victim.post(page.form.action, {"region": "440000"}))
    assert attacker.submit(page, "440000").url.startswith(f"{GD}/signin/")


def test_an_answer_from_another_provider(world: World, attacker: Browser, victim: Browser) -> None:
    world.sign_in(attacker, world.portal_gd, "lihua")
    arrival = at_hub_return(world, attacker, world.portal_zj)
    refused_to(world, victim, victim.get(arrival))
    assert victim.get(f"{PORTAL_ZJ}/me").status == 401
    assert attacker.get(at_hub_return(world, attacker, world.portal_zj)).url == f"{PORTAL_ZJ}/me"


def test_an_answer_to_an_announcement(world: World, attacker: Browser, victim: Browser) -> None:
    page = at_signin(world, attacker, world.portal_gd)
    attacker.stop_at = f"{HUB}/arrive"
    arrival = attacker.submit(page, username="lihua", password="right")
    attacker.stop_at = None
    refused_to(world, victim, victim.get(arrival.url))


def test_the_way_back_from_an_announcement(world: World, attacker: Browser, victim: Browser) -> None:
    page = at_signin(world, attacker, world.portal_gd)
    attacker.stop_at = f"{GD}/return"
    back = attacker.submit(page, username="lihua", password="right")
    attacker.stop_at = None
    refused_to(world, victim, victim.get(back.url))
    assert attacker.get(back.url).url == f"{PORTAL_GD}/me"


def test_a_consent(world: World, attacker: Browser, victim: Browser) -> None:
    site = world.site("http://asks.localhost:8494", GD, "asks", consent="ask")
    page = world.sign_in(attacker, site, "lihua")
    assert page.url.startswith(f"{GD}/consent/")
    refused_to(world, victim, victim.get(page.url))
    refused_to(world, victim, victim.post(page.form.action, {"decision": "allow"}))
    assert attacker.post(page.form.action, {"decision": "allow"}, cross_site=True).status == 403
    assert attacker.submit(page, "allow").url == f"{site.url}/me"


def test_a_sign_out(world: World, attacker: Browser) -> None:
    victim = world.browser()
    world.sign_in(attacker, world.portal_gd, "lihua")
    world.sign_in(victim, world.portal_gd, "chenjie")
    page = attacker.get(f"{PORTAL_GD}/logout")
    assert victim.post(page.form.action, page.form.fields).status == 403
    assert session(world, victim, GD) is not None
    own = victim.get(f"{PORTAL_GD}/logout")
    assert victim.post(own.form.action, own.form.fields, cross_site=True).status == 403
    assert session(world, victim, GD) is not None, "another site cannot say yes"
    own = victim.get(f"{PORTAL_GD}/logout")
    victim.submit(own)
    assert session(world, victim, GD) is None


def test_the_way_back_from_a_sign_out_above(world: World, attacker: Browser) -> None:
    world.sign_in(attacker, world.portal_gd, "lihua")
    attacker.get(f"{PORTAL_ZJ}/login")
    page = attacker.get(f"{PORTAL_ZJ}/logout")
    attacker.stop_at = f"{ZJ}/logout/done"
    back = attacker.submit(page)
    attacker.stop_at = None
    assert world.browser().get(back.url).status == 403


FORGED_STATES = {
    "made up": {"state": "made-up"},
    "empty": {"state": ""},
    "from no provider": {"iss": ""},
    "from another provider": {"iss": GD},
}


@pytest.mark.parametrize("changes", FORGED_STATES.values(), ids=FORGED_STATES.keys())
def test_an_answer_that_was_never_asked_for(world: World, attacker: Browser, changes: dict[str, str]) -> None:
    world.sign_in(attacker, world.portal_gd, "lihua")
    arrival = at_hub_return(world, attacker, world.portal_zj)
    forged = Page(arrival, None).answer | changes  # type: ignore[arg-type]
    world.network.calls.clear()
    page = attacker.get(f"{ZJ}/arrive?" + "&".join(f"{name}={value}" for name, value in forged.items()))
    assert page.status == 400
    assert leads_on(page)
    assert session(world, attacker, ZJ) is None
    assert not any(url.endswith("/token") for _, url in world.network.calls), "nothing is redeemed"


def test_an_answer_used_twice_signs_nobody_in_again(world: World, attacker: Browser) -> None:
    world.sign_in(attacker, world.portal_gd, "lihua")
    arrival = at_hub_return(world, attacker, world.portal_zj)
    assert attacker.get(arrival).url == f"{PORTAL_ZJ}/me"
    attacker.submit(attacker.get(f"{PORTAL_ZJ}/logout"))
    world.network.calls.clear()
    page = attacker.get(arrival)
    assert page.status == 400
    assert leads_on(page)
    assert not any(url.endswith("/token") for _, url in world.network.calls), "nothing is redeemed again"
    assert session(world, attacker, ZJ) is None


def test_a_session_cookie_planted_before_the_sign_in_is_not_adopted(world: World) -> None:
    browser = world.browser()
    browser.plant(GD, "manyou_session", "planted")
    world.sign_in(browser, world.portal_gd, "lihua")
    issued = browser.cookie(GD, "manyou_session")
    assert issued not in (None, "planted")
    assert world.nodes[GD].sessions.find(issued, now=world.clock()) is not None
    assert world.nodes[GD].sessions.find("planted", now=world.clock()) is None


def test_a_living_session_planted_before_the_sign_in_is_ended_and_not_shared(
    world: World, attacker: Browser
) -> None:
    world.sign_in(attacker, world.portal_gd, "chenjie")
    planted = attacker.cookie(GD, "manyou_session") or ""
    victim = world.browser()
    victim.plant(GD, "manyou_session", planted)
    page = at_signin(world, victim, world.portal_gd, prompt="login")
    assert victim.submit(page, username="lihua", password="right").url == f"{PORTAL_GD}/me"
    assert victim.cookie(GD, "manyou_session") != planted
    assert session(world, attacker, GD) is None


def test_the_old_session_is_dead_after_the_same_person_authenticates_anew(world: World) -> None:
    browser = world.browser()
    world.sign_in(browser, world.portal_gd, "lihua")
    old = browser.cookie(GD, "manyou_session")
    world.advance(10)
    page = at_signin(world, browser, world.portal_gd, prompt="login")
    browser.submit(page, username="lihua", password="right")
    new = browser.cookie(GD, "manyou_session")
    assert new != old
    sessions = world.nodes[GD].sessions
    assert sessions.find(old, now=world.clock()) is None
    assert sessions.find(new, now=world.clock()) is not None
    assert "portal-gd" in (session(world, browser, GD) or pytest.fail("no session")).clients


def test_a_visitor_gets_a_new_session_too(world: World) -> None:
    browser = world.browser()
    for issuer in (HUB, ZJ):
        browser.plant(issuer, "manyou_session", "planted")
    world.sign_in(browser, world.portal_gd, "lihua")
    browser.get(f"{PORTAL_ZJ}/login")
    for issuer in (HUB, ZJ):
        assert browser.cookie(issuer, "manyou_session") != "planted"
        assert session(world, browser, issuer) is not None
    assert stopped_at(browser, f"{PORTAL_ZJ}/login", f"{PORTAL_ZJ}/callback").answer["iss"] == ZJ
