"""What can be said of something old: which key signed it, whether it could then, and whether that proves
anything."""

from dataclasses import replace
from typing import Any

import pytest

from keys.encoding import JoseError
from keys.history import historical, judge, learned
from keys.key import SigningKey
from keys.ring import KeyRing
from tests.keys.forge import ISSUER, NOW, claims, forge, key, unchecked

YEARS = 2 * 365 * 86_400
THEN = NOW - YEARS
DAY = 86_400.0


def old(**changes: object) -> SigningKey:
    """A key that signed for ninety days, more than two years ago."""
    dates: dict[str, object] = {
        "generated": THEN - 40 * DAY,
        "published": THEN - 40 * DAY,
        "active_from": THEN - 30 * DAY,
        "retired_at": THEN + 60 * DAY,
        "forget_at": THEN + 61 * DAY,
        "reason": "superseded",
    }
    return replace(key(), **{**dates, **changes})  # type: ignore[arg-type]


def token(at: float = THEN, *, typ: str = "JWT", signer: SigningKey | None = None, **changes: object) -> str:
    body = claims(iat=int(at), nbf=int(at), exp=int(at) + 300, **changes)
    return unchecked(signer or key(), body, typ=typ)


def test_a_token_of_two_years_ago_is_proof_while_its_key_was_ours_alone() -> None:
    verdict = judge(token(), [key(name="two"), old()], NOW)
    assert verdict.proves
    assert (verdict.kid, verdict.alg, verdict.purpose, verdict.typ) == (key().kid, "ES256", "oidc", "JWT")
    assert (verdict.signed, verdict.begun, verdict.ended) == (int(THEN), THEN - 30 * DAY, THEN + 60 * DAY)
    assert (verdict.claims["sub"], verdict.compromised, verdict.reason) == ("somebody", None, "superseded")


def test_a_destroyed_key_still_tells() -> None:
    gone = old(private=None, public=dict(key().public), destroyed_at=THEN + 62 * DAY)
    assert judge(token(), [gone], NOW).proves


def test_a_key_that_signs_today_tells_too() -> None:
    assert judge(token(NOW - 5), [key()], NOW).proves


TIMES = {
    "before it was active": (-30 * DAY - 1, False),
    "in its first second": (-30 * DAY, True),
    "when it was retired": (60 * DAY, True),
    "after it was retired": (60 * DAY + 1, False),
}


@pytest.mark.parametrize("case", TIMES)
def test_the_time_of_the_signature_must_lie_in_the_time_of_the_key(case: str) -> None:
    after, within = TIMES[case]
    verdict = judge(token(THEN + after), [old()], NOW)
    assert (verdict.within, verdict.proves) == (within, within)


def test_a_key_that_was_never_used_proves_nothing() -> None:
    standby = replace(old(), active_from=None, retired_at=None, forget_at=None)
    assert not judge(token(), [standby], NOW).within


@pytest.mark.parametrize("after", [-DAY, DAY])
def test_a_key_that_was_in_other_hands_proves_nothing_whatever_the_date(after: float) -> None:
    verdict = judge(token(), [old(compromised_at=THEN + after, reason="leaked")], NOW)
    assert not verdict.proves
    assert (verdict.within, verdict.compromised, verdict.reason) == (after > 0, THEN + after, "leaked")


REFUSED = {
    "a key that was never ours": (token(signer=key(name="two")), "kid"),
    "a changed payload": (token()[:-90] + "A" + token()[-89:], "segments json signature"),
    "another issuer's": (token(iss="http://zj.localhost:8420"), "iss"),
    "a statement by a key for tokens": (token(typ="entity-statement+jwt"), "typ"),
    "no date": (forge(None, {"iss": ISSUER, "sub": "x"}), "iat"),
    "a date that is to come": (token(NOW + 60), "iat nbf"),
    "no key is named": (forge({"alg": "ES256", "typ": "JWT"}), "kid"),
    "another algorithm is named": (forge({"alg": "RS256", "kid": key().kid, "typ": "JWT"}), "alg"),
    "a page": ("<html>", "segments"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_ours_is_refused_with_a_reason(case: str) -> None:
    text, reasons = REFUSED[case]
    with pytest.raises(JoseError) as refused:
        judge(text, [old()], NOW)
    assert refused.value.reason in reasons.split()


def test_a_federation_key_signs_statements_and_no_tokens() -> None:
    pinned = key(purpose="federation")
    body = {"iss": ISSUER, "sub": ISSUER, "iat": int(NOW) - 5, "jwks": {"keys": []}}
    statement = unchecked(pinned, body, typ="entity-statement+jwt")
    assert judge(statement, [pinned], NOW).proves
    with pytest.raises(JoseError) as refused:
        judge(unchecked(pinned, claims(), typ="JWT"), [pinned], NOW)
    assert refused.value.reason == "typ"


def test_the_published_past_has_dates_and_reasons() -> None:
    """OIDF §8.7.2, §8.7.3."""
    burned = replace(key(name="two"), active_from=THEN, compromised_at=THEN + DAY, generated=THEN)
    told = historical(KeyRing(purpose="oidc", keys=(old(), burned, key(name="three"))), NOW)
    first, second = told
    assert (first["iat"], first["nbf"], first["exp"]) == (
        int(THEN - 40 * DAY),
        int(THEN - 30 * DAY),
        int(THEN + 61 * DAY),
    )
    assert first["revoked"] == {"revoked_at": int(THEN + 61 * DAY), "reason": "superseded"}
    assert second["revoked"] == {"revoked_at": int(THEN + DAY), "reason": "compromised"}
    assert all("d" not in one for one in told)


PINNED = key(purpose="federation")


def history(keys: object, *, by: SigningKey = PINNED, **changes: object) -> str:
    body = {"iss": ISSUER, "iat": int(NOW) - 9, "keys": keys, "manyou_ring": "oidc", **changes}
    return unchecked(by, body, typ="jwk-set+jwt")


def past(*keys: SigningKey) -> list[Any]:
    return [dict(one) for one in historical(KeyRing(purpose="oidc", keys=keys), NOW)]


def test_a_published_history_judges_as_the_records_do() -> None:
    burned = replace(key(name="two"), active_from=THEN - DAY, compromised_at=THEN + DAY, generated=THEN - DAY)
    keys = learned(history(past(old(), burned)), {"keys": [dict(PINNED.public)]}, NOW)
    assert judge(token(), keys, NOW).proves
    assert not judge(token(THEN - 31 * DAY), keys, NOW).proves
    verdict = judge(token(signer=key(name="two")), keys, NOW)
    assert (verdict.within, verdict.proves, verdict.compromised) == (True, False, THEN + DAY)


ONE = past(old())[0]
FOREIGN: dict[str, str] = {
    "signed by a key that is not pinned": history([ONE], by=key(name="two", purpose="federation")),
    "another type": unchecked(PINNED, {"iss": ISSUER, "iat": int(NOW), "keys": [ONE]}, typ="JWT"),
    "from the future": history([ONE], iat=int(NOW) + 60),
    "no list of keys": history({"0": ONE}),
    "a ring that we do not know": history([ONE], manyou_ring="both"),
    "a key without dates": history([{name: value for name, value in ONE.items() if name != "nbf"}]),
    "a key that was not revoked": history([{**ONE, "revoked": None}]),
    "a key under another's name": history([{**ONE, "kid": key(name="two").kid}]),
    "an algorithm that nobody knows": history([{**ONE, "alg": "XX"}]),
    "a date in words": history([{**ONE, "exp": "then"}]),
    "a key that is none": history(["key"]),
}


@pytest.mark.parametrize("case", FOREIGN)
def test_a_history_that_does_not_hold_is_refused_whole(case: str) -> None:
    with pytest.raises(JoseError):
        learned(FOREIGN[case], {"keys": [dict(PINNED.public)]}, NOW)


def test_a_history_of_tokens_does_not_judge_statements() -> None:
    statement = unchecked(key(), {"iss": ISSUER, "iat": int(THEN)}, typ="entity-statement+jwt")
    for ring in ("oidc", "federation"):
        text = history([ONE], manyou_ring=ring)
        keys = learned(text, {"keys": [dict(PINNED.public)]}, NOW)
        assert keys[0].purpose == ring
        with pytest.raises(JoseError) as refused:
            judge(statement if ring == "oidc" else token(), keys, NOW)
        assert refused.value.reason == "typ"
