"""Codes that are refused, each beside the one that is good; and what a second use does."""

import pytest

from tests.country.world import GD, World
from tests.journeys.steps import code_for


def test_the_lawful_code_gives_tokens(world: World) -> None:
    code, kept = code_for(world, world.browser(), world.portal_gd)
    status, tokens = world.portal_gd.redeem(code, kept["verifier"])
    assert status == 200
    assert world.portal_gd.claims(tokens["id_token"], kept["nonce"])["iss"] == GD


WRONG = {
    "a made-up code": {"code": "x" * 90},
    "a code cut short": {"cut": "2"},
    "another verifier": {"code_verifier": "w" * 64},
    "no verifier": {"code_verifier": ""},
    "another address": {"redirect_uri": "http://portal-gd.localhost:8411/"},
    "no address": {"redirect_uri": ""},
}


@pytest.mark.parametrize("changes", WRONG.values(), ids=WRONG.keys())
def test_a_code_that_does_not_fit_gives_nothing(world: World, changes: dict[str, str]) -> None:
    code, kept = code_for(world, world.browser(), world.portal_gd)
    form = {"code": code, "code_verifier": kept["verifier"], **changes}
    sent = form.pop("code")[: -int(form.pop("cut", "0")) or None]
    status, answer = world.portal_gd.redeem(sent, form.pop("code_verifier"), **form)
    assert status == 400
    assert answer["error"] in ("invalid_grant", "invalid_request")
    assert "access_token" not in answer


def test_a_code_is_good_for_its_minute_and_no_longer(world: World) -> None:
    browser = world.browser()
    code, kept = code_for(world, browser, world.portal_gd)
    world.advance(59)
    assert world.portal_gd.redeem(code, kept["verifier"])[0] == 200
    code, kept = code_for(world, browser, world.portal_gd)
    world.advance(61)
    assert world.portal_gd.redeem(code, kept["verifier"])[1]["error"] == "invalid_grant"


def test_a_code_used_twice_gives_nothing_and_kills_the_tokens_of_its_first_use(world: World) -> None:
    code, kept = code_for(world, world.browser(), world.portal_gd)
    _, tokens = world.portal_gd.redeem(code, kept["verifier"])
    assert world.portal_gd.userinfo(tokens["access_token"])[0] == 200
    status, answer = world.portal_gd.redeem(code, kept["verifier"])
    assert (status, answer["error"]) == (400, "invalid_grant")
    status, answer = world.portal_gd.userinfo(tokens["access_token"])
    assert (status, answer["error"]) == (401, "invalid_token")
    events = world.nodes[GD].records.audit_records.tail(5, event="code.reused")
    assert len(events) == 1


def test_another_sites_code_is_worth_nothing_and_stays_good_for_its_own(world: World) -> None:
    thief = world.site("http://thief.localhost:8493", GD, "thief")
    code, kept = code_for(world, world.browser(), world.portal_gd)
    for _ in range(2):
        status, answer = thief.redeem(code, kept["verifier"], redirect_uri=world.portal_gd.redirect_uri)
        assert (status, answer["error"]) == (400, "invalid_grant")
    status, tokens = world.portal_gd.redeem(code, kept["verifier"])
    assert status == 200
    thief.redeem(code, kept["verifier"])
    assert world.portal_gd.userinfo(tokens["access_token"])[0] == 200, "a stranger cannot end it either"


def test_a_code_spent_with_the_wrong_verifier_is_spent(world: World) -> None:
    code, kept = code_for(world, world.browser(), world.portal_gd)
    assert world.portal_gd.redeem(code, "w" * 64)[0] == 400
    assert world.portal_gd.redeem(code, kept["verifier"])[0] == 400


def test_a_code_issued_before_a_logout_is_refused_after_it(world: World) -> None:
    browser = world.browser()
    code, kept = code_for(world, browser, world.portal_gd)
    browser.submit(browser.get(f"{GD}/logout"))
    status, answer = world.portal_gd.redeem(code, kept["verifier"])
    assert (status, answer["error"]) == (400, "invalid_grant")


def test_a_token_issued_before_a_logout_opens_nothing_after_it(world: World) -> None:
    browser = world.browser()
    code, kept = code_for(world, browser, world.portal_gd)
    _, tokens = world.portal_gd.redeem(code, kept["verifier"])
    assert world.portal_gd.userinfo(tokens["access_token"])[0] == 200
    browser.submit(browser.get(f"{GD}/logout"))
    assert world.portal_gd.userinfo(tokens["access_token"])[0] == 401


def test_the_tokens_of_one_region_open_nothing_at_another(world: World) -> None:
    browser = world.browser()
    home, kept_home = code_for(world, browser, world.portal_gd)
    away, kept_away = code_for(world, browser, world.portal_zj)
    _, gd = world.portal_gd.redeem(home, kept_home["verifier"])
    _, zj = world.portal_zj.redeem(away, kept_away["verifier"])
    assert world.portal_gd.userinfo(gd["access_token"])[0] == 200
    assert world.portal_zj.userinfo(zj["access_token"])[0] == 200
    assert world.portal_zj.userinfo(gd["access_token"])[0] == 401
    assert world.portal_gd.userinfo(zj["access_token"])[0] == 401


def test_an_id_token_is_no_access_token(world: World) -> None:
    code, kept = code_for(world, world.browser(), world.portal_gd)
    _, tokens = world.portal_gd.redeem(code, kept["verifier"])
    assert world.portal_gd.userinfo(tokens["id_token"])[0] == 401


def test_a_site_that_was_removed_can_neither_redeem_nor_read(world: World) -> None:
    browser = world.browser()
    code, kept = code_for(world, browser, world.portal_gd)
    _, tokens = world.portal_gd.redeem(code, kept["verifier"])
    second, again = code_for(world, browser, world.portal_gd)
    world.nodes[GD].records.clients.remove("portal-gd")
    assert world.portal_gd.redeem(second, again["verifier"])[0] == 401
    assert world.portal_gd.userinfo(tokens["access_token"])[0] == 401
