"""Sessions: a signed-in browser, over the real store."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from idp.citizen import same_person
from idp.errors import Unavailable
from idp.session import Session, Sessions
from idp.shelf import Shelf, secret_name
from idp.store import ValkeyStore
from tests.idp.made import GD, HUB, NOW, citizen, upstream

IDLE, ABSOLUTE = 1800, 43_200


@pytest.fixture
def gone() -> set[str]:
    """Store keys of sessions that were ended for good."""
    return set()


@pytest.fixture
def sessions(store: ValkeyStore, gone: set[str]) -> Sessions:
    return Sessions(store, idle=IDLE, absolute=ABSOLUTE, ended=gone.__contains__)


Open = Callable[..., tuple[str, Session]]


@pytest.fixture
def opened(sessions: Sessions) -> Open:
    def make(**changes: Any) -> tuple[str, Session]:
        lawful: dict[str, Any] = {"upstream": None, "until": None, "before": None, "now": NOW}
        who = changes.pop("citizen", citizen())
        return sessions.open(who, **{**lawful, **changes})

    return make


def test_a_cookie_finds_its_session_and_no_other_does(sessions: Sessions, opened: Open) -> None:
    cookie, session = opened()
    assert sessions.find(cookie, now=NOW + 1) == session
    assert sessions.find(cookie + "x", now=NOW + 1) is None
    assert sessions.find(session.name, now=NOW + 1) is None
    assert sessions.find(None, now=NOW) is None
    assert sessions.find("", now=NOW) is None


def test_the_store_holds_no_cookie(opened: Open, store: ValkeyStore) -> None:
    cookie, session = opened()
    assert session.name == secret_name(cookie)
    raw = store.get(f"session:{session.name}")
    assert raw is not None
    assert cookie.encode() not in raw


def test_every_session_has_a_new_cookie(opened: Open) -> None:
    assert len({opened()[0] for _ in range(20)}) == 20


def test_a_session_nobody_uses_ends(sessions: Sessions, opened: Open) -> None:
    cookie, _ = opened()
    assert sessions.find(cookie, now=NOW + IDLE - 1)
    cookie, _ = opened()
    assert sessions.find(cookie, now=NOW + IDLE) is None


def test_a_session_in_use_lives_on_until_its_absolute_end(sessions: Sessions, opened: Open) -> None:
    cookie, _ = opened()
    for moment in range(NOW, NOW + ABSOLUTE, 1000):
        assert sessions.find(cookie, now=moment), moment - NOW
    assert sessions.find(cookie, now=NOW + ABSOLUTE - 1)
    assert sessions.find(cookie, now=NOW + ABSOLUTE) is None


def test_a_session_is_touched_only_after_a_tenth_of_the_idle_time(sessions: Sessions, opened: Open) -> None:
    cookie, session = opened()
    for moment, seen in ((NOW + 179, NOW), (NOW + 180, NOW + 180), (NOW + 200, NOW + 180)):
        found = sessions.find(cookie, now=moment)
        assert found is not None
        assert found == replace(session, seen=seen)


def test_the_store_forgets_a_session_with_its_idle_time(opened: Open, store: ValkeyStore) -> None:
    _, session = opened()
    assert IDLE - 5 <= left(store, session) <= IDLE


def test_touching_gives_a_session_its_idle_time_again_but_never_beyond_its_end(
    sessions: Sessions, opened: Open, store: ValkeyStore
) -> None:
    cookie, session = opened(until=NOW + 2000)
    sessions.find(cookie, now=NOW + 1500)
    assert left(store, session) <= 500


@pytest.mark.parametrize(
    ("until", "expires"),
    [(NOW + 60, NOW + 60), (NOW + 10 * ABSOLUTE, NOW + ABSOLUTE), (None, NOW + ABSOLUTE)],
)
def test_a_session_never_outlives_the_one_above(
    sessions: Sessions, opened: Open, until: int | None, expires: int
) -> None:
    cookie, session = opened(upstream=upstream(), until=until)
    assert session.expires == expires
    if until == NOW + 60:
        assert sessions.find(cookie, now=NOW + 59)
        assert sessions.find(cookie, now=NOW + 60) is None


def test_a_session_that_comes_back_after_it_was_ended_is_not_believed(
    sessions: Sessions, opened: Open, gone: set[str]
) -> None:
    cookie, session = opened()
    gone.add(sessions.key(session))
    assert sessions.find(cookie, now=NOW + 180) is None
    with pytest.raises(Unavailable):
        sessions.visit(session, "portal", announced=False, now=NOW)


def test_ending_a_session_ends_it(sessions: Sessions, opened: Open) -> None:
    cookie, session = opened()
    sessions.end(session)
    assert sessions.find(cookie, now=NOW) is None
    with pytest.raises(Unavailable):
        sessions.visit(session, "portal", announced=False, now=NOW)
    with pytest.raises(Unavailable):
        sessions.announce(session, now=NOW)
    assert sessions.find(cookie, now=NOW) is None


def test_a_session_that_ends_while_it_is_touched_is_not_found(
    store: ValkeyStore, sessions: Sessions, opened: Open
) -> None:
    cookie, session = opened()

    def ended(_: str) -> bool:
        sessions.end(session)
        return False

    racing = Sessions(store, idle=IDLE, absolute=ABSOLUTE, ended=ended)
    assert racing.find(cookie, now=NOW + 180) is None


def test_a_session_that_changes_while_it_is_touched_is_found_as_it_is(
    store: ValkeyStore, sessions: Sessions, opened: Open
) -> None:
    cookie, session = opened()

    def ended(_: str) -> bool:
        sessions.visit(session, "portal", announced=False, now=NOW)
        return False

    racing = Sessions(store, idle=IDLE, absolute=ABSOLUTE, ended=ended)
    found = racing.find(cookie, now=NOW + 180)
    assert found is not None
    assert set(found.clients) == {"portal"}


# Clients.


def test_a_client_has_one_sid_in_a_session_and_every_client_another(sessions: Sessions, opened: Open) -> None:
    _, session = opened()
    session, sid = sessions.visit(session, "portal", announced=False, now=NOW)
    assert sessions.visit(session, "portal", announced=False, now=NOW) == (session, sid)
    session, other = sessions.visit(session, "other", announced=False, now=NOW)
    assert sid != other
    assert session.clients == {"portal": sid, "other": other}


def test_a_client_cannot_join_sessions_by_their_sid(sessions: Sessions, opened: Open) -> None:
    sids = {sessions.visit(opened()[1], "portal", announced=False, now=NOW)[1] for _ in range(20)}
    assert len(sids) == 20


def test_a_sid_finds_the_session_for_its_own_client_only(sessions: Sessions, opened: Open) -> None:
    _, session = opened()
    session, sid = sessions.visit(session, "portal", announced=False, now=NOW)
    assert sessions.by_sid(sid, client_id="portal") == session
    assert sessions.by_sid(sid, client_id="other") is None
    assert sessions.by_sid("stranger", client_id="portal") is None
    sessions.end(session)
    assert sessions.by_sid(sid, client_id="portal") is None


def test_tabs_that_visit_clients_at_once_lose_none(sessions: Sessions, opened: Open) -> None:
    cookie, session = opened()
    names = [f"client-{number}" for number in range(6)]
    with ThreadPoolExecutor(6) as tabs:
        made = list(tabs.map(lambda one: sessions.visit(session, one, announced=False, now=NOW)[1], names))
    found = sessions.find(cookie, now=NOW)
    assert found is not None
    assert found.clients == dict(zip(names, made, strict=True))
    for name, sid in found.clients.items():
        assert sessions.by_sid(sid, client_id=name) == found


def test_tabs_that_visit_one_client_at_once_agree_on_its_sid(sessions: Sessions, opened: Open) -> None:
    _, session = opened()
    with ThreadPoolExecutor(6) as tabs:
        sids = set(
            tabs.map(lambda _: sessions.visit(session, "portal", announced=False, now=NOW)[1], range(6))
        )
    assert len(sids) == 1


def test_an_authentication_is_announced_by_a_visit_of_the_hub_or_by_a_note(
    sessions: Sessions, opened: Open
) -> None:
    _, session = opened()
    assert session.announced == 0
    assert sessions.visit(session, "portal", announced=False, now=NOW)[0].announced == 0
    _, session = opened()
    assert sessions.visit(session, HUB, announced=True, now=NOW)[0].announced == session.citizen.auth_time
    _, session = opened()
    assert sessions.announce(session, now=NOW).announced == session.citizen.auth_time


def test_a_note_of_an_announcement_keeps_the_clients_of_other_tabs(sessions: Sessions, opened: Open) -> None:
    cookie, session = opened()
    sessions.visit(session, "portal", announced=False, now=NOW)
    sessions.announce(session, now=NOW)
    found = sessions.find(cookie, now=NOW)
    assert found is not None
    assert set(found.clients) == {"portal"}
    assert found.announced == found.citizen.auth_time


def left(store: ValkeyStore, session: Session) -> int:
    """Seconds that the store keeps a session."""
    answer = store._do("TTL", f"{store._prefix}session:{session.name}")
    assert isinstance(answer, int)
    return answer


def test_who_is_the_same_person() -> None:
    assert same_person(citizen(rl=2), citizen(rl=3))
    assert not same_person(citizen(), citizen(local_id="other"))
    assert not same_person(citizen(), citizen(source=GD))


def test_a_session_record_lies_under_the_key_that_others_may_need(
    sessions: Sessions, opened: Open, store: ValkeyStore
) -> None:
    _, session = opened()
    assert sessions.key(session) == Shelf(store, "session", Session).key(session.name)
    assert store.get(sessions.key(session)) is not None
