"""Migrate: owns bringing a database to the form that this version expects. Does not know what is in it.

SQLite's form is made at start, by whoever comes first: processes that start together wait for each other at a
file lock.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import SQLAlchemyError

from idp.errors import Unavailable
from idp.records.database import Database


def migrate(database: Database) -> None:
    """Bring the tables to the newest form; returns at once when they have it.

    Raises:
        Unavailable: `records`.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    newest = ScriptDirectory.from_config(config).get_current_head()
    with _alone(database.file):
        try:
            if _current(database) == newest:
                return
            with database.engine.connect() as connection:
                config.attributes["connection"] = connection.execution_options(writes=True)
                command.upgrade(config, "head")
        except SQLAlchemyError as error:
            raise Unavailable("records", f"migration: {type(error).__name__}") from error


def _current(database: Database) -> str | None:
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


@contextmanager
def _alone(file: Path | None) -> Iterator[None]:
    if file is None:
        yield
        return
    handle = os.open(f"{file}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
