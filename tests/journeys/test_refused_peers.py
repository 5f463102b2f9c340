"""What another identity provider says is refused unless every part of it fits; nobody is signed in by a half fit.

Guangdong is forged on its way to the hub, and the hub on its way to Zhejiang; unchanged, the same answers are accepted.
"""

from collections.abc import Callable
from typing import Any

import pytest

from tests.country.browser import Browser, Page
from tests.country.impostor import Change, Claims, Impostor, nothing
from tests.country.world import GD, HUB, PORTAL_ZJ, ZJ, World
from tests.journeys.steps import leads_on, session


def roam(world: World) -> tuple[Browser, Page]:
    """Lihua is signed in at home and opens the other province's portal."""
    browser = world.browser()
    impostors, world.network.intercept = world.network.intercept, None
    world.sign_in(browser, world.portal_gd, "lihua")
    world.network.intercept = impostors
    return browser, browser.get(f"{PORTAL_ZJ}/login")


def chosen(world: World) -> tuple[Browser, Page]:
    """Nobody is signed in; lihua chooses Guangdong at the hub and types a password there."""
    browser = world.browser()
    page = browser.get(f"{PORTAL_ZJ}/login")
    page = browser.get(next(link for link in page.links if link.endswith("/elsewhere")))
    return browser, browser.submit(browser.submit(page, "440000"), username="lihua", password="right")


def put(name: str, value: Any) -> Change:
    def change(claims: Claims) -> None:
        claims[name] = value

    return change


def drop(name: str) -> Change:
    def change(claims: Claims) -> None:
        del claims[name]

    return change


def add(name: str, seconds: int) -> Change:
    def change(claims: Claims) -> None:
        claims[name] += seconds

    return change


CLAIMS: dict[str, Change] = {
    "another issuer": put("iss", ZJ),
    "an issuer that begins alike": put("iss", GD + "/"),
    "another audience": put("aud", ZJ),
    "us among several audiences": put("aud", [HUB, "http://evil.example"]),
    "no audience": drop("aud"),
    "another nonce": put("nonce", "somebody-elses-nonce-of-the-same-length-0000"),
    "no nonce": drop("nonce"),
    "no session": drop("sid"),
    "an empty session": put("sid", ""),
    "a number for a session": put("sid", 7),
    "nobody": drop("sub"),
    "expired": add("exp", -3600),
    "no end": drop("exp"),
    "made in the future": add("iat", 3600),
    "no time of authentication": drop("auth_time"),
    "no level": drop("acr"),
    "a level of somebody else's ladder": put("acr", "http://evil.example/acr/certified"),
    "no end of the session": drop("session_expiry"),
    "no home region": drop("home_region"),
    "the citizen of another region": put("home_region", "110000"),
    "no identity level": drop("rl"),
}


def test_the_same_answer_unchanged_is_accepted(world: World) -> None:
    Impostor(world, GD).forge_id_tokens(nothing)
    browser, page = chosen(world)
    assert page.url == f"{PORTAL_ZJ}/me", page.text
    assert session(world, browser, HUB) is not None


@pytest.mark.parametrize("change", CLAIMS.values(), ids=CLAIMS.keys())
def test_a_claim_that_does_not_fit_is_refused(world: World, change: Change) -> None:
    Impostor(world, GD).forge_id_tokens(change)
    nobody_came_in(world, *chosen(world))


def nobody_came_in(world: World, browser: Browser, page: Page) -> None:
    assert page.url.startswith(f"{HUB}/arrive"), page.url
    assert page.status == 400
    assert leads_on(page)
    assert session(world, browser, HUB) is None
    assert session(world, browser, ZJ) is None
    assert browser.get(f"{PORTAL_ZJ}/me").status == 401
    events = world.nodes[HUB].records.audit_records.tail(5, event="peer.refused")
    assert len(events) == 1


SIGNED: dict[str, dict[str, Any]] = {
    "by a key the peer never had": {"own": False},
    "by the peer's key for another algorithm": {"alg": "RS256"},
    "as an access token": {"typ": "at+jwt"},
    "as a logout token": {"typ": "logout+jwt"},
    "as a statement": {"typ": "entity-statement+jwt"},
}


@pytest.mark.parametrize("signing", SIGNED.values(), ids=SIGNED.keys())
def test_a_signature_that_does_not_fit_is_refused(world: World, signing: dict[str, Any]) -> None:
    Impostor(world, GD).forge_id_tokens(nothing, **signing)
    nobody_came_in(world, *chosen(world))


def without_token(answer: Claims) -> None:
    del answer["id_token"]


def unsigned(answer: Claims) -> None:
    head, payload, _ = answer["id_token"].split(".")
    answer["id_token"] = f"{head}.{payload}."


def not_a_token(answer: Claims) -> None:
    answer["id_token"] = {"sub": "lihua"}


def huge(answer: Claims) -> None:
    answer["id_token"] += "A" * 9000


@pytest.mark.parametrize("change", [without_token, unsigned, not_a_token, huge])
def test_an_answer_without_a_sound_token_is_refused(world: World, change: Callable[[Claims], None]) -> None:
    Impostor(world, GD).change_answers("/token", change)
    nobody_came_in(world, *chosen(world))


def test_the_hub_cannot_vouch_for_a_regions_own_citizens(world: World) -> None:
    Impostor(world, HUB).forge_id_tokens(put("home_region", "330000"))
    browser, page = roam(world)
    assert page.url.startswith(f"{ZJ}/signin/")
    assert session(world, browser, ZJ) is None


def test_a_hub_that_answers_silent_questions_wrongly_locks_no_region_out(world: World) -> None:
    Impostor(world, HUB).forge_id_tokens(own=False)
    browser, page = roam(world)
    page = browser.submit(page, username="wangfang", password="right")
    assert page.url == f"{PORTAL_ZJ}/me"
    refused = world.nodes[ZJ].records.audit_records.tail(20, event="peer.refused")
    assert [one.entry.client for one in refused] == [HUB]


def test_claims_about_somebody_else_are_refused_and_about_the_person_accepted(world: World) -> None:
    Impostor(world, GD).answer("/userinfo", '{"sub": "somebody-else", "name": "Mallory"}')
    nobody_came_in(world, *chosen(world))


@pytest.mark.parametrize("body", ["", "<html>", "[]", '{"name": "Mallory"}'])
def test_claims_that_are_no_claims_are_refused(world: World, body: str) -> None:
    Impostor(world, GD).answer("/userinfo", body)
    nobody_came_in(world, *chosen(world))


def test_a_peer_that_breaks_is_not_a_forger_and_the_person_may_choose_again(world: World) -> None:
    Impostor(world, GD).answer("/token", "broken", status=502)
    browser, page = chosen(world)
    assert page.url.startswith(f"{HUB}/regions/")
    assert session(world, browser, HUB) is None
    world.network.intercept = None
    page = browser.submit(page, "440000")
    assert page.url == f"{PORTAL_ZJ}/me", page.text


def test_level_and_methods_are_passed_on_as_they_were_vouched_for_and_never_raised(world: World) -> None:
    Impostor(world, GD).forge_id_tokens(put("acr", "http://anchor.localhost:8401/acr/basic"))
    _, page = chosen(world)
    assert page.response.get_json()["acr"] == "http://anchor.localhost:8401/acr/basic"


def forged_configuration(world: World, issuer: str) -> None:
    """Signed by a true key of the issuer, but not by one of those that its peers were given."""
    impostor = Impostor(world, issuer)
    claims = {"iss": issuer, "sub": issuer, "iat": world.clock(), "exp": world.clock() + 3600, "metadata": {}}
    impostor.answer("/.well-known/openid-federation", impostor.sign(claims, typ="entity-statement+jwt"))


def test_a_hub_whose_configuration_does_not_verify_is_as_good_as_none(world: World) -> None:
    forged_configuration(world, HUB)
    browser = world.browser()
    page = browser.submit(browser.get(f"{PORTAL_ZJ}/login"), username="wangfang", password="right")
    assert page.url == f"{PORTAL_ZJ}/me", page.text
    assert not any(step.startswith("hub") for step in browser.trail)


def test_a_region_whose_configuration_does_not_verify_cannot_be_chosen(world: World) -> None:
    forged_configuration(world, GD)
    browser = world.browser()
    page = browser.get(f"{PORTAL_ZJ}/login")
    page = browser.get(next(link for link in page.links if link.endswith("/elsewhere")))
    page = browser.submit(page, "440000")
    assert page.url.startswith(f"{HUB}/regions/")
    assert not any(step.startswith("gd") for step in browser.trail)
    world.network.intercept = None
    world.advance(61)
    assert browser.submit(page, "440000").url.startswith(f"{GD}/signin/")
