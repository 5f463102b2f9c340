"""Fixtures of the OAuth room."""

import pytest

from tests.idp.oauth.place import Place


@pytest.fixture
def place() -> Place:
    return Place()
