"""Fixtures: an anchor of two processes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from idp.records.database import Database
from tests.idp.authority.place import Moved, Process, opened


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = opened(tmp_path)
    yield made
    made.close()


@pytest.fixture
def clock() -> Moved:
    return Moved()


@pytest.fixture
def anchor(database: Database, clock: Moved) -> Process:
    return Process(database, clock)


@pytest.fixture
def other(database: Database, clock: Moved) -> Process:
    return Process(database, clock)
