"""The audit chain: what was written stays as it was written, or `verify` says where it does not."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import text

from idp.audit import Entry
from idp.records import audit as chain
from idp.records.audit import AuditRecords, Break
from idp.records.database import Database


def _entry(number: int) -> Entry:
    return Entry(
        at=1000.125 + number,
        event="signin.succeeded",
        subject=f"{number:032x}",
        client="门户",
        incident="MY-1",
        details={"n": number, "method": "pwd", "ratio": 0.1, "fresh": True, "none": None},
    )


@pytest.fixture
def records(database: Database) -> AuditRecords:
    made = AuditRecords(database, "gd")
    for number in range(5):
        made.append(_entry(number))
    return made


def _do(database: Database, statement: str) -> None:
    with database.write() as sql:
        sql.execute(text(statement))


def test_entries_come_back_equal_in_order(records: AuditRecords) -> None:
    tail = records.tail(3)
    assert [one.entry for one in tail] == [_entry(2), _entry(3), _entry(4)]
    assert [(one.node, one.seq) for one in tail] == [("gd", 3), ("gd", 4), ("gd", 5)]


def test_the_tail_can_be_of_one_event(records: AuditRecords) -> None:
    records.append(Entry(at=1, event="client.removed"))
    records.append(_entry(9))
    assert [one.entry.event for one in records.tail(event="client.removed")] == ["client.removed"]


def test_an_untouched_chain_holds(records: AuditRecords) -> None:
    assert records.verify() == ()
    assert records.heads() == {"gd": (5, records.tail(1)[0].hash)}


def test_an_empty_chain_holds(database: Database) -> None:
    assert AuditRecords(database, "gd").verify() == ()


FORGERIES = {
    "a changed fact": (
        "UPDATE audit SET details = '{}' WHERE seq = 3",
        Break(node="gd", seq=3, reason="changed"),
    ),
    "a changed subject": (
        "UPDATE audit SET subject = '' WHERE seq = 3",
        Break(node="gd", seq=3, reason="changed"),
    ),
    "a changed client": (
        "UPDATE audit SET client = 'x' WHERE seq = 3",
        Break(node="gd", seq=3, reason="changed"),
    ),
    "a changed event": (
        "UPDATE audit SET event = 'signin.failed' WHERE seq = 3",
        Break(node="gd", seq=3, reason="changed"),
    ),
    "a changed time": (
        "UPDATE audit SET at = at + 0.5 WHERE seq = 3",
        Break(node="gd", seq=3, reason="changed"),
    ),
    "a changed incident": (
        "UPDATE audit SET incident = '' WHERE seq = 3",
        Break(node="gd", seq=3, reason="changed"),
    ),
    "a changed hash": (
        "UPDATE audit SET hash = prev WHERE seq = 3",
        Break(node="gd", seq=3, reason="changed"),
    ),
    "a changed link": (
        "UPDATE audit SET prev = hash WHERE seq = 3",
        Break(node="gd", seq=3, reason="changed"),
    ),
    "a deleted row": ("DELETE FROM audit WHERE seq = 3", Break(node="gd", seq=3, reason="missing")),
    "the first row deleted": ("DELETE FROM audit WHERE seq = 1", Break(node="gd", seq=1, reason="missing")),
    "the last row deleted": ("DELETE FROM audit WHERE seq = 5", Break(node="gd", seq=5, reason="end")),
    "all rows deleted": ("DELETE FROM audit", Break(node="gd", seq=1, reason="end")),
    "the head deleted": ("DELETE FROM audit_heads", Break(node="gd", seq=5, reason="head")),
    "a row put in": (
        "INSERT INTO audit SELECT node, 6, at, event, subject, client, incident, details, hash, prev"
        " FROM audit WHERE seq = 5; ",
        None,
    ),
    "a row moved to another node": (
        "UPDATE audit SET node = 'zj' WHERE seq = 5",
        Break(node="gd", seq=5, reason="end"),
    ),
}


@pytest.mark.parametrize("name", [name for name in FORGERIES if FORGERIES[name][1]])
def test_a_forgery_is_found(records: AuditRecords, database: Database, name: str) -> None:
    statement, found = FORGERIES[name]
    _do(database, statement)
    assert found in records.verify()


def test_a_row_put_in_at_the_end_breaks_what_is_appended_next(
    records: AuditRecords, database: Database
) -> None:
    _do(database, FORGERIES["a row put in"][0])
    _do(database, "UPDATE audit_heads SET seq = 6")
    assert records.verify() == (Break(node="gd", seq=6, reason="changed"),)


def test_two_rows_cannot_change_places(records: AuditRecords, database: Database) -> None:
    for statement in (
        "UPDATE audit SET seq = 99 WHERE seq = 3",
        "UPDATE audit SET seq = 3 WHERE seq = 4",
        "UPDATE audit SET seq = 4 WHERE seq = 99",
    ):
        _do(database, statement)
    assert records.verify() == (Break(node="gd", seq=3, reason="changed"),)


def test_a_chain_written_anew_is_shown_by_a_head_kept_elsewhere(
    records: AuditRecords, database: Database
) -> None:
    kept = records.heads()
    _do(database, "DELETE FROM audit")
    _do(database, "DELETE FROM audit_heads")
    for number in range(5):
        records.append(_entry(number + 1))
    assert records.verify() == ()
    assert records.heads() != kept


def test_nodes_have_chains_of_their_own(records: AuditRecords, database: Database) -> None:
    other = AuditRecords(database, "zj")
    other.append(_entry(0))
    assert [one.seq for one in other.tail()] == [1]
    assert other.verify() == records.verify() == ()
    _do(database, "UPDATE audit SET client = 'x' WHERE node = 'zj'")
    assert records.verify() == (Break(node="zj", seq=1, reason="changed"),)


def test_many_that_append_at_once_make_one_chain(records: AuditRecords, database: Database) -> None:
    gate = Barrier(8)

    def append(number: int) -> None:
        gate.wait()
        for each in range(5):
            AuditRecords(database, "gd").append(_entry(100 * number + each))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(append, range(8)))
    assert records.verify() == ()
    assert [one.seq for one in records.tail(100)] == list(range(1, 46))


def test_a_long_chain_is_read_page_by_page(records: AuditRecords, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "_PAGE", 2)
    assert records.verify() == ()
    for number in range(5, 9):
        records.append(_entry(number))
    assert records.verify() == ()
