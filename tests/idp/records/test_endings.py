"""The end of a grant is written down as a whole: tombstone and event, or neither."""

import pytest

from idp.errors import Unavailable
from idp.families import FamilyEnd
from idp.records.audit import AuditRecords
from idp.records.database import Database
from idp.records.endings import FamilyEndings
from idp.records.tombstones import Tombstones

END = FamilyEnd(key="grant:a", at=100.0, expires=500.0, client_id="portal", why="refresh.reused")


@pytest.fixture
def records(database: Database) -> AuditRecords:
    return AuditRecords(database, "gd")


@pytest.fixture
def endings(database: Database, records: AuditRecords) -> FamilyEndings:
    return FamilyEndings(database, records)


def test_both_are_there(endings: FamilyEndings, database: Database, records: AuditRecords) -> None:
    endings.write(END)
    assert endings.any_ended(("session:x", "grant:a"))
    assert not endings.any_ended(("session:x", "grant:b"))
    (event,) = records.tail()
    assert (event.entry.event, event.entry.client, event.entry.at) == ("refresh.reused", "portal", 100.0)
    assert records.verify() == ()


def test_an_ended_session_counts_as_well(endings: FamilyEndings, database: Database) -> None:
    Tombstones(database).add("session:x", ended_at=1.0, expires=500.0)
    assert endings.any_ended(("session:x", "grant:b"))


def test_it_may_be_written_twice(endings: FamilyEndings, records: AuditRecords) -> None:
    endings.write(END)
    endings.write(END)
    assert len(records.tail()) == 2


@pytest.mark.parametrize("broken", ["tombstones", "audit", "audit_heads"])
def test_what_cannot_be_written_as_a_whole_is_not_written(
    endings: FamilyEndings, database: Database, records: AuditRecords, broken: str
) -> None:
    with database.write() as sql:
        sql.exec_driver_sql(f"ALTER TABLE {broken} RENAME TO away")
    with pytest.raises(Unavailable):
        endings.write(END)
    with database.write() as sql:
        sql.exec_driver_sql(f"ALTER TABLE away RENAME TO {broken}")
    assert not endings.any_ended(("grant:a",))
    assert records.tail() == ()
