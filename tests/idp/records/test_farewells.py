"""The end of a session is written down as a whole: tombstone, messages, event; or not at all."""

import pytest

from idp.audit import Audit
from idp.delivery import Delivery
from idp.errors import Unavailable
from idp.leaving import Ending
from idp.records.audit import AuditRecords
from idp.records.database import Database
from idp.records.farewells import LENT, Farewells
from idp.records.outbox import Outbox
from idp.records.tombstones import Tombstones

SECRET = b"k" * 32
NOTICE = Delivery(id="1", kind="logout_token", target="portal", payload={"sid": "s"}, created=100.0, tries=1)
ENDING = Ending(
    session_key="session:a",
    ended_at=100.0,
    expires=500.0,
    source="account",
    local_id="li",
    why="citizen",
    deliveries=(NOTICE,),
)


@pytest.fixture
def records(database: Database) -> AuditRecords:
    return AuditRecords(database, "gd")


@pytest.fixture
def farewells(database: Database, records: AuditRecords) -> Farewells:
    return Farewells(database, records, Audit(records, SECRET, lambda: 0.0))


def test_all_of_it_is_there(farewells: Farewells, database: Database, records: AuditRecords) -> None:
    farewells.write(ENDING)
    assert Tombstones(database).ended("session:a")
    assert Outbox(database).counts() == (1, 0)
    (event,) = records.tail()
    assert (event.entry.event, event.entry.at) == ("session.ended", 100.0)
    assert event.entry.details == {"why": "citizen", "told": 1}
    assert event.entry.subject == Audit(records, SECRET, lambda: 0.0).pseudonym("account", "li")
    assert records.verify() == ()


def test_the_writer_has_the_messages_first_and_a_worker_gets_what_it_left(
    farewells: Farewells, database: Database
) -> None:
    farewells.write(ENDING)
    assert Outbox(database).due(100.0 + LENT - 0.1) == ()
    assert [(one.id, one.tries) for one in Outbox(database).due(100.0 + LENT)] == [("1", 2)]


@pytest.mark.parametrize("broken", ["tombstones", "outbox", "audit", "audit_heads"])
def test_what_cannot_be_written_as_a_whole_is_not_written(
    farewells: Farewells, database: Database, records: AuditRecords, broken: str
) -> None:
    with database.write() as sql:
        sql.exec_driver_sql(f"ALTER TABLE {broken} RENAME TO hidden")
    with pytest.raises(Unavailable, match="records"):
        farewells.write(ENDING)
    with database.write() as sql:
        sql.exec_driver_sql(f"ALTER TABLE hidden RENAME TO {broken}")
    assert not Tombstones(database).ended("session:a")
    assert Outbox(database).counts() == (0, 0)
    assert records.tail() == ()


def test_the_same_messages_are_never_written_twice(
    farewells: Farewells, database: Database, records: AuditRecords
) -> None:
    farewells.write(ENDING)
    with pytest.raises(Unavailable):
        farewells.write(ENDING)  # the same messages again: refused as a whole
    assert len(records.tail()) == 1
