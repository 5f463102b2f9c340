"""The registration endpoints over HTTP: how they are reached, and that nothing unreadable makes a crash."""

import json
from typing import Any

import pytest

from tests.country.registrant import Registrant
from tests.country.world import GD, HUB, World

TOKENLESS = {"Content-Type": "application/json"}


def ask(world: World, method: str, url: str, headers: dict[str, str], body: bytes | None = None) -> Any:
    return world.network.open(GD, method, url, headers=headers, body=body)


def test_discovery_names_the_endpoint_only_where_it_works(world: World) -> None:
    def said(issuer: str) -> Any:
        url = f"{issuer}/.well-known/openid-configuration"
        return json.loads(world.network.send("GET", url, headers={}, body=None).body)

    assert said(GD)["registration_endpoint"] == f"{GD}/register"
    assert "registration_endpoint" not in said(HUB)
    assert world.network.send("POST", f"{HUB}/register", headers=TOKENLESS, body=b"{}").status == 404
    assert world.network.send("POST", f"{GD}/register", headers=TOKENLESS, body=b"{}").status == 401


@pytest.mark.spec("RFC 7591 3.2.2")
def test_errors_are_json_that_nobody_keeps(world: World) -> None:
    registrant = Registrant(world, GD)
    answer = ask(
        world, "POST", f"{GD}/register", registrant.headers, b'{"redirect_uris": ["http://x.example/"]}'
    )
    assert (answer.status_code, answer.mimetype) == (400, "application/json")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json["error"] == "invalid_redirect_uri"
    assert answer.json["error_description"].startswith("redirect_uris, entry 1: must use https")
    assert "(incident MY-" in answer.json["error_description"]


@pytest.mark.spec("RFC 6750 3")
def test_a_wrong_token_is_challenged(world: World) -> None:
    for token in ("wrong", "不", "a b", "=" * 4000):
        headers = {**TOKENLESS, "Authorization": f"Bearer {token}".encode().decode("latin-1")}
        for method, path in (("POST", ""), ("GET", "/x"), ("PUT", "/x"), ("DELETE", "/x")):
            answer = ask(world, method, f"{GD}/register{path}", headers, b"{}")
            assert (answer.status_code, answer.json["error"]) == (401, "invalid_token")
            assert answer.headers["WWW-Authenticate"].startswith('Bearer error="invalid_token"')
    basic = ask(world, "POST", f"{GD}/register", {**TOKENLESS, "Authorization": "Basic eDp5"}, b"{}")
    assert (basic.status_code, basic.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_a_body_is_bounded(world: World) -> None:
    registrant = Registrant(world, GD)
    answer = ask(world, "POST", f"{GD}/register", registrant.headers, b" " * 65_537)
    assert (answer.status_code, answer.mimetype) == (413, "application/json")


def test_other_methods_are_not_there(world: World) -> None:
    for method, path in (("GET", ""), ("PUT", ""), ("DELETE", ""), ("POST", "/x"), ("PATCH", "/x")):
        answer = ask(world, method, f"{GD}/register{path}", TOKENLESS)
        assert (answer.status_code, answer.mimetype) == (405, "application/json")


ODD = {
    "surrogates": b'{"client_name": "\\ud800"}',
    "bytes that are no text": b"\xff\xfe",
    "an enormous number": b'{"redirect_uris": ' + b"9" * 5000 + b"}",
    "nesting": b'{"a":' * 5000,
    "an address that no parser likes": b'{"redirect_uris": ["https://[::1"]}',
    "an address with a newline": b'{"redirect_uris": ["https://x.example/\\n"]}',
    "keys that are no keys": b'{"redirect_uris": ["https://x.example/"], "jwks": {"keys": [1]}}',
    "a port that is none": b'{"redirect_uris": ["https://x.example:99999/"]}',
}


@pytest.mark.parametrize("case", ODD)
def test_nothing_unreadable_is_a_crash(world: World, case: str) -> None:
    registrant = Registrant(world, GD)
    answer = ask(world, "POST", f"{GD}/register", registrant.headers, ODD[case])
    assert answer.status_code == 400
    assert answer.json["error"] in ("invalid_client_metadata", "invalid_redirect_uri")


def test_pages_of_other_sites_may_register_from_a_browser(world: World) -> None:
    preflight = ask(world, "OPTIONS", f"{GD}/register/x", {"Origin": "https://app.example"})
    assert preflight.headers["Access-Control-Allow-Origin"] == "*"
    assert {"GET", "PUT", "DELETE"} <= set(preflight.headers["Access-Control-Allow-Methods"].split(", "))
