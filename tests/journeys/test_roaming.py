"""Sign in once, and every region knows you."""

import pytest

from tests.country.world import GD, HUB, ZJ, World


def test_a_citizen_signs_in_at_their_own_regions_portal(world: World) -> None:
    browser = world.browser()
    page = world.sign_in(browser, world.portal_gd, "lihua")
    assert page.url == "http://portal-gd.localhost:8411/me", page.text
    me = page.response.get_json()
    assert me["name"] == "李华"
    assert me["home_region"] == "440000"
    assert me["acr"] == "http://anchor.localhost:8401/acr/realname"
    assert me["amr"] == ["pwd"]


def test_a_citizen_signed_in_at_home_is_signed_in_elsewhere_without_typing_or_choosing(world: World) -> None:
    browser = world.browser()
    world.sign_in(browser, world.portal_gd, "lihua")
    browser.trail.clear()
    page = browser.get(f"{world.portal_zj.url}/login")
    assert page.url == "http://portal-zj.localhost:8421/me", page.text
    me = page.response.get_json()
    assert (me["name"], me["home_region"], me["idp"]) == ("李华", "440000", GD)
    assert browser.trail == [
        "portal-zj/login",
        "zj/authorize",
        "hub/authorize",
        "gd/authorize",
        "hub/arrive",
        "zj/arrive",
        "portal-zj/callback",
        "portal-zj/me",
    ]


def test_every_portal_knows_the_citizen_under_another_name(world: World) -> None:
    browser = world.browser()
    at_home = world.sign_in(browser, world.portal_gd, "lihua").response.get_json()
    away = browser.get(f"{world.portal_zj.url}/login").response.get_json()
    assert at_home["sub"] != away["sub"]
    assert at_home["sid"] != away["sid"]
    for same in ("acr", "amr", "auth_time", "home_region", "idp", "rl"):
        assert at_home[same] == away[same]


def test_a_citizen_starts_abroad_chooses_another_region_and_comes_back_signed_in(world: World) -> None:
    browser = world.browser()
    page = browser.get(f"{world.portal_zj.url}/login")
    assert page.url.startswith(f"{ZJ}/signin/")
    elsewhere = next(link for link in page.links if link.endswith("/elsewhere"))
    page = browser.get(elsewhere)
    assert page.url.startswith(f"{HUB}/regions/"), page.text
    assert page.form.buttons == [("region", "440000")]
    page = browser.submit(page, "440000")
    assert page.url.startswith(f"{GD}/signin/"), page.text
    page = browser.submit(page, username="lihua", password="right")
    assert page.url == f"{world.portal_zj.url}/me", page.text
    assert page.response.get_json()["home_region"] == "440000"


def test_after_a_journey_through_another_region_home_knows_the_citizen_too(world: World) -> None:
    browser = world.browser()
    page = browser.get(f"{world.portal_zj.url}/login")
    page = browser.get(next(link for link in page.links if link.endswith("/elsewhere")))
    page = browser.submit(browser.submit(page, "440000"), username="lihua", password="right")
    page = browser.get(f"{world.portal_gd.url}/login")
    assert page.url == f"{world.portal_gd.url}/me"


def test_the_chosen_region_is_remembered_and_asked_silently_when_the_hub_has_forgotten(world: World) -> None:
    browser = world.browser()
    world.sign_in(browser, world.portal_gd, "lihua")
    session = world.nodes[HUB].sessions.find(browser.cookie(HUB, "manyou_session"), now=world.clock())
    assert session is not None
    world.stores[HUB].take(world.nodes[HUB].sessions.key(session))
    page = browser.get(f"{world.portal_zj.url}/login")
    assert page.url == f"{world.portal_zj.url}/me"


def test_nobody_signed_in_and_no_page_allowed_is_answered_login_required_without_a_loop(world: World) -> None:
    browser = world.browser()
    page = browser.get(f"{world.portal_zj.url}/login?prompt=none")
    assert page.url.startswith(f"{world.portal_zj.url}/callback")
    assert world.portal_zj.errors[-1]["error"] == "login_required"
    assert browser.trail.count("hub/authorize") == 1


def test_prompt_login_asks_for_the_password_again_where_the_password_is(world: World) -> None:
    browser = world.browser()
    first = world.sign_in(browser, world.portal_gd, "lihua").response.get_json()
    browser.get(f"{world.portal_zj.url}/login")
    world.advance(100)
    page = browser.get(f"{world.portal_zj.url}/login?prompt=login")
    assert page.url.startswith(f"{GD}/signin/")
    page = browser.submit(page, username="lihua", password="right")
    me = page.response.get_json()
    assert me["auth_time"] == first["auth_time"] + 100


@pytest.mark.parametrize("asked", ["prompt=login", "max_age=50"])
def test_a_first_visit_that_wants_a_fresh_sign_in_is_taken_to_where_the_password_is(
    world: World, asked: str
) -> None:
    browser = world.browser()
    world.sign_in(browser, world.portal_gd, "lihua")
    world.advance(100)
    page = browser.get(f"{world.portal_zj.url}/login?{asked}")
    assert page.url.startswith(f"{GD}/signin/")
    page = browser.submit(page, username="lihua", password="right")
    assert page.url == f"{world.portal_zj.url}/me"
    assert page.response.get_json()["auth_time"] == int(world.clock())


def test_a_first_visit_that_wants_a_fresh_sign_in_without_a_page_is_refused(world: World) -> None:
    browser = world.browser()
    world.sign_in(browser, world.portal_gd, "lihua")
    world.advance(100)
    browser.get(f"{world.portal_zj.url}/login?prompt=none&max_age=50")
    assert world.portal_zj.errors[-1]["error"] == "login_required"


def test_a_short_max_age_asks_again_and_a_long_one_does_not(world: World) -> None:
    browser = world.browser()
    world.sign_in(browser, world.portal_gd, "lihua")
    world.advance(100)
    page = browser.get(f"{world.portal_zj.url}/login?max_age=1000")
    assert page.url == f"{world.portal_zj.url}/me"
    page = browser.get(f"{world.portal_zj.url}/login?max_age=50")
    assert page.url.startswith(f"{GD}/signin/")
    page = browser.submit(page, username="lihua", password="right")
    assert page.url == f"{world.portal_zj.url}/me"


def test_while_the_hub_is_stopped_a_region_signs_in_its_own_and_roaming_returns_with_it(world: World) -> None:
    browser = world.browser()
    with world.stopped(HUB):
        page = world.sign_in(browser, world.portal_gd, "lihua")
        assert page.url == f"{world.portal_gd.url}/me"
        stranger = world.browser()
        page = stranger.get(f"{world.portal_zj.url}/login")
        assert page.url.startswith(f"{ZJ}/signin/")
    page = browser.get(f"{world.portal_gd.url}/login")
    assert page.url == f"{world.portal_gd.url}/me"
    page = browser.get(f"{world.portal_zj.url}/login")
    assert page.url == f"{world.portal_zj.url}/me", page.text
