"""Refresh tokens (RFC 6749 §6, RFC 9700 §4.14, OIDC Core §12): what they give, once, to whom, and until when."""

import base64
import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest

from idp.errors import Unavailable, WireError
from tests.idp.oauth.memory import NOW
from tests.idp.oauth.place import (
    NATIVE,
    PORTAL,
    REFRESHING,
    SESSION,
    Place,
    basic,
    json_of,
)

APP = replace(NATIVE, extra=REFRESHING.extra)
pytestmark = pytest.mark.spec("RFC 6749 6")


def claims_of(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def signed_in(place: Place, **changes: str | None) -> dict[str, Any]:
    return place.sign_in(REFRESHING, **changes)


def renewed(place: Place, token: str, **changes: str | None) -> dict[str, Any]:
    return json_of(place.refresh(token, REFRESHING, **changes))


def refused(place: Place, token: str, client: Any = REFRESHING, **changes: Any) -> str:
    with pytest.raises(WireError) as refusal:
        place.refresh(token, client, **changes)
    return refusal.value.code


def dead(place: Place, access_token: str) -> bool:
    with pytest.raises(WireError) as refusal:
        place.userinfo(access_token)
    return refusal.value.status == 401


def test_only_a_client_registered_for_it_gets_one(place: Place) -> None:
    assert "refresh_token" not in place.sign_in(PORTAL)
    assert "refresh_token" in signed_in(place)


def test_a_peer_gets_none_whatever_its_record_says() -> None:
    assert REFRESHING.refreshes
    assert not replace(REFRESHING, peer=True).refreshes


@pytest.mark.parametrize("said", ["refresh_token", None, [], ["refresh_tokens"], {"refresh_token": True}])
def test_a_record_that_does_not_name_it_in_a_list_gives_none(said: object) -> None:
    assert not replace(REFRESHING, extra={"grant_types": said}).refreshes


def test_a_client_that_is_not_registered_for_it_any_more_cannot_use_one(place: Place) -> None:
    token = signed_in(place)["refresh_token"]
    place.register.put(replace(REFRESHING, extra={}))
    assert refused(place, token) == "unauthorized_client"
    place.register.put(REFRESHING)
    assert renewed(place, token)


def test_a_client_that_was_removed_or_whose_chain_ended_cannot_use_one(place: Place) -> None:
    token = signed_in(place)["refresh_token"]
    del place.register.known["refreshing"]
    assert refused(place, token) == "invalid_client"


def test_it_gives_new_tokens_and_another_refresh_token(place: Place) -> None:
    before = signed_in(place)
    place.clock.now += 590
    after = renewed(place, before["refresh_token"])
    assert after["refresh_token"] != before["refresh_token"]
    assert (after["token_type"], after["expires_in"]) == ("Bearer", 600)
    place.clock.now += 300
    assert place.userinfo(after["access_token"])["name"] == "李小明"
    assert dead(place, before["access_token"]), "the old one is past its time"


def test_the_id_token_says_who_and_when_as_before_and_no_nonce(place: Place) -> None:
    before = claims_of(signed_in(place)["id_token"])
    place.clock.now += 100
    place_after = renewed(place, signed_in(place)["refresh_token"])
    after = claims_of(place_after["id_token"])
    for name in ("iss", "sub", "aud", "auth_time", "sid", "acr", "amr", "session_expiry"):
        assert after[name] == before[name], name
    assert after["iat"] == NOW + 100
    assert "nonce" in before
    assert "nonce" not in after


def test_generation_after_generation_goes_on(place: Place) -> None:
    token = signed_in(place)["refresh_token"]
    seen = {token}
    for _ in range(20):
        place.clock.now += 60
        token = renewed(place, token)["refresh_token"]
        assert token not in seen
        seen.add(token)


def test_nothing_of_a_token_but_its_hash_is_in_the_store(place: Place) -> None:
    token = signed_in(place)["refresh_token"]
    following = renewed(place, token)["refresh_token"]
    held = place.store.everything()
    assert token not in held
    assert following not in held
    assert hashlib.sha256(following.encode()).digest()  # it is found by this
    assert "good" in held


@pytest.mark.parametrize("waited", [10, 60, 3_000])
def test_a_token_used_twice_ends_the_family_its_access_tokens_and_raises_an_alarm(
    place: Place, waited: int
) -> None:
    old = signed_in(place)["refresh_token"]
    new = renewed(place, old)
    place.clock.now += waited
    assert refused(place, old) == "invalid_grant"
    assert refused(place, new["refresh_token"]) == "invalid_grant"
    assert dead(place, new["access_token"])
    assert [(end.why, end.client_id) for end in place.endings.written] == [("refresh.reused", "refreshing")]


def test_one_much_older_ends_it_too_even_within_the_grace_of_another(place: Place) -> None:
    first = signed_in(place)["refresh_token"]
    second = renewed(place, first)["refresh_token"]
    renewed(place, second)
    assert refused(place, first) == "invalid_grant"
    assert len(place.endings.written) == 1


def test_another_familys_end_is_not_mine(place: Place) -> None:
    mine, other = signed_in(place)["refresh_token"], signed_in(place)["refresh_token"]
    renewed(place, other)
    place.clock.now += 11
    refused(place, other)
    assert renewed(place, mine)


def test_a_lost_answer_is_given_again_with_the_same_next_token(place: Place) -> None:
    old = signed_in(place)["refresh_token"]
    first = renewed(place, old)
    place.clock.now += 9
    again = renewed(place, old)
    assert again["refresh_token"] == first["refresh_token"]
    assert renewed(place, again["refresh_token"])
    assert place.endings.written == []


def test_a_lost_answer_is_given_again_by_a_node_whose_clock_is_behind(place: Place) -> None:
    old = signed_in(place)["refresh_token"]
    first = renewed(place, old)
    place.clock.now -= 3
    assert renewed(place, old)["refresh_token"] == first["refresh_token"]


def test_a_clock_that_was_put_back_does_not_prolong_the_grace(place: Place) -> None:
    old = signed_in(place)["refresh_token"]
    renewed(place, old)
    place.clock.now -= 10
    assert refused(place, old) == "invalid_grant"


def test_after_the_next_was_used_nothing_is_given_again(place: Place) -> None:
    old = signed_in(place)["refresh_token"]
    renewed(place, renewed(place, old)["refresh_token"])
    assert refused(place, old) == "invalid_grant"
    assert place.endings.written


def test_asking_again_for_other_scopes_is_another_request(place: Place) -> None:
    old = signed_in(place)["refresh_token"]
    renewed(place, old, scope="openid")
    assert refused(place, old, scope="openid email") == "invalid_grant"
    assert place.endings.written


def test_asking_again_with_another_credential_is_another_request(place: Place) -> None:
    old = signed_in(place)["refresh_token"]
    renewed(place, old)
    other = replace(REFRESHING, secret_sha256=hashlib.sha256(b"rolled").hexdigest())
    place.register.put(other)
    with pytest.raises(WireError) as refusal:
        place.provider.token(
            place.post(
                other,
                grant_type="refresh_token",
                refresh_token=old,
                headers=basic("refreshing", "rolled"),
            )
        )
    assert refusal.value.code == "invalid_grant"
    assert place.endings.written


def test_a_client_that_proves_nothing_has_no_grace(place: Place) -> None:
    place.register.put(APP)
    old = place.sign_in(APP)["refresh_token"]
    json_of(place.refresh(old, APP))
    assert refused(place, old, APP) == "invalid_grant"
    assert place.endings.written


def test_a_node_without_grace_gives_nothing_again(place: Place) -> None:
    place.families._grace = 0
    old = signed_in(place)["refresh_token"]
    renewed(place, old)
    assert refused(place, old) == "invalid_grant"


def test_a_crash_between_using_and_answering_costs_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = signed_in(place)["refresh_token"]

    def killed(*_: object, **__: object) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(place.tokens, "access_token", killed)
        with pytest.raises(KeyboardInterrupt):
            place.refresh(old, REFRESHING)
    again = renewed(place, old)
    assert renewed(place, again["refresh_token"])
    assert place.endings.written == []


def test_another_client_learns_nothing_and_ends_nothing(place: Place) -> None:
    place.register.put(replace(REFRESHING, client_id="thief"))
    token = signed_in(place)["refresh_token"]
    thief = place.register.known["thief"]
    assert refused(place, token, thief) == "invalid_grant"
    following = renewed(place, token)["refresh_token"]
    place.clock.now += 60
    assert refused(place, token, thief) == "invalid_grant"
    assert renewed(place, following)
    assert place.endings.written == []


def test_a_made_up_token_ends_nothing(place: Place) -> None:
    token = signed_in(place)["refresh_token"]
    made_up = token[:50] + ("A" if token[50] != "A" else "B") + token[51:]
    assert refused(place, made_up) == "invalid_grant"
    assert renewed(place, token)
    assert place.endings.written == []


def test_the_wrong_secret_reaches_no_token(place: Place) -> None:
    token = signed_in(place)["refresh_token"]
    assert refused(place, token, headers=basic("refreshing", "wrong")) == "invalid_client"
    assert renewed(place, token)


NARROWED = {
    "openid": ("openid", {"name", "email"}),
    "openid email": ("openid email", {"name"}),
    "email openid": ("openid email", {"name"}),
}


@pytest.mark.parametrize(("asked", "expected"), NARROWED.items(), ids=NARROWED)
def test_fewer_scopes_release_less_and_the_next_time_all_can_be_had(
    place: Place, asked: str, expected: tuple[str, set[str]]
) -> None:
    token = signed_in(place)["refresh_token"]
    narrow = renewed(place, token, scope=asked)
    assert narrow["scope"] == expected[0]
    assert not expected[1] & place.userinfo(narrow["access_token"]).keys()
    assert renewed(place, narrow["refresh_token"])["scope"] == "openid profile email"


@pytest.mark.parametrize("asked", ["openid phone", "offline_access", "openid  令牌", "OPENID"])
def test_more_than_was_granted_is_refused_and_uses_nothing_up(place: Place, asked: str) -> None:
    token = signed_in(place)["refresh_token"]
    assert refused(place, token, scope=asked) == "invalid_scope"
    place.clock.now += 60
    assert renewed(place, token)


def test_without_openid_there_is_no_id_token_and_no_userinfo(place: Place) -> None:
    tokens = renewed(place, signed_in(place)["refresh_token"], scope="email")
    assert "id_token" not in tokens
    with pytest.raises(WireError) as refusal:
        place.userinfo(tokens["access_token"])
    assert (refusal.value.code, refusal.value.status) == ("insufficient_scope", 403)


def test_it_ends_with_its_session(place: Place) -> None:
    token = signed_in(place)["refresh_token"]
    place.store.remove(SESSION)
    assert refused(place, token) == "invalid_grant"


def test_a_session_that_came_back_with_an_old_store_is_not_believed(place: Place) -> None:
    token = signed_in(place)["refresh_token"]
    place.endings.keys.add(SESSION)
    assert refused(place, token) == "invalid_grant"


def test_it_ends_when_the_session_does_at_the_latest(place: Place) -> None:
    token = signed_in(place)["refresh_token"]
    place.store.put(SESSION, b"alive", 86_400)
    place.clock.now += 3_599
    token = renewed(place, token)["refresh_token"]
    place.clock.now += 1
    assert refused(place, token) == "invalid_grant"


def test_it_ends_when_it_was_not_used_for_too_long(place: Place) -> None:
    place.store.put(SESSION, b"alive", 86_400)
    place.grants._kept_long = 1_000
    early, late = signed_in(place)["refresh_token"], signed_in(place)["refresh_token"]
    place.clock.now += 999
    early = renewed(place, early)["refresh_token"]
    place.clock.now += 1
    assert refused(place, late) == "invalid_grant"
    assert renewed(place, early), "each use counts anew"


def test_a_code_that_comes_twice_ends_the_refresh_tokens_too(place: Place) -> None:
    code = place.code(REFRESHING)
    token = json_of(place.redeem(code, REFRESHING))["refresh_token"]
    with pytest.raises(WireError):
        place.redeem(code, REFRESHING)
    assert refused(place, token) == "invalid_grant"


def test_while_the_records_cannot_say_nothing_is_given_and_the_same_request_may_come_again(
    place: Place,
) -> None:
    token = signed_in(place)["refresh_token"]
    place.endings.down = True
    with pytest.raises(Unavailable):
        place.refresh(token, REFRESHING)
    place.endings.down = False
    assert renewed(place, token)


def test_reuse_that_cannot_be_written_down_still_gives_nothing(place: Place) -> None:
    old = signed_in(place)["refresh_token"]
    renewed(place, old)
    place.clock.now += 60
    place.endings.down = True
    with pytest.raises(Unavailable):
        place.refresh(old, REFRESHING)
    place.endings.down = False
    assert refused(place, old) == "invalid_grant"
    assert len(place.endings.written) == 1


@pytest.mark.parametrize("changes", [{"refresh_token": None}, {"refresh_token": ""}])
def test_without_a_token_the_request_is_invalid(place: Place, changes: dict[str, str | None]) -> None:
    assert refused(place, "x", **changes) == "invalid_request"


def test_a_refresh_costs_three_round_trips_and_two_signatures(place: Place) -> None:
    token = signed_in(place)["refresh_token"]
    place.store.trips.clear()
    renewed(place, token)
    assert [trip.split(":")[0] for trip in place.store.trips] == ["get grant", "swap grant", "get session"]


def test_a_code_costs_no_more_for_a_client_that_gets_refresh_tokens(place: Place) -> None:
    code = place.code(REFRESHING)
    place.store.trips.clear()
    place.redeem(code, REFRESHING)
    assert [trip.split(":")[0] for trip in place.store.trips] == ["take code"]
