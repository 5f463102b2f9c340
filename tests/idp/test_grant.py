"""Grants: what the names they are kept under promise."""

from dataclasses import replace

import pytest

from idp.grant import Grant, Grants, gid
from tests.idp.oauth.memory import Clock, MemoryStore
from tests.idp.oauth.place import SESSION

GRANT = Grant(
    client_id="portal",
    redirect_uri="http://portal.localhost:8411/callback",
    scopes=("openid", "profile"),
    nonce="n0nce",
    challenge=None,
    sub="pairwise",
    sid="sid-1",
    session_key=SESSION,
    session_expiry=1_800_003_600,
    auth_time=1_800_000_000,
    acr="realname",
    amr=("pwd", "otp"),
    idp="http://gd.localhost:8410",
    home_region="440000",
    rl=3,
    claims={"name": "李小明", "address": {"region": "广东省"}},
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(clock: Clock) -> MemoryStore:
    store = MemoryStore(clock)
    store.put(SESSION, b"alive", 86_400)
    return store


@pytest.fixture
def grants(store: MemoryStore) -> Grants:
    return Grants(store, key=b"k" * 32, code_lifetime=60, token_lifetime=600, refresh_idle=3_600)


def test_a_grant_comes_back_as_it_was_given(grants: Grants) -> None:
    code = grants.give(GRANT)
    assert grants.take(code, "portal") == GRANT
    assert grants.find(gid(code, "portal")) == GRANT


def test_a_code_is_spent_by_reading_it(grants: Grants) -> None:
    code = grants.give(GRANT)
    assert grants.take(code, "portal")
    assert grants.take(code, "portal") is None


def test_another_client_meets_nothing(grants: Grants) -> None:
    code = grants.give(GRANT)
    assert grants.take(code, "other") is None
    assert grants.end(gid(code, "other")) is None
    assert grants.take(code, "portal") == GRANT


def test_client_and_code_cannot_be_shifted_into_each_other(grants: Grants) -> None:
    code = grants.give(GRANT)
    assert grants.take(code[1:], "portal" + code[0]) is None


def test_a_grant_ends_once(grants: Grants) -> None:
    code = grants.give(GRANT)
    grants.take(code, "portal")
    assert grants.end(gid(code, "portal")) == GRANT
    assert grants.end(gid(code, "portal")) is None
    assert grants.find(gid(code, "portal")) is None


def test_a_grant_is_not_found_before_its_code_is_redeemed(grants: Grants) -> None:
    assert grants.find(gid(grants.give(GRANT), "portal")) is None


def test_a_grant_is_not_found_after_its_session(grants: Grants, store: MemoryStore) -> None:
    code = grants.give(GRANT)
    grants.take(code, "portal")
    store.remove(SESSION)
    assert grants.find(gid(code, "portal")) is None


def test_a_code_is_not_redeemed_after_its_session_and_leaves_no_grant(
    grants: Grants, store: MemoryStore
) -> None:
    code = grants.give(GRANT)
    store.remove(SESSION)
    assert grants.take(code, "portal") is None
    store.put(SESSION, b"back", 60)
    assert grants.take(code, "portal") is None
    assert grants.find(gid(code, "portal")) is None


def test_a_code_lives_as_long_as_was_said(grants: Grants, clock: Clock) -> None:
    early, late = grants.give(GRANT), grants.give(GRANT)
    clock.now += 59
    assert grants.take(early, "portal")
    clock.now += 1
    assert grants.take(late, "portal") is None


def test_a_redeemed_grant_outlives_its_access_token_by_the_leeway_only(grants: Grants, clock: Clock) -> None:
    code = grants.give(GRANT)
    grants.take(code, "portal")
    clock.now += 609
    assert grants.find(gid(code, "portal"))
    clock.now += 1
    assert grants.find(gid(code, "portal")) is None


def test_codes_of_one_session_cannot_be_joined_without_the_key(grants: Grants, store: MemoryStore) -> None:
    code = grants.give(GRANT)
    stranger = Grants(store, key=b"x" * 32, code_lifetime=60, token_lifetime=600, refresh_idle=3_600)
    assert stranger.take(code, "portal") is None
    other = grants.give(replace(GRANT, client_id="other"))
    tails = [each[43:] for each in (code, other)]
    assert tails[0] != tails[1]


def test_what_is_too_long_for_a_code_does_not_reach_the_store(grants: Grants, store: MemoryStore) -> None:
    store.trips.clear()
    assert grants.take("A" * 516, "portal") is None
    assert store.trips == []


def test_a_session_key_of_any_spelling_fits_into_a_code(grants: Grants, store: MemoryStore) -> None:
    key = "session:" + "键" * 20
    store.put(key, b"alive", 60)
    grant = replace(GRANT, session_key=key)
    assert grants.take(grants.give(grant), "portal") == grant
