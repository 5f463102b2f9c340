"""A notice that a session ended is believed only when all of it fits; the same one again is answered and does nothing."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.country.browser import Browser
from tests.country.impostor import FORM, Change, Claims, Impostor, nothing
from tests.country.world import GD, HUB, PORTAL_GD, PORTAL_ZJ, ZJ, World
from tests.journeys.steps import session

LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
REVOKED = "https://schemas.openid.net/secevent/caep/event-type/session-revoked"


def both(world: World) -> Browser:
    """Lihua is signed in at both portals."""
    browser = world.browser()
    world.sign_in(browser, world.portal_gd, "lihua")
    assert browser.get(f"{PORTAL_ZJ}/login").url == f"{PORTAL_ZJ}/me"
    return browser


def logout_token(world: World, browser: Browser) -> Claims:
    """What the hub would send to Zhejiang."""
    found = session(world, browser, ZJ)
    assert found is not None
    assert found.upstream is not None
    return {**common(world, HUB, ZJ), "sid": found.upstream.sid, "events": {LOGOUT: {}}}


def event(world: World, browser: Browser) -> Claims:
    """What Zhejiang would send to the hub."""
    found = session(world, browser, ZJ)
    assert found is not None
    assert found.upstream is not None
    subject = {"format": "complex", "session": {"format": "opaque", "id": found.upstream.sid}}
    return {**common(world, ZJ, HUB), "sub_id": subject, "events": {REVOKED: {"event_timestamp": 1}}}


def common(world: World, issuer: str, audience: str) -> Claims:
    now = int(world.clock())
    return {"iss": issuer, "aud": audience, "iat": now, "exp": now + 120, "jti": "a-jti-of-this-test"}


def tell(world: World, token: str) -> TestResponse:
    body = f"logout_token={token}".encode()
    return world.network.open(ZJ, "POST", f"{ZJ}/backchannel-logout", headers=FORM, body=body)


def push(world: World, token: str, content_type: str = "application/secevent+jwt") -> TestResponse:
    headers = {"Content-Type": content_type}
    return world.network.open(HUB, "POST", f"{HUB}/events", headers=headers, body=token.encode())


def put(name: str, value: Any) -> Change:
    return lambda claims: claims.update({name: value})


def drop(name: str) -> Change:
    return lambda claims: claims.pop(name) and None


FORGED: dict[str, tuple[Change, dict[str, Any]]] = {
    "a wrong key": (nothing, {"own": False}),
    "the key for another algorithm": (nothing, {"alg": "RS256"}),
    "the type of an ID token": (nothing, {"typ": "JWT"}),
    "the type of an access token": (nothing, {"typ": "at+jwt"}),
    "another audience": (put("aud", GD), {}),
    "several audiences": (put("aud", [ZJ, HUB, GD]), {}),
    "no audience": (drop("aud"), {}),
    "an unknown issuer": (put("iss", "http://evil.example"), {}),
    "ourselves for an issuer": (put("iss", ZJ), {}),
    "an end in the past": (put("exp", 1_700_000_000), {}),
    "no end": (drop("exp"), {}),
    "a beginning in the future": (put("iat", 1_900_000_000), {}),
    "no name of its own": (drop("jti"), {}),
    "no events": (drop("events"), {}),
    "empty events": (put("events", {}), {}),
    "events that are a list": (put("events", [LOGOUT, REVOKED]), {}),
    "an event that is no object": (put("events", {LOGOUT: True, REVOKED: True}), {}),
    "another event": (put("events", {"http://evil.example": {}}), {}),
}
LOGOUT_FORGED: dict[str, tuple[Change, dict[str, Any]]] = {
    **FORGED,
    "a nonce": (put("nonce", "n"), {}),
    "no session": (drop("sid"), {}),
    "a number for a session": (put("sid", 7), {}),
    "the type of an event": (nothing, {"typ": "secevent+jwt"}),
    "the event of the other endpoint": (put("events", {REVOKED: {}}), {}),
}
EVENT_FORGED: dict[str, tuple[Change, dict[str, Any]]] = {
    **FORGED,
    "ourselves for an issuer": (put("iss", HUB), {}),
    "no subject": (drop("sub_id"), {}),
    "a subject without a session": (put("sub_id", {"format": "complex"}), {}),
    "a number for a session": (put("sub_id", {"format": "complex", "session": {"id": 7}}), {}),
    "the type of a logout token": (nothing, {"typ": "logout+jwt"}),
    "the event of the other endpoint": (put("events", {LOGOUT: {}}), {}),
}


def test_the_lawful_logout_token_ends_the_visit(world: World) -> None:
    browser = both(world)
    assert (
        tell(world, Impostor(world, HUB).sign(logout_token(world, browser), typ="logout+jwt")).status_code
        == 200
    )
    assert session(world, browser, ZJ) is None
    assert browser.get(f"{PORTAL_ZJ}/me").status == 401
    assert session(world, browser, GD) is not None


@pytest.mark.parametrize(("change", "signing"), LOGOUT_FORGED.values(), ids=LOGOUT_FORGED.keys())
def test_a_forged_logout_token_ends_nothing(world: World, change: Change, signing: dict[str, Any]) -> None:
    browser = both(world)
    claims = logout_token(world, browser)
    change(claims)
    answer = tell(world, Impostor(world, HUB).sign(claims, **{"typ": "logout+jwt", **signing}))
    assert answer.status_code == 400
    assert answer.get_json()["error"] == "invalid_request"
    assert session(world, browser, ZJ) is not None


def test_the_lawful_event_ends_the_session_up_and_down(world: World) -> None:
    browser = both(world)
    assert push(world, Impostor(world, ZJ).sign(event(world, browser), typ="secevent+jwt")).status_code == 202
    assert session(world, browser, HUB) is None
    assert session(world, browser, GD) is None
    assert browser.get(f"{PORTAL_GD}/me").status == 401


@pytest.mark.parametrize(("change", "signing"), EVENT_FORGED.values(), ids=EVENT_FORGED.keys())
def test_a_forged_event_ends_nothing(world: World, change: Change, signing: dict[str, Any]) -> None:
    browser = both(world)
    claims = event(world, browser)
    claims["aud"] = HUB
    change(claims)
    answer = push(world, Impostor(world, ZJ).sign(claims, **{"typ": "secevent+jwt", **signing}))
    assert answer.status_code == 400
    assert session(world, browser, HUB) is not None
    assert session(world, browser, GD) is not None


def test_an_event_in_another_envelope_is_refused(world: World) -> None:
    browser = both(world)
    token = Impostor(world, ZJ).sign(event(world, browser), typ="secevent+jwt")
    for content_type in ("application/json", "application/jwt", "text/plain"):
        assert push(world, token, content_type).status_code == 400
    assert session(world, browser, HUB) is not None


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "A" * 10_000])
def test_what_is_no_token_is_refused(world: World, token: str) -> None:
    assert tell(world, token).status_code == 400
    assert push(world, token).status_code == 400


def test_one_peer_cannot_end_what_another_was_told_of(world: World) -> None:
    browser = both(world)
    claims = event(world, browser) | {"iss": GD}
    assert push(world, Impostor(world, GD).sign(claims, typ="secevent+jwt")).status_code == 202
    assert session(world, browser, HUB) is not None, "this sid was given to Zhejiang, not to Guangdong"


def test_a_session_that_is_not_there_is_answered_as_any_other(world: World) -> None:
    browser = both(world)
    token = Impostor(world, HUB).sign(logout_token(world, browser) | {"sid": "never"}, typ="logout+jwt")
    assert tell(world, token).status_code == 200
    assert session(world, browser, ZJ) is not None


def test_a_notice_seen_before_is_answered_and_has_no_effect(world: World) -> None:
    browser = both(world)
    claims = logout_token(world, browser)
    hub = Impostor(world, HUB)
    for sid in ("never", claims["sid"]):
        token = hub.sign(claims | {"sid": sid}, typ="logout+jwt")
        assert tell(world, token).status_code == 200
        assert session(world, browser, ZJ) is not None, "the name of the notice was used already"
    assert tell(world, hub.sign(claims | {"jti": "fresh"}, typ="logout+jwt")).status_code == 200
    assert session(world, browser, ZJ) is None


def test_a_session_that_ended_does_not_come_back_by_the_same_session_above(world: World) -> None:
    browser = both(world)
    token = Impostor(world, HUB).sign(logout_token(world, browser), typ="logout+jwt")
    for _ in range(2):
        assert tell(world, token).status_code == 200
        assert "/signin/" in browser.get(f"{PORTAL_ZJ}/login").url
        assert session(world, browser, ZJ) is None


def test_a_replayed_event_is_answered_and_has_no_effect(world: World) -> None:
    browser = both(world)
    claims = event(world, browser)
    token = Impostor(world, ZJ).sign(claims, typ="secevent+jwt")
    assert push(world, token).status_code == 202
    ended = world.nodes[HUB].records.audit_records.tail(50, event="session.ended")
    assert push(world, token).status_code == 202
    assert world.nodes[HUB].records.audit_records.tail(50, event="session.ended") == ended
