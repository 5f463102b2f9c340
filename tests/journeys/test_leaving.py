"""Sign out anywhere, and be signed out everywhere."""

from typing import NoReturn

import pytest

from idp.errors import Unavailable
from tests.country.browser import Browser
from tests.country.site import Site
from tests.country.world import GD, HUB, PORTAL_GD, PORTAL_ZJ, ZJ, World

PORTALS = {PORTAL_GD: "portal_gd", PORTAL_ZJ: "portal_zj"}


def signed_in_at_both(world: World) -> Browser:
    browser = world.browser()
    world.sign_in(browser, world.portal_gd, "lihua")
    assert browser.get(f"{PORTAL_ZJ}/login").url == f"{PORTAL_ZJ}/me"
    return browser


def sessions(world: World, browser: Browser) -> dict[str, bool]:
    return {
        issuer: world.nodes[issuer].sessions.find(browser.cookie(issuer, "manyou_session"), now=world.clock())
        is not None
        for issuer in (GD, HUB, ZJ)
    }


def nobody_lets_in(world: World, browser: Browser) -> None:
    for portal in PORTALS:
        assert browser.get(f"{portal}/me").status == 401
        assert browser.get(f"{portal}/login?prompt=none").url.startswith(f"{portal}/callback")
        assert "/signin/" in browser.get(f"{portal}/login").url


@pytest.mark.parametrize("where", PORTALS)
def test_signing_out_at_either_portal_ends_everything(world: World, where: str) -> None:
    browser = signed_in_at_both(world)
    site: Site = getattr(world, PORTALS[where])
    page = browser.get(f"{site.url}/logout")
    assert page.url.startswith(f"{site.issuer}/logout")
    page = browser.submit(page)
    assert page.url == f"{site.url}/?state=bye"
    assert sessions(world, browser) == {GD: False, HUB: False, ZJ: False}
    nobody_lets_in(world, browser)


@pytest.mark.parametrize("where", PORTALS)
def test_a_browser_closed_on_the_way_makes_no_difference(world: World, where: str) -> None:
    browser = signed_in_at_both(world)
    site: Site = getattr(world, PORTALS[where])
    page = browser.get(f"{site.url}/logout")
    browser.stop_at = "http://"
    browser.submit(page)
    browser.stop_at = None
    assert sessions(world, browser) == {GD: False, HUB: False, ZJ: False}
    nobody_lets_in(world, browser)


def test_when_servers_cannot_reach_each_other_the_browser_carries_the_news_up(world: World) -> None:
    browser = signed_in_at_both(world)
    page = browser.get(f"{PORTAL_ZJ}/logout")
    world.network.intercept = lambda _m, url, _b: _lost() if url.endswith("/events") else None
    browser.submit(page)
    world.network.intercept = None
    assert sessions(world, browser) == {GD: False, HUB: False, ZJ: False}


def test_when_neither_carries_the_news_up_only_a_password_lets_in_where_the_person_signed_out(
    world: World,
) -> None:
    browser = signed_in_at_both(world)
    page = browser.get(f"{PORTAL_ZJ}/logout")
    world.network.intercept = lambda _m, url, _b: _lost() if url.endswith("/events") else None
    browser.stop_at = HUB
    browser.submit(page)
    browser.stop_at = None
    assert sessions(world, browser) == {GD: True, HUB: True, ZJ: False}
    page = browser.get(f"{PORTAL_ZJ}/login")
    assert page.url.startswith(f"{ZJ}/signin/")
    page = browser.get(next(link for link in page.links if link.endswith("/elsewhere")))
    assert page.url.startswith(f"{GD}/signin/"), "no click alone brings them back"
    world.advance(1)
    page = browser.submit(browser.get(page.url), username="lihua", password="right")
    assert page.url == f"{PORTAL_ZJ}/me"


def test_a_portal_that_does_not_answer_is_told_later(world: World) -> None:
    browser = signed_in_at_both(world)
    world.portal_gd.logout_status = 503
    browser.submit(browser.get(f"{PORTAL_ZJ}/logout"))
    assert browser.get(f"{PORTAL_GD}/me").status == 200
    world.portal_gd.logout_status = 200
    world.advance(60)
    world.nodes[GD].deliveries.deliver_due()
    assert browser.get(f"{PORTAL_GD}/me").status == 401


def test_without_a_site_the_receipt_names_own_sites_and_counts_others(world: World) -> None:
    browser = signed_in_at_both(world)
    page = browser.submit(browser.get(f"{ZJ}/logout"))
    assert page.status == 200
    assert "portal-zj" in page.text
    assert "portal-gd" not in page.text


def _lost() -> NoReturn:
    raise Unavailable("peer", "cut")
