"""Sessions of people who sign in again, and of visitors whose session above ends: over the real store."""

import pytest

from idp.session import EndedAbove, Session, Sessions
from idp.store import ValkeyStore
from tests.idp.made import GD, HUB, NOW, citizen, upstream


@pytest.fixture
def sessions(store: ValkeyStore) -> Sessions:
    return Sessions(store, idle=1800, absolute=43_200, ended=lambda _: False)


def first(sessions: Sessions) -> tuple[str, Session, str]:
    """A session that told a portal: cookie, session, the portal's sid."""
    cookie, session = sessions.open(citizen(), upstream=None, until=None, before=None, now=NOW)
    session, sid = sessions.visit(session, "portal", announced=False, now=NOW)
    return cookie, session, sid


def again(sessions: Sessions, before: Session, local_id: str = "2001") -> tuple[str, Session]:
    who = citizen(auth_time=NOW, local_id=local_id)
    return sessions.open(who, upstream=None, until=None, before=before, now=NOW)


def test_signing_in_again_gives_a_new_cookie_and_kills_the_old_one(sessions: Sessions) -> None:
    old, before, _ = first(sessions)
    new, session = again(sessions, before)
    assert new != old
    assert sessions.find(old, now=NOW) is None
    assert sessions.find(new, now=NOW) == session


def test_clients_keep_their_sid_when_the_person_signs_in_again(sessions: Sessions) -> None:
    _, before, sid = first(sessions)
    _, session = again(sessions, before)
    assert session.clients == {"portal": sid}
    assert sessions.by_sid(sid, client_id="portal") == session


def test_a_client_that_another_tab_visited_meanwhile_is_kept_too(sessions: Sessions) -> None:
    _, before, sid = first(sessions)
    _, other = sessions.visit(before, "other", announced=False, now=NOW)
    cookie, session = again(sessions, before)
    assert session.clients == {"portal": sid, "other": other}
    assert sessions.find(cookie, now=NOW) == session
    assert sessions.by_sid(other, client_id="other") == session


def test_somebody_else_gets_nothing_of_the_session_before(sessions: Sessions) -> None:
    old, before, _ = first(sessions)
    _, session = again(sessions, before, local_id="somebody-else")
    assert session.clients == {}
    assert sessions.find(old, now=NOW) is not None, "whoever opens for somebody else ends the old one himself"


def test_a_fresh_authentication_is_not_announced_yet(sessions: Sessions) -> None:
    _, before, _ = first(sessions)
    _, session = again(sessions, sessions.announce(before, now=NOW))
    assert session.announced < session.citizen.auth_time


def arrive(
    sessions: Sessions, sid: str, before: Session | None = None, issuer: str = HUB, auth_time: int = NOW - 100
) -> tuple[str, Session]:
    who = citizen(GD, source=issuer, auth_time=auth_time)
    return sessions.open(who, upstream=upstream(issuer, sid), until=None, before=before, now=NOW)


def test_the_session_above_finds_the_one_below(sessions: Sessions) -> None:
    _, session = arrive(sessions, "one")
    arrive(sessions, "two")
    assert sessions.by_upstream(HUB, "one") == session


def test_a_peer_finds_only_sessions_that_came_from_it(sessions: Sessions) -> None:
    arrive(sessions, "one")
    assert sessions.by_upstream(GD, "one") is None
    assert sessions.by_upstream(HUB, "other") is None


def test_the_session_above_finds_the_one_below_after_a_fresh_authentication(sessions: Sessions) -> None:
    _, before = arrive(sessions, "one")
    _, session = arrive(sessions, "one", before)
    assert sessions.by_upstream(HUB, "one") == session


def test_an_ended_session_is_not_found_from_above(sessions: Sessions) -> None:
    _, session = arrive(sessions, "one")
    sessions.end(session)
    assert sessions.by_upstream(HUB, "one") is None


def test_no_session_comes_from_one_that_a_peer_has_ended(sessions: Sessions) -> None:
    assert sessions.ended_above(HUB, "one") is None, "the notice overtook the browser"
    with pytest.raises(EndedAbove):
        arrive(sessions, "one")
    assert sessions.by_upstream(HUB, "one") is None
    assert arrive(sessions, "two")
    assert arrive(sessions, "one", issuer=GD), "another peer's session of that name"


def test_a_peer_that_ends_its_session_finds_the_one_below(sessions: Sessions) -> None:
    _, session = arrive(sessions, "one")
    assert sessions.ended_above(HUB, "one") == session


def test_only_a_fresh_authentication_comes_from_a_session_whose_end_was_asked_for_here(
    sessions: Sessions,
) -> None:
    _, session = arrive(sessions, "one")
    sessions.end(session)
    with pytest.raises(EndedAbove):
        arrive(sessions, "one")
    _, session = arrive(sessions, "one", auth_time=NOW)
    sessions.end(session)
    with pytest.raises(EndedAbove):
        arrive(sessions, "one", auth_time=NOW)


def test_what_the_peer_has_ended_stays_so_when_it_ends_here_too(sessions: Sessions) -> None:
    _, session = arrive(sessions, "one")
    sessions.ended_above(HUB, "one")
    sessions.end(session)
    with pytest.raises(EndedAbove):
        arrive(sessions, "one", auth_time=NOW)


def test_a_session_that_may_not_come_leaves_the_one_before_untouched(sessions: Sessions) -> None:
    cookie, before = arrive(sessions, "one")
    sessions.ended_above(HUB, "two")
    with pytest.raises(EndedAbove):
        arrive(sessions, "two", before)
    assert sessions.find(cookie, now=NOW) == before


def test_signing_in_again_does_not_end_the_session_above(sessions: Sessions) -> None:
    _, before = arrive(sessions, "one")
    _, session = arrive(sessions, "one", before)
    assert arrive(sessions, "one", session)
