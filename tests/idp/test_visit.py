"""Trips to other providers: each `state` is good once; over the real store."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from idp.shelf import secret_name
from idp.store import ValkeyStore
from idp.visit import LIFETIME, Visit, Visits
from tests.idp.made import HUB, NOW

STATE = "state-0123456789"
TRIP = Visit(
    issuer=HUB,
    browser="hash-of-the-browser",
    nonce="nonce",
    verifier="verifier",
    silent=True,
    scopes=("openid", "profile"),
    sent=NOW,
    login_id="login",
)


@pytest.fixture
def visits(store: ValkeyStore) -> Visits:
    made = Visits(store)
    made.keep(STATE, TRIP)
    return made


def test_a_state_brings_its_trip_back_once(visits: Visits) -> None:
    assert visits.take(STATE) == TRIP
    assert visits.take(STATE) is None


def test_a_forged_state_brings_nothing_and_spends_nothing(visits: Visits) -> None:
    assert visits.take("forged") is None
    assert visits.take("") is None
    assert visits.take(secret_name(STATE)) is None
    assert visits.take(STATE) == TRIP


def test_of_many_answers_at_once_one_is_taken(visits: Visits) -> None:
    with ThreadPoolExecutor(8) as browsers:
        assert sorted(map(bool, browsers.map(visits.take, [STATE] * 8))) == [False] * 7 + [True]


def test_a_page_loaded_again_is_recognised_but_takes_nothing(visits: Visits) -> None:
    assert visits.past(STATE) is None, "it was not used yet"
    visits.take(STATE)
    assert visits.past(STATE) == TRIP
    assert visits.take(STATE) is None


def test_trips_are_forgotten(visits: Visits, store: ValkeyStore) -> None:
    def left(prefix: str) -> object:
        return store._do("TTL", f"{store._prefix}{prefix}:{secret_name(STATE)}")

    assert left("visit") in range(LIFETIME - 5, LIFETIME + 1)
    visits.take(STATE)
    assert left("visited") in range(LIFETIME - 5, LIFETIME + 1)


def test_the_store_holds_no_state(visits: Visits, store: ValkeyStore) -> None:
    assert store.get(f"visit:{STATE}") is None
    raw = store.get(f"visit:{secret_name(STATE)}")
    assert raw is not None
    assert STATE.encode() not in raw
