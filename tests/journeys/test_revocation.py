"""A site gives tokens up, and an interface of the region asks what tokens are."""

from typing import Any

import pytest

from tests.country.site import Site
from tests.country.world import GD, World
from tests.journeys.steps import code_for

REFRESHING = {"extra": {"grant_types": ["authorization_code", "refresh_token"]}}


@pytest.fixture
def site(world: World) -> Site:
    return world.site("http://keeps.localhost:8488", GD, "keeps", **REFRESHING)


@pytest.fixture
def interface(world: World) -> Site:
    return world.site("http://api.localhost:8486", GD, "api", extra={"manyou_introspection": True})


@pytest.fixture
def tokens(world: World, site: Site) -> dict[str, Any]:
    code, kept = code_for(world, world.browser(), site)
    return site.redeem(code, kept["verifier"])[1]


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_what_was_given_up_opens_nothing_and_is_an_audit_event(
    world: World, site: Site, interface: Site, tokens: dict[str, Any], kind: str
) -> None:
    assert interface.call("introspection_endpoint", token=tokens["access_token"])[1]["active"] is True
    assert site.call("revocation_endpoint", token=tokens[kind]) == (200, {})
    assert site.userinfo(tokens["access_token"])[0] == 401
    assert site.refresh(tokens["refresh_token"])[1]["error"] == "invalid_grant"
    assert interface.call("introspection_endpoint", token=tokens["access_token"]) == (200, {"active": False})
    events = world.nodes[GD].records.audit_records.tail(20, event="token.revoked")
    assert [event.entry.client for event in events] == ["keeps"]


def test_the_person_stays_signed_in(world: World, site: Site) -> None:
    browser = world.browser()
    code, kept = code_for(world, browser, site)
    _, tokens = site.redeem(code, kept["verifier"])
    site.call("revocation_endpoint", token=tokens["refresh_token"])
    code, kept = code_for(world, browser, site)
    assert site.userinfo(site.redeem(code, kept["verifier"])[1]["access_token"])[0] == 200


def test_others_neither_end_it_nor_hear_what_it_is(world: World, site: Site, tokens: dict[str, Any]) -> None:
    portal = world.portal_gd
    assert portal.call("revocation_endpoint", token=tokens["refresh_token"]) == (200, {})
    status, answer = portal.call("introspection_endpoint", token=tokens["access_token"])
    assert (status, answer["error"]) == (403, "access_denied")
    assert site.refresh(tokens["refresh_token"])[0] == 200


def test_signing_out_is_seen_by_who_asks(world: World, site: Site, interface: Site) -> None:
    browser = world.browser()
    code, kept = code_for(world, browser, site)
    _, tokens = site.redeem(code, kept["verifier"])
    browser.submit(browser.get(f"{GD}/logout"))
    assert interface.call("introspection_endpoint", token=tokens["access_token"]) == (200, {"active": False})
