"""A site that must ask asks once; until then it is told so and nobody is shown a page that it did not want."""

import pytest

from tests.country.browser import Browser
from tests.country.site import Site
from tests.country.world import GD, HUB, PORTAL_GD, ZJ, World
from tests.journeys.steps import at_signin, session


@pytest.fixture
def site(world: World) -> Site:
    return world.site("http://asks.localhost:8494", GD, "asks", consent="ask")


def error(world: World, browser: Browser, site: Site, **params: str) -> str:
    query = "&".join(f"{name}={value}" for name, value in params.items())
    page = browser.get(f"{site.url}/login?{query}")
    assert page.url.startswith(site.redirect_uri), page.url
    return page.answer["error"]


def test_the_person_is_asked_once(world: World, site: Site) -> None:
    browser = world.browser()
    page = world.sign_in(browser, site, "lihua")
    assert page.url.startswith(f"{GD}/consent/")
    assert [value for _, value in page.form.buttons] == ["allow", "deny"]
    assert browser.submit(page, "allow").url == f"{site.url}/me"
    assert browser.get(f"{site.url}/login").url == f"{site.url}/me"
    other = world.browser()
    assert world.sign_in(other, site, "lihua").url == f"{site.url}/me", "remembered with the person"


def test_one_persons_consent_is_not_anothers_nor_another_sites(world: World, site: Site) -> None:
    browser = world.browser()
    browser.submit(world.sign_in(browser, site, "lihua"), "allow")
    assert world.sign_in(world.browser(), site, "chenjie").url.startswith(f"{GD}/consent/")
    second = world.site("http://second.localhost:8496", GD, "second", consent="ask")
    assert browser.get(f"{second.url}/login").url.startswith(f"{GD}/consent/")


def test_more_than_was_agreed_to_is_asked_again(world: World, site: Site) -> None:
    browser = world.browser()
    browser.submit(world.sign_in(browser, site, "lihua"), "allow")
    page = browser.get(f"{site.url}/login?scope=openid%20profile%20email")
    assert page.url == f"{site.url}/me" or page.url.startswith(f"{GD}/consent/")
    url, _ = site.start(scope="openid profile email")
    assert browser.get(url).url.startswith(f"{GD}/consent/")
    url, _ = site.start(scope="openid")
    browser.stop_at = site.redirect_uri
    assert "code" in browser.get(url).answer, "less needs no new word"


def test_a_no_is_answered_and_not_remembered_as_a_yes(world: World, site: Site) -> None:
    browser = world.browser()
    page = browser.submit(world.sign_in(browser, site, "lihua"), "deny")
    assert page.url.startswith(site.redirect_uri)
    assert page.answer["error"] == "access_denied"
    assert page.answer["iss"] == GD
    assert browser.get(f"{site.url}/login").url.startswith(f"{GD}/consent/")
    assert session(world, browser, GD) is not None


def test_neither_yes_nor_no_is_no_answer(world: World, site: Site) -> None:
    browser = world.browser()
    page = world.sign_in(browser, site, "lihua")
    for form in ({}, {"decision": "maybe"}):
        assert browser.post(page.form.action, form).status == 400
    assert browser.submit(page, "allow").url == f"{site.url}/me"


def test_without_a_page_the_site_hears_consent_required_until_the_person_agreed(
    world: World, site: Site
) -> None:
    browser = world.browser()
    assert error(world, browser, site, prompt="none") == "login_required"
    page = world.sign_in(browser, site, "lihua")
    assert error(world, browser, site, prompt="none") == "consent_required"
    browser.submit(page, "allow")
    assert browser.get(f"{site.url}/login?prompt=none").url == f"{site.url}/me"


def test_a_site_may_ask_to_ask_again(world: World) -> None:
    browser = world.browser()
    world.sign_in(browser, world.portal_gd, "lihua")
    page = browser.get(f"{PORTAL_GD}/login?prompt=consent")
    assert page.url.startswith(f"{GD}/consent/")
    assert browser.submit(page, "allow").url == f"{PORTAL_GD}/me"
    assert browser.get(f"{PORTAL_GD}/login").url == f"{PORTAL_GD}/me"


def test_a_yes_after_the_session_ended_opens_nothing(world: World, site: Site) -> None:
    browser = world.browser()
    page = world.sign_in(browser, site, "lihua")
    browser.submit(browser.get(f"{GD}/logout"))
    after = browser.submit(page, "allow")
    assert after.url.startswith(f"{GD}/signin/")
    assert browser.get(f"{site.url}/me").status == 401


def test_a_visitor_is_asked_too_and_what_waits_with_the_question_does_not_stay(world: World) -> None:
    away = world.site("http://away.localhost:8497", ZJ, "away", consent="ask")
    browser = world.browser()
    world.sign_in(browser, world.portal_gd, "lihua")
    page = browser.get(f"{away.url}/login")
    assert page.url.startswith(f"{ZJ}/consent/")
    page = browser.submit(page, "allow")
    assert page.url == f"{away.url}/me"
    assert page.response.get_json()["name"] == "李华"


def test_the_hub_is_not_asked_for_consent_by_anybody(world: World) -> None:
    browser = world.browser()
    page = at_signin(world, browser, world.portal_zj)
    page = browser.get(next(link for link in page.links if link.endswith("/elsewhere")))
    browser.submit(browser.submit(page, "440000"), username="lihua", password="right")
    assert not any("consent" in step for step in browser.trail)
    assert any(step.startswith("hub") for step in browser.trail)
    assert session(world, browser, HUB) is not None
