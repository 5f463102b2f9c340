"""A fresh database in a file, brought to the newest form."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from idp.records.database import Database
from idp.records.migrate import migrate


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path}/manyou.sqlite")
    migrate(made)
    yield made
    made.close()
