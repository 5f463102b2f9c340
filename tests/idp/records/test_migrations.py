"""What lay in the tables before a migration lies in them after it."""

from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from idp.records import migrate as migrations
from idp.records.database import Database
from idp.records.keys import KeyRecords
from idp.records.migrate import current, migrate
from keys.seal import Kek, seal, unseal
from tests.keys.forge import NOW, key

KEK = Kek(b"k" * 32)


@pytest.fixture
def first(tmp_path: Path) -> Database:
    """A database in its first form."""
    made = Database(f"sqlite:///{tmp_path}/manyou.sqlite")
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent / "migrations"))
    with made.engine.connect() as connection:
        config.attributes["connection"] = connection.execution_options(writes=True)
        command.upgrade(config, "0001")
    return made


def test_keys_keep_their_dates_and_their_private_halves(first: Database) -> None:
    row = seal(KEK, key())
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
    opened = unseal(KEK, stored)
    assert (version, opened.kid, opened.public) == (1, row.kid, row.public)
    assert (opened.generated, opened.published, opened.active_from) == (NOW - 9, NOW - 9, NOW - 5)
    assert (opened.compromised_at, opened.retired_at, opened.destroyed_at) == (NOW, None, None)


def test_a_key_without_a_private_half_can_be_kept(first: Database) -> None:
    migrate(first)
    row = seal(KEK, replace(key(), private=None, destroyed_at=NOW, reason="superseded"))
    assert KeyRecords(first).save("oidc", 0, [row])
    assert KeyRecords(first).load("oidc") == (1, (row,))
    assert unseal(KEK, row).public == key().public
