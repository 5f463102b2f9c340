"""A message after a logout arrives or is parked; no two workers send it at once, none is lost with a worker."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from idp.delivery import Delivery
from idp.records.database import Database
from idp.records.outbox import Outbox

PAYLOAD = {"sid": "s1", "events": ["会话"]}


@pytest.fixture
def outbox(database: Database) -> Outbox:
    return Outbox(database, lease=60.0)


def test_a_message_is_due_at_once_as_it_was_written(outbox: Outbox) -> None:
    number = outbox.add("logout_token", "portal", PAYLOAD, 100.0)
    assert outbox.due(100.0) == (
        Delivery(id=number, kind="logout_token", target="portal", payload=PAYLOAD, created=100.0, tries=1),
    )


def test_a_message_that_one_worker_has_is_not_given_to_another(outbox: Outbox, database: Database) -> None:
    outbox.add("session_event", "hub", PAYLOAD, 100.0)
    assert len(outbox.due(100.0)) == 1
    assert Outbox(database).due(159.9) == ()


def test_a_message_whose_worker_died_is_due_again_after_the_lease(outbox: Outbox) -> None:
    outbox.add("session_event", "hub", PAYLOAD, 100.0)
    outbox.due(100.0)
    again = outbox.due(160.0)
    assert [one.tries for one in again] == [2]


def test_of_many_workers_one_gets_each_message(outbox: Outbox, database: Database) -> None:
    ids = {outbox.add("logout_token", f"portal{number}", {}, 100.0) for number in range(20)}
    gate = Barrier(8)

    def work(_: int) -> tuple[Delivery, ...]:
        gate.wait()
        return Outbox(database).due(100.0, 5)

    with ThreadPoolExecutor(8) as threads:
        given = [one.id for some in threads.map(work, range(8)) for one in some]
    assert len(given) == len(set(given)) == 20
    assert set(given) == ids


def test_no_more_than_asked_for_are_given_oldest_first(outbox: Outbox) -> None:
    for number in range(5):
        outbox.add("logout_token", f"portal{number}", {}, 100.0 + number)
    assert [one.target for one in outbox.due(200.0, 2)] == ["portal0", "portal1"]
    assert [one.target for one in outbox.due(200.0, 9)] == ["portal2", "portal3", "portal4"]


def test_a_message_is_not_due_before_its_time(outbox: Outbox) -> None:
    number = outbox.add("logout_token", "portal", {}, 100.0)
    outbox.due(100.0)
    outbox.retry(number, 500.0)
    assert outbox.due(499.9) == ()
    assert [one.tries for one in outbox.due(500.0)] == [2]


def test_what_has_arrived_is_never_due_again_and_is_forgotten_later(outbox: Outbox) -> None:
    number = outbox.add("logout_token", "portal", {}, 100.0)
    outbox.done(number, 101.0)
    assert outbox.due(10_000.0) == ()
    assert outbox.counts() == (0, 0)
    assert outbox.prune(101.0) == 0
    assert outbox.prune(101.1) == 1


def test_what_is_parked_waits_for_a_person_and_is_not_forgotten(outbox: Outbox) -> None:
    number = outbox.add("logout_token", "portal", {}, 100.0)
    outbox.add("logout_token", "other", {}, 100.0)
    outbox.due(100.0)
    outbox.park(number, 101.0)
    assert outbox.counts() == (1, 1)
    assert [one.target for one in outbox.due(10_000.0)] == ["other"]
    assert outbox.prune(10_000.0) == 0
    outbox.unpark(number, 20_000.0)
    assert outbox.counts() == (2, 0)
    assert ("portal", 1) in [(one.target, one.tries) for one in outbox.due(20_000.0)]


def test_an_empty_outbox_holds_up_no_writer(outbox: Outbox, database: Database) -> None:
    with database.write():
        assert outbox.due(100.0) == ()
