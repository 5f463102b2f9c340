"""A country of its own for each story: keys are made once for a whole test session, all else is copied.

The country is imported when the first story is told, so that suites of single rooms do not load all of it.
"""

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.country.chained import ChainedWorld
    from tests.country.world import World

_NUMBERS = itertools.count()


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A country where everybody has keys; copied for each story."""
    from tests.country.world import found

    folder = tmp_path_factory.mktemp("country")
    found(folder)
    return folder


@pytest.fixture
def world(valkey_url: str, founded: Path, tmp_path: Path) -> "Iterator[World]":
    """The country, nobody signed in."""
    from tests.country.world import World

    shutil.copytree(founded, tmp_path / "country")
    made = World(valkey_url, tmp_path / "country", f"world{next(_NUMBERS)}")
    yield made
    made.close()


@pytest.fixture
def chained(valkey_url: str, founded: Path, tmp_path: Path) -> "Iterator[ChainedWorld]":
    """The country as it trusts by chain, nobody signed in."""
    from tests.country.chained import ChainedWorld

    shutil.copytree(founded, tmp_path / "country")
    made = ChainedWorld(valkey_url, tmp_path / "country", f"world{next(_NUMBERS)}")
    yield made
    made.close()
