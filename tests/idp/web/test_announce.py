"""An announcement that comes by POST (OIDC Core §4) does what one by GET does, and harms no journey under way."""

import pytest

from tests.country.browser import Browser
from tests.country.world import GD, HUB, PORTAL_ZJ, World

TARGET = f"{GD}/return/AAAAAAAAAAAAAAAAAAAAAA"


def choosing(world: World) -> Browser:
    """Somebody who is about to choose a region at the hub."""
    browser = world.browser()
    page = browser.get(f"{PORTAL_ZJ}/login")
    browser.get(next(link for link in page.links if link.endswith("/elsewhere")))
    return browser


def test_a_post_from_another_site_leaves_the_cookie_of_the_journeys_alone(world: World) -> None:
    browser = choosing(world)
    before, page = browser.cookie(HUB, "manyou_browser"), browser.get(browser.urls[-1])
    browser.post(f"{HUB}/initiate", {"iss": GD, "target_link_uri": TARGET}, cross_site=True)
    assert browser.cookie(HUB, "manyou_browser") == before is not None
    assert browser.submit(page, "440000").url.startswith(f"{GD}/signin/")


def test_a_post_is_carried_out_like_a_get(world: World) -> None:
    browser = choosing(world)
    browser.trail.clear()
    browser.post(f"{HUB}/initiate", {"iss": GD, "target_link_uri": TARGET}, cross_site=True)
    assert browser.trail[:3] == ["hub/initiate", "hub/initiate", "gd/authorize"]


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"iss": GD},
        {"iss": "http://evil.example", "target_link_uri": TARGET},
        {"iss": GD, "target_link_uri": PORTAL_ZJ},
    ],
)
def test_a_post_that_is_not_lawful_is_sent_nowhere(world: World, form: dict[str, str]) -> None:
    page = world.browser().post(f"{HUB}/initiate", form, cross_site=True)
    assert page.status == 400
    assert page.url == f"{HUB}/initiate"
