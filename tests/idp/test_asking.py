"""How another provider is asked: signed for it alone, pushed where it wants that, in the open where it reads no more."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
import pytest

from idp.asking import LIFETIME, Asking
from idp.client import Client
from idp.errors import Unavailable
from idp.oauth.partykeys import PartyKeys
from idp.oauth.request_object import RequestObjects
from idp.outbound import Reply
from idp.peer import Peer
from keys.key import generate
from keys.ring import KeyRing
from tests.idp.made import HUB, NOW, ZJ, Clock
from tests.idp.peer_world import jwks, provider
from tests.idp.pens import pen

OURS = generate(alg="ES256", purpose="oidc", issuer=ZJ, now=NOW - 9000, active_from=NOW - 9000)
PARAMS = {"response_type": "code", "redirect_uri": f"{ZJ}/arrive", "scope": "openid", "max_age": "60"}
SIGNED = {"request_parameter_supported": True}
PUSHED = {
    "require_pushed_authorization_requests": True,
    "pushed_authorization_request_endpoint": f"{HUB}/par",
}


class There:
    """The other end: takes what is pushed, or does not."""

    def __init__(self, status: int = 201, body: object = None) -> None:
        self.sent: list[tuple[str, str, dict[str, str]]] = []
        self.status = status
        self.body = {"request_uri": "urn:x", "expires_in": 90} if body is None else body

    def send(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None, **_: Any
    ) -> Reply:
        assert headers["Content-Type"] == "application/x-www-form-urlencoded"
        self.sent.append((method, url, dict(parse_qsl((body or b"").decode()))))
        text = self.body if isinstance(self.body, str) else json.dumps(self.body)
        return Reply(status=self.status, headers={}, body=text.encode())


def peer(**says: object) -> Peer:
    return Peer(
        issuer=HUB, name={}, region=None, provider={**provider(HUB), **says}, party={}, expires=NOW + 9
    )


def ask(of: Peer, there: There | None = None, *, keys: tuple[Any, ...] = (OURS,)) -> dict[str, str]:
    clock = Clock()
    asking = Asking(ZJ, pen(lambda: KeyRing(purpose="oidc", keys=keys), clock), there or There(), clock)
    url = asking.address(of, PARAMS)
    assert url.startswith(f"{HUB}/authorize?")
    return dict(parse_qsl(urlsplit(url).query, strict_parsing=True))


def holds(token: str) -> Mapping[str, str]:
    """The request in an object, as a node of this program would read it."""
    us = Client(
        client_id=ZJ,
        name={},
        redirect_uris=(f"{ZJ}/arrive",),
        auth_method="private_key_jwt",
        jwks=jwks(OURS),
        automatic=True,
        expires=int(NOW) + 9,
    )
    keys = PartyKeys(lambda *_: {})
    return RequestObjects(issuer=HUB, keys=keys, clock=Clock()).read(us, token).params


@pytest.mark.spec("OIDF 12.1.1.1")
def test_a_peer_that_reads_request_objects_gets_one() -> None:
    asked = ask(peer(**SIGNED))
    assert asked.keys() == {"client_id", "response_type", "scope", "request"}
    assert (asked["client_id"], asked["scope"]) == (ZJ, "openid")
    assert holds(asked["request"]) == {**PARAMS, "client_id": ZJ}
    claims = jwt.decode(asked["request"], options={"verify_signature": False})
    assert (claims["aud"], claims["iss"], claims["max_age"]) == (HUB, ZJ, 60)
    assert (claims["exp"] - claims["iat"], "sub" in claims) == (LIFETIME, False)
    assert jwt.get_unverified_header(asked["request"])["typ"] == "oauth-authz-req+jwt"


def test_no_two_objects_are_the_same() -> None:
    tokens = [ask(peer(**SIGNED))["request"] for _ in range(5)]
    assert len({jwt.decode(one, options={"verify_signature": False})["jti"] for one in tokens}) == 5


@pytest.mark.spec("RFC 9126 2")
def test_a_peer_that_wants_it_pushed_gets_it_pushed_and_the_browser_carries_a_name() -> None:
    there = There()
    assert ask(peer(**SIGNED, **PUSHED), there) == {"client_id": ZJ, "request_uri": "urn:x"}
    ((method, url, form),) = there.sent
    assert (method, url, set(form)) == ("POST", f"{HUB}/par", {"client_id", "request"})
    assert holds(form["request"])["redirect_uri"] == f"{ZJ}/arrive"


REFUSED = {
    "it is down": There(503, "sorry"),
    "it refuses": There(400, {"error": "invalid_request_object"}),
    "it gives no name": There(201, {"expires_in": 90}),
    "it gives a name that is none": There(201, {"request_uri": ["urn:x"]}),
    "it answers something else": There(200, {"request_uri": "urn:x"}),
    "it answers no JSON": There(201, "urn:x"),
}


@pytest.mark.parametrize("there", REFUSED.values(), ids=REFUSED)
def test_a_push_that_is_not_taken_sends_nobody_there(there: There) -> None:
    with pytest.raises(Unavailable):
        ask(peer(**PUSHED), there)


def test_a_peer_that_does_not_say_so_is_asked_in_the_open() -> None:
    assert ask(peer(request_parameter_supported="true")) == {**PARAMS, "client_id": ZJ}


def test_without_a_key_nobody_is_asked() -> None:
    with pytest.raises(Unavailable):
        ask(peer(**SIGNED), keys=())
    assert ask(peer(), keys=())


@pytest.mark.parametrize("body", ["<html>", "[" * 200_000, {"request_uri": 7}, []])
def test_a_peer_that_answers_a_push_with_something_else_took_nothing(body: object) -> None:
    with pytest.raises(Unavailable):
        ask(peer(**SIGNED, **PUSHED), There(body=body))
