"""Sessions from elsewhere: they end with the trust in where they came from, and their sites are told."""

from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from idp.errors import Unavailable
from idp.records.database import Database
from idp.records.migrate import migrate
from idp.records.origins import Origins
from idp.session import EndedAbove, Session, Sessions, Upstream
from idp.store import ValkeyStore
from idp.trusting.foreign import ForeignSessions
from idp.trusting.origins import Denied
from tests.idp.made import GD, HUB, NOW, ZJ, Clock, citizen

PINNED = "http://pinned.localhost:8499"


class Leaving:
    def __init__(self, sessions: Sessions) -> None:
        self.sessions = sessions
        self.ended: list[tuple[str, str, str | None]] = []
        self.fails = False

    def end(self, session: Session, *, why: str, origin: str | None = None) -> None:
        if self.fails:
            raise Unavailable("records", "not now")
        self.sessions.end(session)
        self.ended.append((session.citizen.local_id, why, origin))


class Place:
    """Zhejiang, with visitors of Guangdong and of a third province, who came through the hub."""

    def __init__(self, store: ValkeyStore, folder: Path) -> None:
        self.database = Database(f"sqlite:///{folder}/manyou.sqlite")
        migrate(self.database)
        self.origins = Origins(self.database)
        self.chains = {GD, HUB, "http://sc.localhost:8430"}
        self.denied = Denied(self.origins, leads=self.chains.__contains__, pinned=[PINNED])
        self.sessions = Sessions(
            store, idle=600, absolute=3600, ended=lambda _key: False, foreign=self.denied
        )
        self.leaving = Leaving(self.sessions)
        self.foreign = self.process(self.denied)

    def process(self, denied: Denied | None = None) -> ForeignSessions:
        """Another process: the same store and records, and nothing in memory."""
        return ForeignSessions(
            denied=denied or Denied(self.origins, leads=self.chains.__contains__),
            records=self.origins,
            sessions=self.sessions,
            leaving=self.leaving,
            clock=Clock(),
        )

    def give_up(self, origin: str) -> None:
        """No chain leads there any more, and the watch has seen it."""
        self.chains.discard(origin)
        self.foreign.deny(origin)
        self.foreign.end(origin)

    def visitor(self, local_id: str, idp: str = GD, through: str = HUB) -> str:
        upstream = Upstream(issuer=through, sid=f"sid-{local_id}", id_token="t")
        cookie, _ = self.sessions.open(
            citizen(GD, local_id=local_id, idp=idp), upstream=upstream, until=None, before=None, now=NOW
        )
        return cookie

    def native(self) -> str:
        return self.sessions.open(citizen(ZJ), upstream=None, until=None, before=None, now=NOW)[0]

    def knows(self, cookie: str) -> bool:
        return self.sessions.find(cookie, now=NOW) is not None


@pytest.fixture
def place(store: ValkeyStore, tmp_path: Path) -> Iterator[Place]:
    place = Place(store, tmp_path)
    yield place
    place.database.close()


def test_the_origins_of_living_sessions_are_the_provider_that_vouched_and_the_one_behind_it(
    place: Place,
) -> None:
    place.visitor("1")
    place.native()
    assert place.foreign.origins() == {HUB, GD}


def test_the_sessions_of_an_origin_end_and_nobody_elses(place: Place) -> None:
    lost, kept, own = place.visitor("1"), place.visitor("2", "http://sc.localhost:8430"), place.native()
    place.foreign.end(GD)
    assert [place.knows(one) for one in (lost, kept, own)] == [False, True, True]
    assert place.leaving.ended == [("1", "distrust", GD)]


def test_all_sessions_that_came_through_the_hub_end_with_it(place: Place) -> None:
    visitors = [place.visitor(str(number)) for number in range(3)]
    own = place.native()
    place.foreign.end(HUB)
    assert not any(place.knows(one) for one in visitors)
    assert place.knows(own)


def test_a_session_that_cannot_be_ended_just_now_is_not_believed_all_the_same(place: Place) -> None:
    cookie = place.visitor("1")
    place.leaving.fails = True
    with pytest.raises(Unavailable):
        place.give_up(GD)
    assert not place.knows(cookie)
    place.leaving.fails = False
    assert GD in place.foreign.origins()
    place.foreign.end(GD)
    assert [why for _, why, _ in place.leaving.ended] == ["distrust"]


def test_an_origin_that_is_trusted_again_has_sessions_again(place: Place) -> None:
    place.give_up(GD)
    assert GD in place.foreign.origins()
    place.foreign.trusted(GD)
    assert place.foreign.origins() == frozenset()
    assert place.knows(place.visitor("1"))


def test_a_new_session_of_somebody_who_is_trusted_again_lives_before_anybody_has_looked(place: Place) -> None:
    place.give_up(GD)
    place.chains.add(GD)
    assert place.knows(place.visitor("1"))


def test_a_session_of_somebody_who_was_trusted_until_just_now_does_not_begin(place: Place) -> None:
    """The person came back from a province that was given up between the judgement and the session."""
    place.give_up(GD)
    with pytest.raises(Unavailable):
        place.visitor("1")
    assert GD in place.denied.denied


def test_a_session_that_begins_while_another_process_ends_them_does_not_live(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = place.origins.note

    def noted(session: str, origins: Collection[str], expires: int) -> None:
        note(session, origins, expires)
        place.process().end(GD)

    monkeypatch.setattr(place.origins, "note", noted)
    with pytest.raises(EndedAbove):
        place.visitor("1")
    assert place.leaving.ended == [("1", "distrust", GD)]
    assert GD not in place.process().origins()


def test_what_a_process_that_died_had_denied_and_not_ended_is_ended_by_the_next(place: Place) -> None:
    cookie = place.visitor("1")
    place.chains.discard(GD)
    place.denied.deny(GD)
    reborn = place.process()
    assert GD in reborn.origins()
    reborn.end(GD)
    reborn.end(GD)
    place.denied.allow(GD)
    assert not place.knows(cookie)
    assert place.leaving.ended == [("1", "distrust", GD)]


def test_no_chain_is_needed_for_whoever_settings_pin(place: Place) -> None:
    cookie = place.visitor("1", through=PINNED)
    assert place.foreign.origins() == frozenset()
    assert place.knows(cookie)


def test_a_session_whose_origin_cannot_be_written_down_does_not_begin(place: Place) -> None:
    with place.database.write() as sql:
        sql.exec_driver_sql("DROP TABLE session_origins")
    with pytest.raises(Unavailable):
        place.visitor("1")
    assert place.sessions.by_upstream(HUB, "sid-1") is None


def test_the_origins_of_dead_sessions_are_forgotten(place: Place) -> None:
    place.visitor("1")
    assert place.origins.prune(NOW + 3601) == 2
    assert place.foreign.origins() == frozenset()
