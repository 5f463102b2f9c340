"""One folder of tokens for the whole process: SoftHSM reads where it is only once."""

from pathlib import Path

import pytest

from tests.keys.hsm.softhsm import Slot, open_slot


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("softhsm")


@pytest.fixture
def slot(place: Path) -> Slot:
    return open_slot(place)
