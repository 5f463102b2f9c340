"""Durable data is durable, has the form that the code expects, and says in one word when it cannot be had."""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, insert, select

from idp.accounts import Account
from idp.audit import Entry
from idp.client import Client
from idp.consent import Consent
from idp.errors import Unavailable
from idp.records import authority_tables, dynamic_tables, enrolment_tables, key_tables
from idp.records import migrate as migrations
from idp.records.accounts import Accounts
from idp.records.audit import AuditRecords
from idp.records.clients import ClientRecords
from idp.records.consents import Consents
from idp.records.database import Database
from idp.records.keys import KeyRecords
from idp.records.migrate import current, migrate, newest
from idp.records.outbox import Outbox
from idp.records.secrets import Secrets
from idp.records.tables import metadata, tombstones
from idp.records.tombstones import Tombstones
from keys.seal import Kek

CLIENT = Client(client_id="c", name={}, redirect_uris=())
ACCOUNT = Account(id="1", username="li", password="x", name="李")
CONSENT = Consent(source="account", local_id="1", client_id="c", scopes=("openid",), given_at=0)
ENTRY = Entry(at=0, event="client.removed")

VERBS: dict[str, Callable[[Database], object]] = {
    "ping": lambda data: data.ping(),
    "migrate": migrate,
    "clients find": lambda data: ClientRecords(data).find("c"),
    "clients list": lambda data: ClientRecords(data).list(),
    "clients add": lambda data: ClientRecords(data).add(CLIENT),
    "clients replace": lambda data: ClientRecords(data).replace(CLIENT),
    "clients remove": lambda data: ClientRecords(data).remove("c"),
    "accounts find": lambda data: Accounts(data).find("li"),
    "accounts list": lambda data: Accounts(data).list(),
    "accounts add": lambda data: Accounts(data).add(ACCOUNT),
    "accounts set_password": lambda data: Accounts(data).set_password("1", "x"),
    "accounts set_disabled": lambda data: Accounts(data).set_disabled("1", True),
    "accounts remove": lambda data: Accounts(data).remove("1"),
    "keys load": lambda data: KeyRecords(data).load("oidc"),
    "keys save": lambda data: KeyRecords(data).save("oidc", 0, ()),
    "secrets": lambda data: Secrets(data, Kek(b"k" * 32)).get_or_create("pairwise"),
    "audit append": lambda data: AuditRecords(data, "gd").append(ENTRY),
    "audit tail": lambda data: AuditRecords(data, "gd").tail(),
    "audit verify": lambda data: AuditRecords(data, "gd").verify(),
    "consents find": lambda data: Consents(data).find("account", "1", "c"),
    "consents give": lambda data: Consents(data).give(CONSENT),
    "consents withdraw": lambda data: Consents(data).withdraw("account", "1", "c"),
    "outbox add": lambda data: Outbox(data).add("logout_token", "c", {}, 0),
    "outbox due": lambda data: Outbox(data).due(0),
    "outbox done": lambda data: Outbox(data).done("1", 0),
    "outbox retry": lambda data: Outbox(data).retry("1", 0),
    "outbox park": lambda data: Outbox(data).park("1", 0),
    "outbox counts": lambda data: Outbox(data).counts(),
    "outbox prune": lambda data: Outbox(data).prune(0),
    "tombstones add": lambda data: Tombstones(data).add("s", ended_at=0, expires=1),
    "tombstones ended": lambda data: Tombstones(data).ended("s"),
    "tombstones prune": lambda data: Tombstones(data).prune(0),
}


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_says_unavailable_when_the_file_is_no_database(tmp_path: Path, verb: str) -> None:
    (tmp_path / "broken.sqlite").write_bytes(b"not a database " * 100)
    with pytest.raises(Unavailable) as caught:
        VERBS[verb](Database(f"sqlite:///{tmp_path}/broken.sqlite"))
    assert caught.value.part == "records"


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_works_on_a_fresh_database(database: Database, verb: str) -> None:
    VERBS[verb](database)


def test_an_error_tells_no_value(database: Database) -> None:
    with database.write() as sql:
        sql.exec_driver_sql("DROP TABLE accounts")
    with pytest.raises(Unavailable) as caught:
        Accounts(database).find("secret-name")
    assert "secret-name" not in caught.value.cause + str(caught.value.__cause__)


def test_the_migrations_make_what_the_tables_say(database: Database) -> None:
    rooms = (authority_tables, dynamic_tables, enrolment_tables, key_tables)
    assert {room.metadata for room in rooms} == {metadata}
    with database.read() as sql:
        assert compare_metadata(MigrationContext.configure(sql), metadata) == []


def test_the_newest_form_is_the_one_that_the_chain_of_migrations_ends_in(database: Database) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_current_head() == newest() == current(database)


def test_a_database_of_a_newer_version_is_used_as_it_is(database: Database) -> None:
    with database.write() as sql:
        sql.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    migrate(database)
    assert current(database) == "9999"
    assert Accounts(database).add(ACCOUNT)


def test_migrating_again_changes_nothing(database: Database) -> None:
    Accounts(database).add(ACCOUNT)
    migrate(database)
    assert Accounts(database).find("li") == ACCOUNT


def test_processes_that_start_together_make_one_database(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new/manyou.sqlite"
    program = (
        "from idp.records.database import Database; from idp.records.migrate import migrate;"
        f"data = Database({url!r}); input(); migrate(data); data.ping()"
    )
    starts = [subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE) for _ in range(3)]
    for one in starts:
        assert one.stdin is not None
        one.stdin.write(b"\n")
        one.stdin.flush()
    assert [one.wait(30) for one in starts] == [0, 0, 0]
    for one in starts:
        assert one.stdin is not None
        one.stdin.close()


def test_a_migration_that_fails_half_way_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(f"sqlite:///{tmp_path}/manyou.sqlite")
    with database.write() as sql:
        sql.exec_driver_sql(
            "CREATE TABLE tombstones (theirs INTEGER)"
        )  # the last table to be made is in the way
    with pytest.raises(Unavailable):
        migrate(database)
    with database.read() as sql:
        tables = sql.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars().all()
    assert tables == ["tombstones"]


def test_what_is_acknowledged_survives_a_loss_of_power(database: Database) -> None:
    """As far as SQLite promises it: a write-ahead log that is synced at each commit."""
    with database.read() as sql:
        modes = [sql.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")]
    assert modes == ["wal", 2]


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/data/manyou.sqlite")
    migrate(database)
    Accounts(database).add(ACCOUNT)
    made = [tmp_path / "data", *(tmp_path / "data").iterdir()]
    assert len(made) >= 4
    assert [path.name for path in made if path.stat().st_mode & 0o077] == []


def test_a_place_where_no_file_can_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file, not a folder")
    with pytest.raises(Unavailable, match="records"):
        Database(f"sqlite:///{tmp_path}/data/manyou.sqlite")


def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    row = {"session_key": "s", "ended_at": 0, "expires": 1}
    with pytest.raises(Unavailable), database.write() as sql:
        sql.execute(insert(tombstones), [row, row])
    assert not Tombstones(database).ended("s")


def test_many_writers_wait_for_each_other_instead_of_failing(database: Database) -> None:
    gate = Barrier(8)

    def write(number: int) -> None:
        gate.wait()
        for each in range(10):
            with database.write() as sql:  # reads first, then writes: the order in which a lazy lock fails
                count = sql.execute(select(func.count()).select_from(tombstones)).scalar_one()
                row = {"session_key": f"{number}-{each}", "ended_at": count, "expires": 1}
                sql.execute(insert(tombstones).values(row))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(8)))
    with database.read() as sql:
        assert sorted(sql.execute(select(tombstones.c.ended_at)).scalars()) == list(range(80))


def test_readers_are_not_held_up_by_a_writer(database: Database) -> None:
    writing, leave = threading.Event(), threading.Event()

    def write() -> None:
        with database.write() as sql:
            sql.execute(insert(tombstones).values(session_key="s", ended_at=0, expires=1))
            writing.set()
            leave.wait(5)

    thread = threading.Thread(target=write)
    thread.start()
    writing.wait(5)
    assert not Tombstones(database).ended("s")
    leave.set()
    thread.join()
    assert Tombstones(database).ended("s")


def test_a_database_that_cannot_be_written_is_unavailable_and_can_still_be_read(database: Database) -> None:
    Accounts(database).add(ACCOUNT)
    with database.engine.connect() as sql:
        sql.exec_driver_sql("PRAGMA query_only=ON")
    with pytest.raises(Unavailable):
        Accounts(database).set_disabled("1", True)
    assert Accounts(database).find("li") == ACCOUNT


def test_the_driver_of_the_tests_is_the_driver_of_the_product() -> None:
    assert sqlite3.sqlite_version_info >= (3, 35)
