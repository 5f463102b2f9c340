"""The last look before a signature: purpose, issuer and dates of the key."""

import dataclasses

import pytest

from keys.jose import sign
from keys.key import SigningKey
from keys.use import FEDERATION_TYPES, PROOF, KeyMisuse
from tests.keys.forge import ISSUER, NOW, claims, key


def test_a_key_signs_what_it_is_for() -> None:
    assert sign(key(), claims(), typ="JWT")
    for typ in FEDERATION_TYPES:
        assert sign(key(purpose="federation"), claims(), typ=typ)


@pytest.mark.spec("OIDF §3.1.1")
def test_a_key_of_one_purpose_does_not_sign_for_the_other() -> None:
    for typ in FEDERATION_TYPES:
        with pytest.raises(KeyMisuse, match="oidc key does not sign"):
            sign(key(), claims(), typ=typ)
    for typ in ("JWT", "at+jwt", "logout+jwt", "secevent+jwt"):
        with pytest.raises(KeyMisuse, match="federation key does not sign"):
            sign(key(purpose="federation"), claims(), typ=typ)


def test_a_key_signs_for_its_own_issuer_alone() -> None:
    with pytest.raises(KeyMisuse, match="own issuer"):
        sign(key(), claims(iss=ISSUER + "x"), typ="JWT")


def dated(**dates: float | None) -> SigningKey:
    return dataclasses.replace(key(), **{"active_from": NOW - 100.5, **dates})  # type: ignore[arg-type]


DATES: dict[str, tuple[SigningKey, int, bool]] = {
    "in its time": (dated(), int(NOW), True),
    "in the second in which it became active": (dated(), int(NOW) - 101, True),
    "a second before it became active": (dated(), int(NOW) - 102, False),
    "never active": (dated(active_from=None), int(NOW), False),
    "just before it was retired": (dated(retired_at=NOW + 1), int(NOW), True),
    "once retired": (dated(retired_at=NOW), int(NOW), False),
    "just before it was compromised": (dated(compromised_at=NOW + 1), int(NOW), True),
    "once compromised": (dated(compromised_at=NOW), int(NOW), False),
}


@pytest.mark.parametrize("case", DATES)
def test_a_key_signs_in_its_time_alone(case: str) -> None:
    one, issued, lawful = DATES[case]
    if lawful:
        assert sign(one, claims(iat=issued), typ="JWT")
    else:
        with pytest.raises(KeyMisuse, match="does not sign before"):
            sign(one, claims(iat=issued), typ="JWT")


PROOFS: dict[str, tuple[SigningKey, bool]] = {
    "published and not active yet": (dated(published=NOW - 5, active_from=None), True),
    "not published": (dated(published=None, active_from=None), False),
    "published later": (dated(published=NOW + 5, active_from=None), False),
    "retired": (dated(published=NOW - 500, retired_at=NOW), False),
    "compromised": (dated(published=NOW - 500, compromised_at=NOW), False),
}


@pytest.mark.parametrize("case", PROOFS)
def test_a_key_that_is_published_proves_that_it_is_held_and_signs_nothing_else(case: str) -> None:
    one, lawful = PROOFS[case]
    one = dataclasses.replace(one, purpose="federation")
    if lawful:
        assert sign(one, claims(iat=int(NOW)), typ=PROOF)
    else:
        with pytest.raises(KeyMisuse, match="does not sign before"):
            sign(one, claims(iat=int(NOW)), typ=PROOF)
    for typ in FEDERATION_TYPES - {PROOF}:
        with pytest.raises(KeyMisuse, match="does not sign before"):
            sign(dataclasses.replace(one, active_from=None), claims(iat=int(NOW)), typ=typ)
