"""Who asks, where they say so (OIDF §8.8): signed with a federation key, for us alone, once."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from idp.authority.callers import TYPE
from tests.federation.world import ANCHOR, ENTITY, KEY, NOW, SPARE, STRANGER
from tests.idp.web.federation.superior import Superior, assertion, claims, refusal


def test_a_subordinate_says_who_it_is(superior: Superior) -> None:
    for typ, key in (("JWT", KEY), ("client-authentication+jwt", KEY), ("JWT", SPARE)):
        answer = superior.post("fetch", assertion(key, typ), sub=ENTITY)
        assert (answer.status_code, claims(answer)["sub"]) == (200, ENTITY)
    named = superior.post("list", assertion(), client_id=ENTITY)
    assert named.json == [ENTITY]


WRONG: dict[str, Callable[[], str]] = {
    "no token": lambda: "hello",
    "nothing": lambda: "",
    "another key": lambda: assertion(STRANGER),
    "an entity that is unknown here": lambda: assertion(iss="http://x.localhost", sub="http://x.localhost"),
    "somebody else as subject": lambda: assertion(sub=ANCHOR),
    "for somebody else": lambda: assertion(aud="http://zj.localhost"),
    "for our endpoint": lambda: assertion(aud=f"{ANCHOR}/federation/fetch"),
    "for us and somebody else": lambda: assertion(aud=[ANCHOR, "http://zj.localhost"]),
    "for us, as a list": lambda: assertion(aud=[ANCHOR]),
    "for nobody": lambda: assertion(aud=None),
    "expired": lambda: assertion(exp=int(NOW) - 60),
    "endless": lambda: assertion(exp=int(NOW) + 86_400),
    "without a name": lambda: assertion(jti=None),
    "with an endless name": lambda: assertion(jti="x" * 300),
    "another kind of token": lambda: assertion(typ="entity-statement+jwt"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_proves_nothing_is_refused(superior: Superior, what: str) -> None:
    assert refusal(superior.post("fetch", WRONG[what](), sub=ENTITY)) == (401, "invalid_client")


def test_an_assertion_is_good_once(superior: Superior) -> None:
    once = assertion()
    assert superior.post("list", once).status_code == 200
    assert refusal(superior.post("list", once)) == (401, "invalid_client")
    assert refusal(superior.post("fetch", once, sub=ENTITY)) == (401, "invalid_client")


@pytest.mark.parametrize("form", [{"client_assertion_type": "x"}, {"client_id": ANCHOR}])
def test_what_is_said_beside_it_must_fit(superior: Superior, form: dict[str, Any]) -> None:
    assert refusal(superior.post("list", assertion(), **form)) == (401, "invalid_client")


def test_a_post_that_says_nothing_of_its_sender_is_refused(superior: Superior) -> None:
    answer = superior.browser.post("/federation/fetch", data={"sub": ENTITY})
    assert refusal(answer) == (401, "invalid_client")


def test_the_form_counts_and_the_address_does_not(superior: Superior) -> None:
    answer = superior.browser.post(
        "/federation/fetch",
        query_string={"sub": ENTITY},
        data={"client_assertion_type": TYPE, "client_assertion": assertion()},
    )
    assert refusal(answer) == (400, "invalid_request")


def test_a_suspended_subordinate_is_nobody(superior: Superior) -> None:
    superior.authority.registry.suspend(ENTITY, by="li", reason="r")
    assert refusal(superior.post("list", assertion())) == (401, "invalid_client")
    superior.authority.registry.reinstate(ENTITY, by="li", reason="r")
    assert superior.post("list", assertion()).status_code == 200


def test_a_key_that_is_certified_no_more_proves_nothing(superior: Superior) -> None:
    other = {"keys": [dict(STRANGER.public)]}
    superior.authority.registry.change(ENTITY, lambda one: replace(one, jwks=other), by="li")
    assert refusal(superior.post("list", assertion())) == (401, "invalid_client")
    assert superior.post("list", assertion(STRANGER)).status_code == 200


def test_a_status_may_be_asked_for_by_somebody_who_says_who_they_are(superior: Superior) -> None:
    assert refusal(superior.post("trust-mark-status", assertion(), trust_mark="x")) == (404, "not_found")
    assert refusal(superior.post("trust-mark-status", "x", trust_mark="x")) == (401, "invalid_client")


def test_metadata_says_how(superior: Superior) -> None:
    answer = superior.browser.get("/.well-known/openid-federation")
    said = claims(answer)["metadata"]["federation_entity"]
    endpoints = {name for name in said if name.startswith("federation_") and name.endswith("_endpoint")}
    asked = endpoints - {"federation_historical_keys_endpoint", "federation_jwks_update_endpoint"}
    assert len(asked) >= 7
    for name in asked:
        assert said[f"{name}_auth_methods"] == ["none", "private_key_jwt"]
        path = said[name].removeprefix(ANCHOR)
        assert superior.browser.options(path).status_code == 200
    assert "ES256" in said["endpoint_auth_signing_alg_values_supported"]
