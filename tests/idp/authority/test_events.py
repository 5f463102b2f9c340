"""What happened to a subordinate, as a statement that is signed once for all who ask."""

import json
from typing import Any

import pytest

from federation import events
from federation.events import Event
from idp.authority.events import FRESH, LIFE, Events
from idp.authority.rows import Happened
from idp.trusting.bulletin import BYTES
from keys.encoding import unb64
from tests.federation.world import ANCHOR, ENTITY, NOW, made
from tests.idp.authority.place import KEY, Moved, Process, subordinate


def events_of(process: Process, life: int = 86_400) -> Events:
    return Events(
        stamp=process.stamp, documents=process.documents, happened=process.registry.events, life=life
    )


@pytest.fixture
def told(anchor: Process) -> Events:
    anchor.registry.add(subordinate(), by="li", reason="signed the contract")
    return events_of(anchor)


def text(of: Events, entity_id: str = ENTITY) -> str:
    found = of.find(entity_id)
    assert found is not None
    return found.token


def read(token: str, now: float = NOW) -> tuple[Event, ...]:
    return events.verify(token, issuer=ANCHOR, subject=ENTITY, jwks={"keys": [dict(KEY.public)]}, now=now)


def test_it_is_told_what_happened_oldest_first(told: Events, anchor: Process, clock: Moved) -> None:
    clock.pass_(60)
    anchor.registry.suspend(ENTITY, by="li", reason="compromised")
    assert read(text(told), clock()) == (
        Event(at=int(NOW), event="registration", description="signed the contract"),
        Event(at=int(NOW) + 60, event="suspension", description="compromised"),
    )


def test_also_who_was_removed_is_told_of(told: Events, anchor: Process) -> None:
    anchor.registry.remove(ENTITY, by="li", reason="left")
    assert [one.event for one in read(text(told))] == ["registration", "revocation"]


def test_the_news_of_a_suspension_is_read_however_often_keys_were_changed_before(
    anchor: Process, clock: Moved
) -> None:
    anchor.registry.add(subordinate(), by="li")
    changes = [Happened(id=at, at=NOW, event="jwks_update", description="钥" * 500) for at in range(1000)]
    end = Happened(id=1000, at=NOW, event="suspension", description="compromised")
    told = Events(
        stamp=anchor.stamp, documents=anchor.documents, happened=lambda _: [*changes, end], life=86_400
    )
    token = text(told)
    assert len(token) <= BYTES
    found = read(token, clock())
    assert found[-1].event == "suspension"
    assert len(found) > 50


def test_of_a_stranger_nothing_is_told(told: Events) -> None:
    assert told.find("http://stranger.localhost") is None


def test_asking_signs_nothing_more_and_all_processes_tell_the_same(
    told: Events, anchor: Process, other: Process, clock: Moved
) -> None:
    first, elsewhere = text(told), events_of(other)
    assert text(elsewhere) == first
    clock.pass_(FRESH)
    assert text(told) == text(elsewhere) == first
    assert len(anchor.tally.take().entries) == 1
    assert other.tally.take().entries == {}


def test_what_happens_shows_everywhere_within_seconds(
    told: Events, anchor: Process, other: Process, clock: Moved
) -> None:
    elsewhere = events_of(other)
    assert text(told) == text(elsewhere)
    anchor.registry.suspend(ENTITY, by="li", reason="r")
    clock.pass_(FRESH)
    assert text(told) == text(elsewhere)
    assert [one.event for one in read(text(told), clock())][-1] == "suspension"


def test_a_statement_ends_so_that_an_old_one_hides_nothing(told: Events, clock: Moved) -> None:
    first = text(told)
    said: dict[str, Any] = json.loads(unb64(first.split(".")[1]))
    assert said["exp"] - said["iat"] == LIFE
    clock.pass_(LIFE / 2 - 1)
    assert text(told) == first
    clock.pass_(FRESH)
    assert text(told) != first


def test_a_statement_lives_no_longer_than_what_the_rotation_of_keys_counts_on(anchor: Process) -> None:
    anchor.registry.add(subordinate(), by="li", reason="r")
    said: dict[str, Any] = json.loads(unb64(text(events_of(anchor, life=60)).split(".")[1]))
    assert said["exp"] - said["iat"] == 60


def test_what_a_lost_key_signed_is_signed_anew(told: Events, anchor: Process, clock: Moved) -> None:
    first = text(told)
    anchor.keys = [made(issuer=ANCHOR)]
    clock.pass_(FRESH)
    assert text(told) != first
