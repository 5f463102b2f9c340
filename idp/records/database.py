"""Database: owns the engine and the two ways to open a transaction. Does not know what is in the tables."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import SQLAlchemyError

from idp.errors import Unavailable

# Seconds that one writer waits for another; a request lives 5 s altogether.
_BUSY_SECONDS = 3


class Database:
    """Durable data at a URL.

    SQLite runs with `synchronous=FULL`: in WAL mode `NORMAL` may lose the last commits when the power fails,
    and what is written here (a logout, an audit event, a key) is acknowledged to people only after it was
    written (I4, I6). That costs one fsync per change, and changes are rare: codes and tokens are not among
    them.

    Args:
        url: `sqlite:////absolute/path`, or another URL of SQLAlchemy.

    Raises:
        Unavailable: `records`; the file cannot be made.
    """

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.engine: Engine = create_engine(self.url, pool_timeout=_BUSY_SECONDS, hide_parameters=True)
        if self.file is not None:
            _create(self.file)
        if self.sqlite:
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)

    @property
    def sqlite(self) -> bool:
        """Whether the database is a file (or memory) of our own."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def file(self) -> Path | None:
        """SQLite's file, or None."""
        name = self.url.database if self.sqlite else None
        return Path(name) if name and name != ":memory:" else None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that changes nothing.

        Raises:
            Unavailable: `records`.
        """
        with _typed(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is committed at the end, or not at all.

        Raises:
            Unavailable: `records`.
        """
        with _typed(), self.engine.connect() as connection:
            writing = connection.execution_options(writes=True)
            with writing.begin():
                yield writing

    def ping(self) -> None:
        """Return when SQL answers.

        Raises:
            Unavailable: `records`.
        """
        with self.read() as connection:
            connection.exec_driver_sql("SELECT 1")

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()


def _create(file: Path) -> None:
    """Make the file so that only its owner can read it; SQLite gives its companions the same mode."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise Unavailable("records", f"{file}: {error.strerror}") from error


@contextmanager
def _typed() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        # Class names only: a driver's text may quote values.
        origin = getattr(error, "orig", None)
        raise Unavailable("records", f"{type(error).__name__} {type(origin).__name__}") from error


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions are ours to begin, see below
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={_BUSY_SECONDS * 1000}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "trusted_schema=OFF",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A reader that turns writer fails at once if somebody wrote meanwhile; one that begins as a writer waits.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
