"""What opens userinfo, and what does not."""

from dataclasses import replace
from typing import Any

import pytest

from idp.errors import WireError
from idp.oauth.wire import WireRequest
from keys import jose
from tests.idp.oauth.memory import NOW
from tests.idp.oauth.place import ISSUER, NATIVE, OIDC, SESSION, THEIRS, Place
from tests.keys.forge import unchecked


def _refused(place: Place, token: str) -> WireError:
    with pytest.raises(WireError) as refusal:
        place.userinfo(token)
    error = refusal.value
    assert (error.code, error.status) == ("invalid_token", 401)
    assert error.headers["WWW-Authenticate"].startswith('Bearer error="invalid_token"')
    return error


def test_a_token_dies_with_its_session(place: Place) -> None:
    token = place.sign_in()["access_token"]
    assert place.userinfo(token)
    place.store.remove(SESSION)
    _refused(place, token)


def test_a_token_dies_by_the_clock(place: Place) -> None:
    token = place.sign_in()["access_token"]
    place.clock.now += 590
    assert place.userinfo(token)
    place.clock.now += 21
    _refused(place, token)


def test_a_token_never_outlives_the_session_it_came_from(place: Place) -> None:
    answer = place.provider.issue(place.check(), place.approve(session_expiry=int(NOW) + 120))
    code = dict(answer.headers)["Location"].split("code=")[1].split("&")[0]
    assert '"expires_in":120' in place.redeem(code).body


def test_a_token_dies_with_its_client(place: Place) -> None:
    token = place.sign_in()["access_token"]
    del place.register.known["portal"]
    _refused(place, token)


def test_an_id_token_opens_nothing(place: Place) -> None:
    _refused(place, place.sign_in()["id_token"])


def _minted(place: Place, *, key: Any = OIDC[0], typ: str = "at+jwt", **changes: Any) -> str:
    claims = dict(
        jose.verify(
            place.sign_in()["access_token"],
            place.ring.jwks(NOW),
            algs=("ES256",),
            typ=("at+jwt",),
            issuer=ISSUER,
            audience=ISSUER,
            now=NOW,
        )
    )
    claims.update(changes)
    return unchecked(key, claims, typ=typ)


FORGED: dict[str, dict[str, Any]] = {
    "another key": {"key": THEIRS},
    "another algorithm of ours": {"key": OIDC[1]},
    "another type": {"typ": "JWT"},
    "the type of a logout token": {"typ": "logout+jwt"},
    "another audience": {"aud": "portal"},
    "another issuer": {"iss": "http://zj.localhost:8420"},
    "another subject": {"sub": "somebody"},
    "another client": {"client_id": "native"},
    "another grant": {"gid": "x"},
    "a grant that is a number": {"gid": 7},
}


@pytest.mark.parametrize("changes", FORGED.values(), ids=FORGED)
def test_a_token_that_differs_in_one_thing_is_refused(place: Place, changes: dict[str, Any]) -> None:
    _refused(place, _minted(place, **changes))


def test_the_same_token_unchanged_opens(place: Place) -> None:
    assert place.userinfo(_minted(place))


@pytest.mark.parametrize("token", ["x", "..", "令牌", "a.b.c", "A" * 9_000, "a b"])
def test_junk_is_refused(place: Place, token: str) -> None:
    _refused(place, token)


def _ask(place: Place, **how: Any) -> WireError:
    with pytest.raises(WireError) as refusal:
        place.provider.userinfo(WireRequest(**{"method": "GET", "path": "/userinfo", **how}))
    return refusal.value


def test_without_a_token_the_challenge_names_no_error(place: Place) -> None:
    for how in ({}, {"headers": {"authorization": "Basic eA=="}}, {"headers": {"authorization": "Bearer "}}):
        error = _ask(place, **how)
        assert error.status == 401
        assert error.headers == {"WWW-Authenticate": "Bearer"}


def test_a_token_in_the_url_is_refused_even_beside_a_lawful_one(place: Place) -> None:
    token = place.sign_in()["access_token"]
    assert _ask(place, query={"access_token": token}).status == 400
    both = {"query": {"access_token": token}, "headers": {"authorization": f"Bearer {token}"}}
    assert _ask(place, **both).status == 400


def test_a_token_in_the_body_counts_for_post_only(place: Place) -> None:
    token = place.sign_in()["access_token"]
    assert _ask(place, form={"access_token": token}).status == 401


def test_a_token_sent_twice_is_refused(place: Place) -> None:
    token = place.sign_in()["access_token"]
    how = {"method": "POST", "form": {"access_token": token}, "headers": {"authorization": f"Bearer {token}"}}
    assert _ask(place, **how).code == "invalid_request"


def test_each_client_hears_what_its_own_scopes_release(place: Place) -> None:
    shy = place.userinfo(place.sign_in(scope="openid")["access_token"])
    assert not {"name", "email", "phone_number", "address"} & shy.keys()
    full = place.userinfo(place.sign_in(NATIVE, scope="openid phone address")["access_token"])
    assert full["phone_number"] == "+8613800000000"
    assert full["address"] == {"region": "广东省"}
    assert "name" not in full


def test_a_scope_the_client_is_not_registered_for_releases_nothing(place: Place) -> None:
    place.register.put(replace(NATIVE, scopes=("openid",)))
    tokens = place.sign_in(place.register.known["native"])
    assert tokens["scope"] == "openid"
    assert "email" not in place.userinfo(tokens["access_token"])
