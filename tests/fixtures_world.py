"""A country of its own for each story: keys are made once for a whole test session, all else is copied."""

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.country.world import World, found

_NUMBERS = itertools.count()


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A country where everybody has keys; copied for each story."""
    folder = tmp_path_factory.mktemp("country")
    found(folder)
    return folder


@pytest.fixture
def world(valkey_url: str, founded: Path, tmp_path: Path) -> Iterator[World]:
    """The country, nobody signed in."""
    shutil.copytree(founded, tmp_path / "country")
    made = World(valkey_url, tmp_path / "country", f"world{next(_NUMBERS)}")
    yield made
    made.close()
