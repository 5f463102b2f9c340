"""Climbing finds the way to a pinned anchor, asks for each document once, and stops at its budgets."""

import pytest

from tests.federation.resolve.world import World


@pytest.fixture
def world() -> World:
    return World()


def test_a_portal_of_four_levels_is_resolved_with_one_fetch_of_each_statement(world: World) -> None:
    chain = world.resolver.resolve(world.id("portal"))
    assert chain.superiors == tuple(map(world.id, ("gz", "gd", "anchor")))
    assert set(world.net.asked.values()) == {1}
    assert sum(world.net.asked.values()) == 7
