"""What lay in the tables before a migration lies in them after it."""

from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import inspect

from idp.records import migrate as migrations
from idp.records.database import Database
from idp.records.keys import KeyRecords
from idp.records.migrate import current, migrate
from keys.private import pack
from keys.seal import Kek, SealError, seal, unseal, wrap
from tests.keys.forge import NOW, key

KEK = Kek(b"k" * 32)


RELEASED = "0004"  # the newest in 0.1.0


def upgrade(database: Database, version: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent / "migrations"))
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection.execution_options(writes=True)
        command.upgrade(config, version)


def form(database: Database) -> dict[str, dict[str, tuple[str, bool]]]:
    """Type and nullability of each column of each table."""
    seen = inspect(database.engine)
    return {
        table: {one["name"]: (str(one["type"]), one["nullable"]) for one in seen.get_columns(table)}
        for table in seen.get_table_names()
    }


@pytest.fixture
def first(tmp_path: Path) -> Database:
    """A database in its first form."""
    made = Database(f"sqlite:///{tmp_path}/manyou.sqlite")
    upgrade(made, "0001")
    return made


def test_keys_keep_their_dates_and_a_seal_that_does_not_cover_them_is_refused(first: Database) -> None:
    row = seal(KEK, key(), version=1)
    row = replace(row, sealed=wrap(KEK, ("key", row.purpose, row.issuer, row.kid), pack(key().private)))
    with first.write() as sql:
        sql.exec_driver_sql("INSERT INTO key_rings VALUES ('oidc', 1)")
        sql.exec_driver_sql(
            "INSERT INTO keys (purpose, kid, alg, issuer, sealed, announced, active_from, revoked)"
            " VALUES ('oidc', ?, 'ES256', ?, ?, ?, ?, ?)",
            (row.kid, row.issuer, row.sealed, NOW - 9, NOW - 5, NOW),
        )
    migrate(first)
    assert current(first) >= "0002"  # type: ignore[operator]
    version, (stored,) = KeyRecords(first).load("oidc")
    assert (version, stored.kid, stored.sealed) == (1, row.kid, row.sealed)
    assert (stored.generated, stored.published, stored.active_from) == (NOW - 9, NOW - 9, NOW - 5)
    assert (stored.compromised_at, stored.retired_at, stored.destroyed_at) == (NOW, None, None)
    with pytest.raises(SealError, match="foreign"):
        unseal(KEK, stored, version=1)


def test_a_key_without_a_private_half_can_be_kept(first: Database) -> None:
    migrate(first)
    row = seal(KEK, replace(key(), private=None, destroyed_at=NOW, reason="superseded"), version=1)
    assert KeyRecords(first).save("oidc", 0, [row])
    assert KeyRecords(first).load("oidc") == (1, (row,))
    assert unseal(KEK, row, version=1).public == key().public


def test_what_came_after_the_first_release_only_adds(first: Database) -> None:
    """A process of the release before still runs beside, and finds every table and column as it was."""
    upgrade(first, RELEASED)
    before = form(first)
    migrate(first)
    after = form(first)
    assert current(first) != RELEASED
    assert {
        table: {name: after[table].get(name) for name in columns} for table, columns in before.items()
    } == before
    assert after.keys() > before.keys()


def test_an_old_database_comes_to_the_form_of_a_new_one(first: Database, tmp_path: Path) -> None:
    migrate(first)
    new = Database(f"sqlite:///{tmp_path}/new.sqlite")
    migrate(new)
    assert form(first) == form(new)
