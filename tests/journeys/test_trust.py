"""Roaming by chain: every node pins the anchor's keys alone, and believes the others because it vouches for them."""

from dataclasses import replace

from federation.authority import Subordinate
from tests.country.browser import Browser
from tests.country.chained import ADMIN, ChainedWorld
from tests.country.site import Site
from tests.country.world import ANCHOR, GD, HUB, ZJ


def test_a_citizen_roams_between_provinces_that_have_never_exchanged_a_key(chained: ChainedWorld) -> None:
    browser = chained.browser()
    page = chained.sign_in(browser, chained.portal_gd, "lihua")
    assert page.url == "http://portal-gd.localhost:8411/me", page.text
    page = browser.get(f"{chained.portal_zj.url}/login")
    assert page.url == "http://portal-zj.localhost:8421/me", page.text
    me = page.response.get_json()
    assert (me["home_region"], me["idp"]) == ("440000", GD)


def roaming(chained: ChainedWorld, username: str = "lihua") -> Browser:
    """Somebody of Guangdong who is signed in at both portals."""
    browser = chained.browser()
    chained.sign_in(browser, chained.portal_gd, username)
    assert browser.get(f"{chained.portal_zj.url}/login").url.endswith("8421/me")
    return browser


def knows(site: Site, browser: Browser) -> bool:
    return browser.get(f"{site.url}/me").status == 200


def suspend(chained: ChainedWorld, issuer: str) -> None:
    chained.registry(ANCHOR).suspend(issuer, by=ADMIN, reason="an incident")


def test_every_node_pins_the_anchor_and_nobody_else(chained: ChainedWorld) -> None:
    for issuer in (HUB, GD, ZJ):
        settings = chained.nodes[issuer].settings
        assert [one.entity_id for one in settings.trust_anchor] == [ANCHOR]
        assert all(one.jwks_file is None for one in settings.peer)


def test_when_a_province_is_suspended_its_sessions_end_elsewhere_within_one_poll(
    chained: ChainedWorld,
) -> None:
    browser = roaming(chained)
    native = chained.browser()
    chained.sign_in(native, chained.portal_zj, "wangfang")
    suspend(chained, GD)
    chained.watch()
    assert not knows(chained.portal_zj, browser)
    assert knows(chained.portal_zj, native)
    assert browser.get(f"{chained.portal_zj.url}/login?prompt=none").answer["error"] == "login_required"


def test_nobody_comes_in_through_a_province_that_is_suspended(chained: ChainedWorld) -> None:
    roaming(chained)
    suspend(chained, GD)
    chained.watch()
    browser = chained.browser()
    chained.sign_in(browser, chained.portal_gd, "lihua")
    page = browser.get(f"{chained.portal_zj.url}/login")
    assert page.url.startswith(ZJ), page.url
    assert not knows(chained.portal_zj, browser)


def test_a_suspended_province_still_signs_its_own_people_in_at_home(chained: ChainedWorld) -> None:
    roaming(chained)
    suspend(chained, GD)
    chained.watch()
    browser = chained.browser()
    page = chained.sign_in(browser, chained.portal_gd, "chenjie")
    assert page.url.endswith("8411/me"), page.text


def test_a_suspended_province_is_not_among_the_regions_any_more(chained: ChainedWorld) -> None:
    roaming(chained)
    hub = chained.nodes[HUB].peers
    assert {one.issuer for one in hub.regions()} == {GD, ZJ}
    suspend(chained, GD)
    chained.watch()
    chained.advance(30)
    hub.visit()
    assert {one.issuer for one in hub.regions()} == {ZJ}


def test_roaming_is_back_when_the_province_is_reinstated(chained: ChainedWorld) -> None:
    roaming(chained)
    suspend(chained, GD)
    chained.watch()
    chained.advance(60)
    chained.registry(ANCHOR).reinstate(GD, by=ADMIN, reason="the incident is over")
    chained.watch()
    chained.advance(60)
    chained.watch()
    chained.nodes[HUB].peers.visit()
    roaming(chained)


def test_everybody_carries_on_while_the_anchor_is_down(chained: ChainedWorld) -> None:
    browser = roaming(chained)
    chained.network.down |= {ANCHOR}
    for _ in range(3):
        chained.watch()
    assert knows(chained.portal_zj, browser)
    roaming(chained, "chenjie")


def test_without_the_anchor_trust_ends_when_the_chains_do(chained: ChainedWorld) -> None:
    roaming(chained)
    chained.network.down |= {ANCHOR}
    chained.advance(601)
    browser = chained.browser()
    chained.sign_in(browser, chained.portal_gd, "lihua")
    page = browser.get(f"{chained.portal_zj.url}/login")
    assert page.url.startswith(ZJ), page.url
    assert not knows(chained.portal_zj, browser)


def test_when_the_hub_is_suspended_every_region_is_alone_again(chained: ChainedWorld) -> None:
    browser = roaming(chained)
    suspend(chained, HUB)
    chained.watch()
    assert not knows(chained.portal_zj, browser)
    native = chained.browser()
    assert chained.sign_in(native, chained.portal_zj, "wangfang").url.endswith("8421/me")


def test_a_province_that_asserts_more_than_the_anchor_lets_it_is_refused_and_not_trimmed(
    chained: ChainedWorld,
) -> None:
    def lower(one: Subordinate) -> Subordinate:
        narrowed = {"openid_provider": {"manyou_identity_levels": {"subset_of": ["RL1", "RL2"]}}}
        return replace(one, metadata_policy=narrowed)

    chained.registry(ANCHOR).change(GD, lower, by=ADMIN, reason="its counter was audited")
    browser = chained.browser()
    chained.sign_in(browser, chained.portal_gd, "lihua")
    page = browser.get(f"{chained.portal_zj.url}/login")
    assert page.url.startswith(ZJ), page.url
    assert not knows(chained.portal_zj, browser)


def test_a_province_that_calls_itself_by_another_region_is_refused(chained: ChainedWorld) -> None:
    def moved(one: Subordinate) -> Subordinate:
        return replace(one, metadata={"openid_provider": {"manyou_region": "510000"}})

    chained.registry(ANCHOR).change(GD, moved, by=ADMIN, reason="borders were drawn anew")
    browser = chained.browser()
    chained.sign_in(browser, chained.portal_gd, "lihua")
    assert browser.get(f"{chained.portal_zj.url}/login").url.startswith(ZJ)
    assert not knows(chained.portal_zj, browser)


def test_a_chain_that_is_known_costs_a_sign_in_nothing(chained: ChainedWorld) -> None:
    roaming(chained)
    chained.network.calls.clear()
    roaming(chained, "chenjie")
    asked = [url for _, url in chained.network.calls if "federation" in url]
    assert asked == []


def test_each_statement_is_fetched_once_however_many_need_it(chained: ChainedWorld) -> None:
    for username in ("lihua", "chenjie"):
        roaming(chained, username)
    asked = [url for _, url in chained.network.calls if "/federation/fetch" in url]
    by_whom = {issuer: chained.nodes[issuer] for issuer in (HUB, GD, ZJ)}
    assert len(asked) <= len(by_whom) * 3
