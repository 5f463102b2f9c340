"""Two tabs, the back button, reloads, old pages, cross-site posts: everything leads somewhere useful."""

import pytest

from tests.country.browser import Browser, Page
from tests.country.world import GD, HUB, PORTAL_GD, PORTAL_ZJ, ZJ, World
from tests.journeys.steps import at_hub_return, at_signin, leads_on, session

FORM = {"username": "lihua", "password": "right"}


def test_two_sign_ins_side_by_side_both_finish(world: World) -> None:
    browser = world.browser()
    first = at_signin(world, browser, world.portal_gd)
    second = at_signin(world, browser, world.portal_gd)
    assert first.url != second.url
    assert browser.submit(second, **FORM).url == f"{PORTAL_GD}/me"
    assert browser.submit(first, **FORM).url == f"{PORTAL_GD}/me"
    assert len(world.portal_gd.sessions) == 2


def test_a_tab_that_waits_goes_on_by_a_reload_once_the_other_has_signed_in(world: World) -> None:
    browser = world.browser()
    first = at_signin(world, browser, world.portal_gd)
    second = at_signin(world, browser, world.portal_gd)
    browser.submit(second, **FORM)
    assert browser.get(first.url).url == f"{PORTAL_GD}/me"


def test_sign_ins_at_two_portals_through_two_regions_both_finish(world: World) -> None:
    browser = world.browser()
    home = at_signin(world, browser, world.portal_gd)
    away = at_signin(world, browser, world.portal_zj)
    away = browser.get(next(link for link in away.links if link.endswith("/elsewhere")))
    away = browser.submit(away, "440000")
    assert browser.submit(home, **FORM).url == f"{PORTAL_GD}/me"
    assert browser.submit(away, **FORM).url == f"{PORTAL_ZJ}/me"


def test_two_choices_of_a_region_side_by_side_both_finish(world: World) -> None:
    browser = world.browser()
    pages = []
    for _ in range(2):
        page = at_signin(world, browser, world.portal_zj)
        page = browser.get(next(link for link in page.links if link.endswith("/elsewhere")))
        pages.append(browser.submit(page, "440000"))
    for page in reversed(pages):
        assert browser.submit(page, **FORM).url == f"{PORTAL_ZJ}/me"


def test_going_back_to_the_form_after_it_was_sent_leads_to_the_site(world: World) -> None:
    browser = world.browser()
    page = at_signin(world, browser, world.portal_gd)
    browser.submit(page, **FORM)
    for again in (browser.get(page.url), browser.submit(page, **FORM)):
        assert again.status == 400
        assert any(link.startswith(PORTAL_GD) for link in again.links)


def test_a_sign_in_page_can_be_reloaded(world: World) -> None:
    browser = world.browser()
    page = at_signin(world, browser, world.portal_gd)
    for _ in range(3):
        assert browser.get(page.url).form.action == page.form.action


def test_going_back_from_another_region_ones_own_page_still_works(world: World) -> None:
    browser = world.browser()
    own = at_signin(world, browser, world.portal_zj)
    choice = browser.get(next(link for link in own.links if link.endswith("/elsewhere")))
    browser.submit(choice, "440000")
    assert browser.get(choice.url).status == 200
    assert browser.submit(own, username="wangfang", password="right").url == f"{PORTAL_ZJ}/me"


@pytest.mark.parametrize(("seconds", "known"), [(1801, True), (24 * 3600 + 1, False)])
def test_an_old_page_says_so_and_leads_on(world: World, seconds: int, known: bool) -> None:
    browser = world.browser()
    page = at_signin(world, browser, world.portal_gd)
    world.advance(seconds)
    for old in (browser.get(page.url), browser.submit(page, **FORM)):
        assert old.status == 400
        assert leads_on(old)
        assert any(link.startswith(PORTAL_GD) for link in old.links) is known
    assert session(world, browser, GD) is None


def test_a_page_just_within_its_time_still_works(world: World) -> None:
    browser = world.browser()
    page = at_signin(world, browser, world.portal_gd)
    world.advance(1799)
    assert browser.submit(page, **FORM).url == f"{PORTAL_GD}/me"


def arrived(world: World, browser: Browser) -> str:
    """Nobody is signed in: the hub's answer is about to be delivered to Zhejiang."""
    return at_hub_return(world, browser, world.portal_zj)


def test_a_reloaded_arrival_goes_on(world: World) -> None:
    browser = world.browser()
    url = arrived(world, browser)
    first = browser.get(url)
    assert first.url.startswith(f"{ZJ}/signin/")
    assert browser.get(url).url == first.url
    assert browser.submit(first, username="wangfang", password="right").url == f"{PORTAL_ZJ}/me"
    done = browser.get(url)
    assert done.status == 400
    assert any(link.startswith(PORTAL_ZJ) for link in done.links)


def test_a_sign_in_that_was_posted_from_another_site_keeps_the_session(world: World) -> None:
    browser = world.browser()
    world.sign_in(browser, world.portal_gd, "lihua")
    page = posted(world, browser)
    assert page.url.startswith(f"{PORTAL_GD}/callback")
    assert "code" in page.answer, page.url
    assert "/signin/" not in "".join(browser.trail[-4:])


def test_a_sign_in_that_was_posted_by_a_stranger_asks_for_the_password(world: World) -> None:
    assert posted(world, world.browser()).url.startswith(f"{GD}/signin/")


def posted(world: World, browser: Browser) -> Page:
    url, _ = world.portal_gd.start()
    asked = Page(url, None).answer  # type: ignore[arg-type]
    browser.stop_at = f"{PORTAL_GD}/callback"
    page = browser.post(f"{GD}/authorize", asked, cross_site=True)
    browser.stop_at = None
    return page


def test_a_posted_request_can_be_reloaded_and_grows_old(world: World) -> None:
    browser = world.browser()
    url, _ = world.portal_gd.start()
    asked = Page(url, None).answer  # type: ignore[arg-type]
    browser.stop_at = f"{GD}/authorize/"
    waiting = browser.post(f"{GD}/authorize", asked, cross_site=True).url
    browser.stop_at = None
    for _ in range(2):
        assert browser.get(waiting).url.startswith(f"{GD}/signin/")
    world.advance(301)
    old = browser.get(waiting)
    assert old.status == 400
    assert leads_on(old)


SILENT = {
    "nobody is signed in": {},
    "a password is asked for anew": {"max_age": "0"},
    "the site asks for a level": {"acr_values": "http://anchor.localhost:8401/acr/certified"},
}


@pytest.mark.parametrize("extra", SILENT.values(), ids=SILENT.keys())
@pytest.mark.parametrize("signed_in", [False, True])
@pytest.mark.parametrize("portal", ["portal_gd", "portal_zj"])
def test_prompt_none_never_shows_a_page(
    world: World, extra: dict[str, str], signed_in: bool, portal: str
) -> None:
    browser = world.browser()
    if signed_in:
        world.sign_in(browser, world.portal_gd, "lihua")
        world.advance(5)
    site = getattr(world, portal)
    browser.trail.clear()
    url, _ = site.start(prompt="none", **extra)
    browser.stop_at = site.redirect_uri
    page = browser.get(url)
    browser.stop_at = None
    assert page.url.startswith(site.redirect_uri), page.url
    assert ("code" in page.answer) is (signed_in and "max_age" not in extra)
    assert not any(page in step for step in browser.trail for page in ("signin", "regions", "consent"))


def test_prompt_none_shows_no_page_while_the_hub_or_home_is_away_either(world: World) -> None:
    for away in (HUB, GD):
        browser = world.browser()
        world.sign_in(browser, world.portal_gd, "lihua")
        with world.stopped(away):
            page = browser.get(f"{PORTAL_ZJ}/login?prompt=none")
            assert page.url.startswith(PORTAL_ZJ), page.url


@pytest.mark.parametrize(
    "path", ["/signin/x", "/regions/x", "/consent/x", "/return/x", "/nowhere", "/arrive"]
)
def test_an_address_that_means_nothing_leads_on(world: World, path: str) -> None:
    for issuer in (GD, HUB):
        page = world.browser().get(f"{issuer}{path}")
        assert page.status in (400, 404)
        assert leads_on(page)
