"""Fixtures: an anchor over HTTP."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.idp.authority.node import authority, client
from tests.idp.authority.place import Moved
from tests.idp.web.federation.superior import Superior


@pytest.fixture
def superior(tmp_path: Path) -> Iterator[Superior]:
    clock = Moved()
    node = authority(tmp_path, clock=clock)
    yield Superior(node, clock, client(node))
    node.stop()
