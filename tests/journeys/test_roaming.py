"""Sign in once, and every region knows you."""

from tests.country.world import GD, World


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
