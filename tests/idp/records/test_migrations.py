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
from keys.private import pack
from keys.seal import Kek, SealError, seal, unseal, wrap
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
