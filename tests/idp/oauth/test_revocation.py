"""Revocation (RFC 7009): whatever was given up opens nothing any more; nobody learns or ends what is not theirs."""

from dataclasses import replace
from typing import Any

import pytest

from idp.errors import Unavailable, WireError
from tests.idp.oauth.place import NATIVE, PORTAL, REFRESHING, Place, basic, json_of

APP = replace(NATIVE, extra=REFRESHING.extra)
pytestmark = pytest.mark.spec("RFC 7009 2")


def revoke(place: Place, token: str, client: Any = REFRESHING, **changes: Any) -> None:
    named = {"client_id": client.client_id} if client.public else {}
    answer = place.provider.revoke(place.post(client, **{"token": token, **named, **changes}))
    assert (answer.status, answer.body) == (200, "")


def opens(place: Place, access_token: str) -> bool:
    try:
        return bool(place.userinfo(access_token))
    except WireError:
        return False


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
@pytest.mark.parametrize("hint", [None, "access_token", "refresh_token", "something_else"])
def test_either_token_ends_both_whatever_the_hint(place: Place, kind: str, hint: str | None) -> None:
    tokens, other = place.sign_in(REFRESHING), place.sign_in(REFRESHING)
    revoke(place, tokens[kind], token_type_hint=hint)
    assert not opens(place, tokens["access_token"])
    with pytest.raises(WireError) as refusal:
        place.refresh(tokens["refresh_token"], REFRESHING)
    assert refusal.value.code == "invalid_grant"
    assert opens(place, other["access_token"])
    assert [end.why for end in place.endings.written] == ["token.revoked"]


def test_a_signed_access_token_without_a_refresh_token_really_ends(place: Place) -> None:
    token = place.sign_in(PORTAL)["access_token"]
    assert opens(place, token)
    revoke(place, token, PORTAL)
    assert not opens(place, token)


def test_an_older_refresh_token_ends_the_family_without_an_alarm(place: Place) -> None:
    old = place.sign_in(REFRESHING)["refresh_token"]
    new = json_of(place.refresh(old, REFRESHING))
    revoke(place, old)
    assert not opens(place, new["access_token"])
    assert [end.why for end in place.endings.written] == ["token.revoked"]


def test_a_client_without_a_credential_gives_up_its_own(place: Place) -> None:
    place.register.put(APP)
    tokens = place.sign_in(APP)
    revoke(place, tokens["refresh_token"], APP)
    assert not opens(place, tokens["access_token"])


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_another_clients_token_is_answered_alike_and_lives(place: Place, kind: str) -> None:
    tokens = place.sign_in(REFRESHING)
    revoke(place, tokens[kind], PORTAL)
    assert opens(place, tokens["access_token"])
    assert place.refresh(tokens["refresh_token"], REFRESHING)
    assert place.endings.written == []


@pytest.mark.parametrize("token", ["x", "a.b.c", "令牌", "A" * 107, "A" * 9_000])
def test_an_unknown_token_is_answered_like_a_known_one(place: Place, token: str) -> None:
    revoke(place, token)


def test_a_second_time_is_answered_like_the_first(place: Place) -> None:
    token = place.sign_in(REFRESHING)["refresh_token"]
    revoke(place, token)
    revoke(place, token)
    assert len(place.endings.written) == 1


def test_an_id_token_is_not_a_token_to_revoke(place: Place) -> None:
    tokens = place.sign_in(REFRESHING)
    revoke(place, tokens["id_token"])
    assert opens(place, tokens["access_token"])


def test_without_the_credential_nothing_ends(place: Place) -> None:
    tokens = place.sign_in(REFRESHING)
    with pytest.raises(WireError) as refusal:
        revoke(place, tokens["refresh_token"], headers=basic("refreshing", "wrong"))
    assert (refusal.value.code, refusal.value.status) == ("invalid_client", 401)
    assert opens(place, tokens["access_token"])


def test_without_a_token_the_request_is_invalid(place: Place) -> None:
    with pytest.raises(WireError) as refusal:
        revoke(place, "")
    assert refusal.value.code == "invalid_request"


def test_what_cannot_be_written_down_is_not_acknowledged(place: Place) -> None:
    tokens = place.sign_in(REFRESHING)
    place.endings.down = True
    with pytest.raises(Unavailable):
        revoke(place, tokens["refresh_token"])
    place.endings.down = False
    assert opens(place, tokens["access_token"])
    revoke(place, tokens["refresh_token"])
    assert not opens(place, tokens["access_token"])


def test_a_family_that_comes_back_with_an_old_store_is_not_believed(place: Place) -> None:
    tokens = place.sign_in(REFRESHING)
    snapshot = dict(place.store._held)
    revoke(place, tokens["refresh_token"])
    place.store._held = snapshot
    with pytest.raises(WireError) as refusal:
        place.refresh(tokens["refresh_token"], REFRESHING)
    assert refusal.value.code == "invalid_grant"
