"""Roaming by chain: every node pins the anchor's keys alone, and believes the others because it vouches for them."""

from tests.country.chained import ChainedWorld
from tests.country.world import GD


def test_a_citizen_roams_between_provinces_that_have_never_exchanged_a_key(chained: ChainedWorld) -> None:
    browser = chained.browser()
    page = chained.sign_in(browser, chained.portal_gd, "lihua")
    assert page.url == "http://portal-gd.localhost:8411/me", page.text
    page = browser.get(f"{chained.portal_zj.url}/login")
    assert page.url == "http://portal-zj.localhost:8421/me", page.text
    me = page.response.get_json()
    assert (me["home_region"], me["idp"]) == ("440000", GD)
