"""A site keeps its people signed in with refresh tokens, for as long as their session here lives."""

from typing import Any

import pytest

from tests.country.site import Site
from tests.country.world import GD, ZJ, World
from tests.journeys.steps import code_for, everything_in

REFRESHING = {"extra": {"grant_types": ["authorization_code", "refresh_token"]}}


@pytest.fixture
def site(world: World) -> Site:
    return world.site("http://keeps.localhost:8488", GD, "keeps", **REFRESHING)


def tokens_of(world: World, site: Site, browser: Any = None) -> dict[str, Any]:
    code, kept = code_for(world, browser or world.browser(), site)
    status, tokens = site.redeem(code, kept["verifier"])
    assert status == 200
    return {**tokens, "claims": site.claims(tokens["id_token"], kept["nonce"])}


def events(world: World, name: str) -> int:
    return len(world.nodes[GD].records.audit_records.tail(20, event=name))


def test_new_tokens_are_had_without_the_browser(world: World, site: Site) -> None:
    tokens = tokens_of(world, site)
    before = tokens["claims"]
    world.advance(599)
    status, again = site.refresh(tokens["refresh_token"])
    assert status == 200
    world.advance(300)
    assert site.userinfo(tokens["access_token"])[0] == 401
    assert site.userinfo(again["access_token"])[1]["name"] == "李华"
    after = site.claims(again["id_token"], nonce=None)
    assert (after["sub"], after["sid"], after["auth_time"]) == (
        before["sub"],
        before["sid"],
        before["auth_time"],
    )


def test_a_site_that_was_not_registered_for_it_gets_none(world: World) -> None:
    assert "refresh_token" not in tokens_of(world, world.portal_gd)


def test_signing_out_ends_it(world: World, site: Site) -> None:
    browser = world.browser()
    tokens = tokens_of(world, site, browser)
    browser.submit(browser.get(f"{GD}/logout"))
    status, answer = site.refresh(tokens["refresh_token"])
    assert (status, answer["error"]) == (400, "invalid_grant")


def test_a_copied_token_ends_the_family_and_is_an_audit_event(world: World, site: Site) -> None:
    old = tokens_of(world, site)["refresh_token"]
    _, new = site.refresh(old)
    world.advance(11)
    assert site.refresh(old)[1]["error"] == "invalid_grant"
    assert site.refresh(new["refresh_token"])[1]["error"] == "invalid_grant"
    assert site.userinfo(new["access_token"])[0] == 401
    assert events(world, "refresh.reused") == 1


def test_the_answer_that_was_lost_comes_again(world: World, site: Site) -> None:
    old = tokens_of(world, site)["refresh_token"]
    _, lost = site.refresh(old)
    status, again = site.refresh(old)
    assert status == 200
    assert again["refresh_token"] == lost["refresh_token"]
    assert events(world, "refresh.reused") == 0


def test_using_it_does_not_keep_the_session_open(world: World, site: Site) -> None:
    token = tokens_of(world, site)["refresh_token"]
    for _ in range(2):
        world.advance(14 * 60)
        status, answer = site.refresh(token)
        assert status == 200
        token = answer["refresh_token"]
    world.advance(3 * 60)
    assert site.refresh(token)[1]["error"] == "invalid_grant"


def test_authenticating_anew_begins_a_new_session_and_the_site_asks_without_a_page(
    world: World, site: Site
) -> None:
    browser = world.browser()
    token = tokens_of(world, site, browser)["refresh_token"]
    page = browser.get(f"{world.portal_gd.url}/login?prompt=login")
    browser.submit(page, username="lihua", password="right")
    assert site.refresh(token)[1]["error"] == "invalid_grant"
    code, kept = code_for(world, browser, site, prompt="none")
    _, tokens = site.redeem(code, kept["verifier"])
    assert site.refresh(tokens["refresh_token"])[0] == 200


def test_a_visitors_token_ends_when_they_sign_out_at_home(world: World) -> None:
    away = world.site("http://away.localhost:8487", ZJ, "away", **REFRESHING)
    browser = world.browser()
    world.sign_in(browser, world.portal_gd, "lihua")
    tokens = tokens_of(world, away, browser)
    status, again = away.refresh(tokens["refresh_token"])
    assert status == 200
    assert away.claims(again["id_token"], nonce=None)["home_region"] == "440000"
    browser.submit(browser.get(f"{GD}/logout"))
    assert away.refresh(again["refresh_token"])[1]["error"] == "invalid_grant"


def test_another_region_does_not_know_it(world: World, site: Site) -> None:
    token = tokens_of(world, site)["refresh_token"]
    away = world.site("http://away.localhost:8487", ZJ, "keeps", **REFRESHING)
    assert away.refresh(token)[1]["error"] == "invalid_grant"
    assert site.refresh(token)[0] == 200


def test_no_token_lies_in_the_store(world: World, site: Site) -> None:
    token = tokens_of(world, site)["refresh_token"]
    _, again = site.refresh(token)
    held = everything_in(world, GD).decode(errors="replace")
    assert token not in held
    assert again["refresh_token"] not in held
