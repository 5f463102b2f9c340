"""What a site learns cannot be joined with what another learns; what a server need not keep it does not keep."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from idp import logs
from tests.country.browser import Browser
from tests.country.world import GD, HUB, PORTAL_GD, PORTAL_ZJ, ZJ, World
from tests.journeys.steps import at_signin, everything_in, session

SHARED = {
    "acr", "amr", "auth_time", "rl", "home_region", "idp", "iat", "exp", "session_expiry",
    "name", "family_name", "given_name",
}  # fmt: skip
"""What both may see: how and where somebody signed in, and the profile that both asked for."""

NAME = "李华".encode()


def visited(world: World) -> tuple[dict[str, Any], dict[str, Any], Browser]:
    browser = world.browser()
    home = world.sign_in(browser, world.portal_gd, "lihua").response.get_json()
    away = browser.get(f"{PORTAL_ZJ}/login").response.get_json()
    return home, away, browser


def values(document: object) -> set[str]:
    if isinstance(document, dict):
        return {inner for one in document.values() for inner in values(one)}
    if isinstance(document, list):
        return {inner for one in document for inner in values(one)}
    return {json.dumps(document)}


def test_no_claim_joins_two_portals(world: World) -> None:
    home, away, _ = visited(world)
    told = [{name: value for name, value in one.items() if name not in SHARED} for one in (home, away)]
    assert {"sub", "sid", "iss", "aud", "nonce"} <= told[0].keys()
    assert values(told[0]).isdisjoint(values(told[1]))


def test_two_portals_of_one_region_cannot_join_either(world: World) -> None:
    second = world.site("http://second.localhost:8496", GD, "second")
    home, _, browser = visited(world)
    other = browser.get(f"{second.url}/login").response.get_json()
    told = [
        {name: value for name, value in one.items() if name not in SHARED | {"iss"}} for one in (home, other)
    ]
    assert values(told[0]).isdisjoint(values(told[1]))


def test_a_portal_knows_a_citizen_again_next_time_but_not_the_session(world: World) -> None:
    first, _, _ = visited(world)
    again, _, _ = visited(world)
    assert again["sub"] == first["sub"]
    assert again["sid"] != first["sid"]


def test_scopes_release_what_they_name_and_nothing_else(world: World) -> None:
    browser = world.browser()
    world.sign_in(browser, world.portal_gd, "lihua")
    for site in (world.portal_gd, world.portal_zj):
        for scope, seen in (("openid", set()), ("openid email", {"email"})):
            url, kept = site.start(scope=scope)
            browser.stop_at = site.redirect_uri
            page = browser.get(url)
            browser.stop_at = None
            _, tokens = site.redeem(page.answer["code"], kept["verifier"])
            _, claims = site.userinfo(tokens["access_token"])
            assert claims.keys() - {"sub", "acr", "amr", "rl", "home_region", "idp"} == seen
            assert not site.claims(tokens["id_token"], kept["nonce"]).keys() & {"name", "email"}


def test_where_a_visitor_passed_through_the_name_is_gone_with_the_grants(world: World) -> None:
    _, _, browser = visited(world)
    world.advance(700)
    for issuer in (HUB, ZJ):
        found = session(world, browser, issuer)
        assert found is not None
        assert found.citizen.claims == {}
        assert NAME not in everything_in(world, issuer)
    assert NAME in everything_in(world, GD), "home keeps it while the session lives"


def test_claims_that_wait_for_an_answer_do_not_wait_longer_than_the_sign_in(world: World) -> None:
    away = world.site("http://away.localhost:8497", ZJ, "away", consent="ask")
    browser = world.browser()
    world.sign_in(browser, world.portal_gd, "lihua")
    assert browser.get(f"{away.url}/login").url.startswith(f"{ZJ}/consent/")
    assert NAME in everything_in(world, ZJ)
    world.advance(1900)
    assert NAME not in everything_in(world, ZJ)


def test_the_hub_learns_regions_and_never_portals(world: World) -> None:
    _, _, browser = visited(world)
    browser.get(f"{PORTAL_ZJ}/logout")
    kept = everything_in(world, HUB)
    assert GD.encode() in kept
    assert b"portal" not in kept
    assert not any("portal" in url for url in browser.urls if url.startswith(HUB))


def test_no_cookie_token_or_code_lies_in_a_store_in_clear(world: World) -> None:
    _, _, browser = visited(world)
    for issuer in (GD, HUB, ZJ):
        kept = everything_in(world, issuer)
        for name in ("manyou_session", "manyou_browser", "manyou_device"):
            value = browser.cookie(issuer, name)
            assert value is None or value.encode() not in kept
        for url in browser.urls:
            if url.startswith(issuer) and "code=" in url:
                assert url.split("code=")[1].split("&")[0].encode() not in kept


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """Everything that is logged, ours and the libraries', as in production but at the finest level."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    quiet = {name: logging.getLogger(name).level for name in logs.QUIET}
    logs.configure(file=tmp_path / "log.jsonl", level="debug")
    yield tmp_path / "log.jsonl"
    structlog.reset_defaults()
    logging.captureWarnings(capture=False)
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in quiet.items():
        logging.getLogger(name).setLevel(before)


def test_no_secret_and_no_name_is_in_any_log_of_a_whole_journey(world: World, log: Path) -> None:
    canary = "Canary-p4ssw0rd-of-nobody"
    browser = world.browser()
    page = at_signin(world, browser, world.portal_gd)
    browser.submit(page, username="lihua", password=canary)
    home, away, browser = visited(world)
    secrets = [canary, "s3cret-portal", "李华", *(one["sub"] for one in (home, away))]
    secrets += [
        token["id_token"] for site in (world.portal_gd, world.portal_zj) for token in site.sessions.values()
    ]
    for issuer in (GD, HUB, ZJ):
        secrets += [browser.cookie(issuer, name) or canary for name in ("manyou_session", "manyou_browser")]
    browser.submit(browser.get(f"{PORTAL_ZJ}/logout"))
    browser.get(f"{GD}/arrive?state=canary-state&code=canary-code&iss={HUB}")
    browser.get(f"{GD}/logout?id_token_hint={secrets[-1]}")
    for url in browser.urls:
        for name in ("code=", "state=", "nonce=", "id_token_hint=", "code_challenge="):
            secrets += [part.split("&")[0] for part in url.split(name)[1:]]
    text = log.read_text()
    assert text.count('"event": "request"') > 20
    assert "forged_return" in text
    assert [secret for secret in secrets if secret and secret in text] == []


def test_a_crash_tells_the_log_and_nobody_else(
    world: World, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object, **__: object) -> object:
        raise RuntimeError("inside words")

    browser = world.browser()
    page = at_signin(world, browser, world.portal_gd)
    monkeypatch.setattr(type(world.nodes[GD].directory), "check", crash)
    page = browser.submit(page, username="lihua", password="Canary-p4ssw0rd")
    assert page.status == 500
    assert "inside words" not in page.text
    assert "inside words" in log.read_text()
    assert "Canary-p4ssw0rd" not in log.read_text()
    assert page.links
    assert PORTAL_GD in browser.urls[0]
