"""Rings: the dates of keys decide which sign and which are published."""

import dataclasses

import pytest

from keys.key import SigningKey
from keys.ring import KeyRing, NoKey
from tests.keys.forge import ISSUER, NOW, key


def made(name: str = "", alg: str = "ES256", /, **dates: float | None) -> SigningKey:
    lawful: dict[str, float | None] = {"published": NOW - 100, "active_from": NOW - 100}
    return dataclasses.replace(key(alg, name), **{**lawful, **dates})  # type: ignore[arg-type]


# dates of one key: whether it signs, whether it is published
STATES: dict[str, tuple[dict[str, float | None], bool, bool]] = {
    "a first key is active at once": ({"published": NOW, "active_from": NOW}, True, True),
    "an announced key waits its turn": ({"active_from": NOW + 1}, False, True),
    "a key that is not announced yet is not published": (
        {"published": NOW + 1, "active_from": NOW + 9},
        False,
        False,
    ),
    "a key is never used before it was announced": ({"published": NOW + 1}, False, False),
    "a key signs until the moment it is retired": ({"retired_at": NOW + 1}, True, True),
    "a retired key still verifies while tokens it signed are alive": ({"retired_at": NOW}, False, True),
    "a key is published until the moment it is forgotten": (
        {"retired_at": NOW, "forget_at": NOW + 1},
        False,
        True,
    ),
    "a forgotten key is gone": ({"retired_at": NOW - 9, "forget_at": NOW}, False, False),
    "a forgotten key does not sign, even if nobody retired it": ({"forget_at": NOW}, False, False),
    "a revoked key is gone at once": ({"compromised_at": NOW}, False, False),
    "a key revoked by a node whose clock is ahead is gone at once": (
        {"compromised_at": NOW + 1},
        False,
        False,
    ),
}


@pytest.mark.parametrize("case", STATES)
def test_dates_decide(case: str) -> None:
    dates, signs, published = STATES[case]
    one = made("", **dates)
    ring = KeyRing(purpose="oidc", keys=(one,))
    if signs:
        assert ring.signer(NOW) == one
    else:
        with pytest.raises(NoKey):
            ring.signer(NOW)
    assert ring.published(NOW) == ((one,) if published else ())
    assert ring.jwks(NOW) == {"keys": [dict(one.public)] if published else []}


def test_the_newest_active_key_signs() -> None:
    old, new, next_ = made("old"), made("new", active_from=NOW - 10), made("next", active_from=NOW + 10)
    ring = KeyRing(purpose="oidc", keys=(new, next_, old))
    assert ring.signer(NOW) == new
    assert ring.signer(NOW - 11) == old
    assert ring.signer(NOW + 10) == next_
    assert ring.published(NOW) == (new, old, next_)


def test_when_the_newest_is_revoked_the_one_before_signs_again() -> None:
    old, new = made("old"), made("new", active_from=NOW - 10, compromised_at=NOW)
    assert KeyRing(purpose="oidc", keys=(old, new)).signer(NOW) == old


def test_each_algorithm_has_its_own_signer() -> None:
    es, rs = made(), made("", "RS256", active_from=NOW - 1)
    ring = KeyRing(purpose="oidc", keys=(es, rs))
    assert (ring.signer(NOW), ring.signer(NOW, "RS256")) == (es, rs)
    with pytest.raises(NoKey) as caught:
        ring.signer(NOW, "PS256")
    assert (caught.value.purpose, caught.value.alg) == ("oidc", "PS256")


def test_two_keys_of_one_moment_have_one_order() -> None:
    a, b = made("a"), made("b")
    one, other = KeyRing(purpose="oidc", keys=(a, b)), KeyRing(purpose="oidc", keys=(b, a))
    assert one.signer(NOW) == other.signer(NOW)
    assert one.jwks(NOW) == other.jwks(NOW)


def test_a_ring_has_one_purpose_one_issuer_and_each_key_once() -> None:
    assert KeyRing(purpose="federation", keys=()).published(NOW) == ()
    with pytest.raises(ValueError, match="another purpose"):
        KeyRing(purpose="federation", keys=(made(),))
    with pytest.raises(ValueError, match="two issuers"):
        KeyRing(purpose="oidc", keys=(made(), dataclasses.replace(made("x"), issuer=ISSUER + "x")))
    with pytest.raises(ValueError, match="twice"):
        KeyRing(purpose="oidc", keys=(made(), made()))
