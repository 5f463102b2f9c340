"""Fixtures: an anchor's office."""

import pytest

from idp.records.database import Database
from tests.idp.authority.enrolment.office import Office
from tests.idp.authority.place import Moved


@pytest.fixture
def office(database: Database, clock: Moved) -> Office:
    return Office(database, clock)
