"""An announcement (OIDC Core §4) comes from a known peer, goes back to its one registered path, and always goes back."""

from urllib.parse import urlencode

import pytest

from tests.country.browser import Browser, Page
from tests.country.impostor import Impostor
from tests.country.world import GD, HUB, PORTAL_GD, PORTAL_ZJ, ZJ, World
from tests.journeys.outages import records_away, store_away
from tests.journeys.steps import at_signin, leads_on, param, session, stopped_at

ID = "AAAAAAAAAAAAAAAAAAAAAA"


def about_to_announce(world: World, browser: Browser) -> str:
    """Lihua has typed the password; the address at the hub to which the browser is sent next."""
    page = at_signin(world, browser, world.portal_gd)
    browser.stop_at = f"{HUB}/initiate"
    page = browser.submit(page, username="lihua", password="right")
    browser.stop_at = None
    return page.url


def announced(world: World, issuer: str, target: str) -> Page:
    query = urlencode({"iss": issuer, "target_link_uri": target})
    return world.browser().hop(f"{HUB}/initiate?{query}")


def test_the_lawful_announcement_asks_the_region_and_comes_back_with_the_hub_knowing(world: World) -> None:
    browser = world.browser()
    url = about_to_announce(world, browser)
    assert param(url, "iss") == GD
    assert param(url, "target_link_uri").startswith(f"{GD}/return/")
    assert announced(world, GD, f"{GD}/return/{ID}").location.startswith(f"{GD}/authorize?")
    page = browser.get(url)
    assert page.url == f"{PORTAL_GD}/me"
    found = session(world, browser, HUB)
    assert found is not None
    assert found.citizen.home_region == "440000"


@pytest.mark.parametrize("issuer", ["http://evil.example", f"{GD}/", HUB, GD.upper(), ""])
def test_an_issuer_that_is_no_peer_is_refused_and_nothing_is_asked_about_it(
    world: World, issuer: str
) -> None:
    world.network.calls.clear()
    page = announced(world, issuer, f"{issuer}/return/{ID}")
    assert page.status == 400
    assert "Location" not in page.response.headers
    assert leads_on(page)
    assert world.network.calls == []


ELSEWHERE = {
    "another host": f"http://evil.example/return/{ID}",
    "a portal": f"{PORTAL_GD}/me",
    "another peer": f"{ZJ}/return/{ID}",
    "a host that begins alike": f"{GD}.evil.example/return/{ID}",
    "a name before the host": f"{GD}@evil.example/return/{ID}",
    "another scheme": f"https://gd.localhost:8410/return/{ID}",
    "another path": f"{GD}/logout/{ID}",
    "a path that begins alike": f"{GD}/returns/{ID}",
    "a longer path": f"{GD}/return/{ID}/more",
    "a path that climbs": f"{GD}/return/../{ID}",
    "a deeper path": f"{GD}/return/x/{ID}",
    "no id": f"{GD}/return",
    "an empty id": f"{GD}/return/",
    "a short id": f"{GD}/return/abc",
    "a long id": f"{GD}/return/{ID * 4}",
    "an id with a query": f"{GD}/return/{ID}?next=http://evil.example",
    "an id with a fragment": f"{GD}/return/{ID}#x",
    "an id with a line break": f"{GD}/return/{ID}\n",
    "an id that hides a slash": f"{GD}/return/{ID}%2F..",
    "an id of other letters": f"{GD}/return/{ID}é",
    "nothing": "",
}


@pytest.mark.parametrize("target", ELSEWHERE.values(), ids=ELSEWHERE.keys())
def test_any_way_back_but_the_registered_one_is_refused(world: World, target: str) -> None:
    page = announced(world, GD, target)
    assert page.status == 400
    assert "Location" not in page.response.headers


FRAMES = [
    {"Sec_Fetch_Dest": "iframe"},
    {"Sec_Fetch_Dest": "image", "Sec_Fetch_Mode": "no-cors"},
    {"Sec_Fetch_Dest": "empty", "Sec_Fetch_Mode": "cors"},
]


@pytest.mark.parametrize("headers", FRAMES)
def test_a_frame_is_sent_straight_back_and_changes_nothing(world: World, headers: dict[str, str]) -> None:
    browser = world.browser()
    url = about_to_announce(world, browser)
    page = browser.hop(url, **headers)
    assert page.location == param(url, "target_link_uri")
    assert "Set-Cookie" not in page.response.headers
    assert browser.hop(url).location.startswith(f"{GD}/authorize?")


def came_back_without_the_hub_knowing(world: World, browser: Browser, page: Page) -> None:
    assert page.url == f"{PORTAL_GD}/me", page.text
    assert session(world, browser, HUB) is None


def test_it_comes_back_when_nobody_is_signed_in_at_the_region(world: World) -> None:
    browser = world.browser()
    page = announced(world, GD, f"{GD}/return/{ID}")
    page = browser.hop(page.location)
    assert param(page.location, "error") == "login_required"
    url = about_to_announce(world, browser)
    browser.jar(GD).delete_cookie("manyou_session", domain="gd.localhost")
    page = browser.get(url)
    assert "/signin/" in page.url
    assert page.url.startswith(GD)


def test_it_comes_back_when_the_regions_servers_do_not_answer(world: World) -> None:
    browser = world.browser()
    url = about_to_announce(world, browser)
    Impostor(world, GD, asked_by=HUB).answer("/token", "", status=503)
    came_back_without_the_hub_knowing(world, browser, browser.get(url))


def test_it_comes_back_when_the_hub_has_just_started_and_cannot_reach_the_region(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = world.browser()
    url = about_to_announce(world, browser)
    monkeypatch.setattr(world.nodes[HUB].peers, "_peers", {})
    Impostor(world, GD, asked_by=HUB).answer("/.well-known/openid-federation", "", status=503)
    came_back_without_the_hub_knowing(world, browser, browser.get(url))


def test_a_stranger_is_sent_nowhere_while_the_region_cannot_be_reached(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world.nodes[HUB].peers, "_peers", {})
    Impostor(world, GD).answer("/.well-known/openid-federation", "", status=503)
    for target in ELSEWHERE.values():
        assert "Location" not in announced(world, GD, target).response.headers
    assert announced(world, GD, f"{GD}/return/{ID}").location == f"{GD}/return/{ID}"


def test_it_comes_back_when_the_hub_cannot_write_down_what_happened(world: World) -> None:
    browser = world.browser()
    url = about_to_announce(world, browser)
    with records_away(world, HUB):
        came_back_without_the_hub_knowing(world, browser, browser.get(url))


def test_it_comes_back_when_the_hubs_store_is_away(world: World) -> None:
    browser = world.browser()
    url = about_to_announce(world, browser)
    with store_away(world, HUB):
        came_back_without_the_hub_knowing(world, browser, browser.get(url))


def test_it_comes_back_when_the_answer_is_forged(world: World) -> None:
    browser = world.browser()
    url = about_to_announce(world, browser)
    Impostor(world, GD, asked_by=HUB).forge_id_tokens(own=False)
    came_back_without_the_hub_knowing(world, browser, browser.get(url))
    assert len(world.nodes[HUB].records.audit_records.tail(5, event="peer.refused")) == 1


def test_it_comes_back_when_the_hub_was_told_of_a_sign_out_that_the_region_has_not_heard_of(
    world: World,
) -> None:
    browser = world.browser()
    assert browser.get(about_to_announce(world, browser)).url == f"{PORTAL_GD}/me"
    found = session(world, browser, HUB)
    assert found is not None
    assert found.upstream is not None
    sessions = world.nodes[HUB].sessions
    sessions.ended_above(GD, found.upstream.sid)
    sessions.end(found)
    query = urlencode({"iss": GD, "target_link_uri": f"{GD}/return/{ID}"})
    assert browser.get(f"{HUB}/initiate?{query}").url == f"{GD}/return/{ID}"
    assert session(world, browser, HUB) is None


def test_it_comes_back_when_the_hub_is_loaded_again_half_way(world: World) -> None:
    browser = world.browser()
    arrival = stopped_at(browser, about_to_announce(world, browser), f"{HUB}/arrive").url
    first = browser.hop(arrival)
    world.network.calls.clear()
    again = browser.hop(arrival)
    assert world.network.calls == [], "nothing is redeemed again"
    assert again.location == first.location
    assert again.location.startswith(f"{GD}/return/")
    assert "Location" not in world.browser().hop(arrival).response.headers, "only in the same browser"


def test_only_a_fresher_sign_in_takes_the_hubs_session_from_somebody_else(world: World) -> None:
    browser = world.browser()
    with world.stopped(HUB):
        world.sign_in(browser, world.portal_gd, "lihua")
    world.advance(10)
    assert world.sign_in(browser, world.portal_zj, "wangfang").url == f"{PORTAL_ZJ}/me"
    browser.trail.clear()
    assert browser.get(f"{PORTAL_GD}/login").url == f"{PORTAL_GD}/me"
    assert "hub/initiate" in browser.trail
    found = session(world, browser, HUB)
    assert found is not None
    assert found.citizen.home_region == "330000", "an older sign-in does not replace a younger one"
    assert browser.get(f"{PORTAL_ZJ}/me").status == 200


def test_who_is_replaced_at_the_hub_is_signed_out_everywhere(world: World) -> None:
    browser = world.browser()
    page = at_signin(world, browser, world.portal_gd)
    world.sign_in(browser, world.portal_zj, "wangfang")  # in another tab
    world.advance(10)
    assert browser.submit(page, username="lihua", password="right").url == f"{PORTAL_GD}/me"
    found = session(world, browser, HUB)
    assert found is not None
    assert found.citizen.home_region == "440000"
    assert session(world, browser, ZJ) is None
    assert browser.get(f"{PORTAL_ZJ}/me").status == 401
    events = world.nodes[HUB].records.audit_records.tail(5, event="session.ended")
    assert len(events) == 1
