"""What a code is bound to, and what its second use does."""

import base64
import hashlib
from dataclasses import replace
from typing import Any

import pytest

from idp.errors import Unavailable, WireError
from tests.idp.oauth.place import (
    CALLBACK,
    NATIVE,
    PORTAL,
    SESSION,
    VERIFIER,
    Place,
    basic,
    json_of,
    params_of,
)

OTHER_SECRET = "another-secret"
OTHER = replace(PORTAL, client_id="other", secret_sha256=hashlib.sha256(OTHER_SECRET.encode()).hexdigest())


def _refused(place: Place, code: str, **changes: Any) -> str:
    with pytest.raises(WireError) as refusal:
        place.redeem(code, **changes)
    assert refusal.value.status == 400
    return refusal.value.code


def test_a_second_use_is_refused_and_ends_the_tokens_of_the_first(place: Place) -> None:
    code = place.code()
    token = json_of(place.redeem(code))["access_token"]
    assert place.userinfo(token)
    assert _refused(place, code) == "invalid_grant"
    with pytest.raises(WireError) as refusal:
        place.userinfo(token)
    assert refusal.value.status == 401
    assert [(end.why, end.client_id) for end in place.endings.written] == [("code.reused", "portal")]


def test_a_third_use_raises_no_second_alarm(place: Place) -> None:
    code = place.code()
    place.redeem(code)
    for _ in range(2):
        assert _refused(place, code) == "invalid_grant"
    assert len(place.endings.written) == 1


def test_the_second_use_of_one_code_leaves_other_sign_ins_alone(place: Place) -> None:
    code, other = place.code(), place.sign_in()["access_token"]
    place.redeem(code)
    _refused(place, code)
    assert place.userinfo(other)


def test_another_client_neither_redeems_nor_burns_a_code_nor_ends_its_tokens(place: Place) -> None:
    place.register.put(OTHER)
    code = place.code()
    theirs = basic("other", OTHER_SECRET)
    with pytest.raises(WireError) as refusal:
        place.redeem(code, headers=theirs)
    assert refusal.value.code == "invalid_grant"
    token = json_of(place.redeem(code))["access_token"]
    with pytest.raises(WireError):
        place.redeem(code, headers=theirs)
    assert place.userinfo(token)
    assert place.endings.written == []


def test_an_expired_code_is_refused(place: Place) -> None:
    early, late = place.code(), place.code()
    place.clock.now += 59
    assert place.redeem(early)
    place.clock.now += 2
    assert _refused(place, late) == "invalid_grant"


def test_a_code_dies_with_its_session(place: Place) -> None:
    code = place.code()
    place.store.remove(SESSION)
    assert _refused(place, code) == "invalid_grant"
    place.store.put(SESSION, b"alive", 60)
    assert _refused(place, code) == "invalid_grant"


CHANGES = {
    "another redirect URI": {"redirect_uri": PORTAL.redirect_uris[1]},
    "no redirect URI": {"redirect_uri": None},
    "a wrong verifier": {"code_verifier": "w" * 43},
    "no verifier": {"code_verifier": None},
    "a verifier that is too short": {"code_verifier": "v" * 42},
    "a verifier with a line end": {"code_verifier": VERIFIER + "\n"},
    "a verifier in Chinese": {"code_verifier": "验" * 43},
}


@pytest.mark.parametrize("changes", CHANGES.values(), ids=CHANGES)
def test_a_failed_redemption_spends_the_code_and_leaves_nothing(
    place: Place, changes: dict[str, str | None]
) -> None:
    code = place.code()
    assert _refused(place, code, **changes) == "invalid_grant"
    assert "grant:" not in place.store.everything()
    assert _refused(place, code) == "invalid_grant"
    assert place.endings.written == []


def test_its_lawful_twin_is_redeemed(place: Place) -> None:
    assert place.redeem(place.code(), redirect_uri=CALLBACK, code_verifier=VERIFIER)


JUNK = {
    "nothing like a code": "x",
    "Chinese": "验证码",
    "too long": "A" * 600,
    "an unknown code": base64.urlsafe_b64encode(b"r" * 60).decode(),
    "padding": "=" * 8,
    "a line end": "AAAA\n",
    "NUL": "\x00",
}


@pytest.mark.parametrize("code", JUNK.values(), ids=JUNK)
def test_junk_instead_of_a_code_is_refused(place: Place, code: str) -> None:
    assert _refused(place, code) == "invalid_grant"


def test_every_changed_character_makes_another_code(place: Place) -> None:
    code = place.code()
    for at in range(len(code)):
        changed = code[:at] + ("A" if code[at] != "A" else "B") + code[at + 1 :]
        assert _refused(place, changed) == "invalid_grant"
    assert place.redeem(code)


def test_a_missing_code_is_an_invalid_request(place: Place) -> None:
    assert _refused(place, "") == "invalid_request"


@pytest.mark.parametrize("grant_type", ["password", "client_credentials", "令牌", 'a"b'])
def test_other_grant_types_are_unsupported(place: Place, grant_type: str) -> None:
    code = place.code()
    assert _refused(place, code, grant_type=grant_type) == "unsupported_grant_type"
    assert place.redeem(code)


def test_a_missing_grant_type_is_an_invalid_request(place: Place) -> None:
    assert _refused(place, place.code(), grant_type=None) == "invalid_request"


@pytest.mark.parametrize("name", ["grant_type", "code", "redirect_uri", "code_verifier"])
def test_parameters_in_the_query_are_not_read(place: Place, name: str) -> None:
    code = place.code()
    lawful = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }
    left_out: dict[str, Any] = {name: None}
    with pytest.raises(WireError):
        place.redeem(code, query=lawful, **left_out)


def test_a_verifier_without_a_challenge_is_a_downgrade_and_refused(place: Place) -> None:
    place.register.put(replace(PORTAL, pkce=False))
    bare: dict[str, str | None] = {"code_challenge": None, "code_challenge_method": None}
    assert _refused(place, place.code(**bare)) == "invalid_grant"
    assert place.redeem(place.code(**bare), code_verifier=None)


def test_nothing_is_minted_before_the_code_is_spent(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    code = place.code()

    def fail(*_: object) -> object:
        raise RuntimeError("the signer is gone")

    with monkeypatch.context() as patch:
        patch.setattr(place.tokens, "access_token", fail)
        with pytest.raises(RuntimeError):
            place.redeem(code)
    assert _refused(place, code) == "invalid_grant"


def test_what_the_first_client_asked_does_not_leak_into_the_second(place: Place) -> None:
    first, second = place.code(nonce="one"), place.code(NATIVE, nonce="two")
    assert first != second
    assert json_of(place.redeem(second, NATIVE))["scope"] == "openid profile email"


def test_a_code_is_long_enough_not_to_be_guessed(place: Place) -> None:
    codes = {params_of(place.provider.issue(place.check(), place.approve()))["code"] for _ in range(50)}
    assert len(codes) == 50
    assert all(len(code) > 43 for code in codes)


def test_a_second_use_that_cannot_be_written_down_gives_nothing_and_ends_nothing_yet(place: Place) -> None:
    code = place.code()
    token = json_of(place.redeem(code))["access_token"]
    place.endings.down = True
    with pytest.raises(Unavailable):
        place.redeem(code)
    assert place.userinfo(token)
    place.endings.down = False
    assert _refused(place, code) == "invalid_grant"
    assert len(place.endings.written) == 1
