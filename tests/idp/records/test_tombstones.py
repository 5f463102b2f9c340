"""A session that has ended stays ended for as long as anything of it could be alive."""

import pytest

from idp.records.database import Database
from idp.records.tombstones import Tombstones


@pytest.fixture
def tombstones(database: Database) -> Tombstones:
    return Tombstones(database)


def test_what_has_ended_has_ended_at_every_node(tombstones: Tombstones, database: Database) -> None:
    tombstones.add("session:a", ended_at=10, expires=100)
    assert Tombstones(database).ended("session:a")


def test_what_has_not_ended_has_not(tombstones: Tombstones) -> None:
    tombstones.add("session:a", ended_at=10, expires=100)
    assert not tombstones.ended("session:b")


def test_ending_twice_is_ending_once_and_for_as_long_as_the_longer(tombstones: Tombstones) -> None:
    tombstones.add("session:a", ended_at=10, expires=100)
    tombstones.add("session:a", ended_at=11, expires=200)
    tombstones.add("session:a", ended_at=12, expires=50)
    assert tombstones.prune(150) == 0
    assert tombstones.ended("session:a")


def test_tombstones_go_when_nothing_could_be_alive_any_more_and_not_before(tombstones: Tombstones) -> None:
    tombstones.add("session:a", ended_at=10, expires=100)
    tombstones.add("session:b", ended_at=10, expires=300)
    assert tombstones.prune(100) == 0
    assert tombstones.prune(101) == 1
    assert not tombstones.ended("session:a")
    assert tombstones.ended("session:b")
