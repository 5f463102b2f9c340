"""Migrate: owns bringing a database to the form that this version expects. Does not know what is in it.

SQLite's form is made at start, by whoever comes first: processes that start together wait for each other at a
file lock. Alembic is imported only when there is something to do, since it doubles the time of a start.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import inspect
from sqlalchemy.exc import SQLAlchemyError

from idp.errors import Unavailable
from idp.records.database import Database

_FOLDER = Path(__file__).parent / "migrations"


def migrate(database: Database) -> None:
    """Bring the tables to the newest form; returns at once when they have it or a newer one.

    Raises:
        Unavailable: `records`; the form that was there is there still.
    """
    if _ready(database):
        return
    with _alone(database.file):
        if not _ready(database):
            _upgrade(database)


def newest() -> str:
    """The newest form's number: migrations are files named `v<number>_<what>.py`."""
    return max(path.name[1:].split("_", 1)[0] for path in (_FOLDER / "versions").glob("v*.py"))


def current(database: Database) -> str | None:
    """The number of the form that the tables have, None for an empty database.

    Raises:
        Unavailable: `records`.
    """
    with database.read() as sql:
        if not inspect(sql).has_table("alembic_version"):
            return None
        number = sql.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return None if number is None else str(number)


def _ready(database: Database) -> bool:
    # Newer is fine: a migration leaves what the version before needs, so that both can run side by side
    # (I15).
    found = current(database)
    return found is not None and found >= newest()


def _upgrade(database: Database) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    try:
        with database.engine.connect() as connection:
            config.attributes["connection"] = connection.execution_options(writes=True)
            command.upgrade(config, "head")
    except SQLAlchemyError as error:
        raise Unavailable("records", f"migration: {type(error).__name__}") from error


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
