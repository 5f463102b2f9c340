"""Chains are read again ahead of time, spread over a while, and never lost to silence."""

from collections.abc import Mapping
from typing import Any

import pytest

from federation.resolve import Page
from federation.resolve.refreshing import AT_ONCE
from keys.ring import KeyRing
from tests.federation.country import Country
from tests.federation.resolve.world import TYPE, World
from tests.federation.world import made


@pytest.fixture
def world() -> World:
    world = World()
    world.resolver.resolve(world.id("portal"))
    world.net.asked.clear()
    return world


def at(world: World, share: float, life: int = 86_400) -> None:
    world.clock.now = world.country.now = 1_800_000_000.0 + share * life


def test_nothing_is_read_again_before_45_percent_of_its_life(world: World) -> None:
    at(world, 0.449)
    assert world.resolver.refresh() == 0
    assert world.net.asked == {}


def test_all_is_read_again_before_83_percent_of_its_life(world: World) -> None:
    for share in (0.5, 0.6, 0.7, 0.8, 0.826):
        at(world, share)
        world.resolver.resolve(world.id("portal"))
        world.resolver.refresh()
    chain = world.resolver.at_hand(world.id("portal"))
    assert chain is not None
    assert chain.expires > 1_800_000_000 + 86_400
    assert {(name, name) for name in ("portal", "gz", "gd", "anchor")} & set(world.net.asked)


def test_who_asks_meanwhile_waits_for_nothing(world: World) -> None:
    at(world, 0.8)
    world.resolver.refresh()
    world.net.asked.clear()
    at(world, 1.2)
    assert world.resolver.resolve(world.id("portal")).expires > world.clock.now
    assert world.net.asked == {}


def test_silence_takes_nothing_back_and_is_not_asked_without_end(world: World) -> None:
    world.net.down |= set(world.country.rings)
    at(world, 0.9)
    world.resolver.refresh()
    assert world.resolver.at_hand(world.id("portal")) is not None
    asked = sum(world.net.asked.values())
    for _ in range(5):
        world.resolver.refresh()
    assert sum(world.net.asked.values()) == asked


@pytest.mark.parametrize("status", [404, 410, 400, 302, 500])
def test_an_unsigned_answer_takes_nothing_back(world: World, status: int) -> None:
    for name in (("gz", "portal"), ("gd", "gz"), ("anchor", "gd")):
        world.net.answers[name] = Page(status, "", b"")
    at(world, 0.9)
    world.resolver.refresh()
    assert world.resolver.at_hand(world.id("portal")) is not None


def test_a_signed_statement_that_makes_no_chain_any_more_ends_it(world: World) -> None:
    world.net.changes[("anchor", "gd")] = {"constraints": {"max_path_length": 0}}
    at(world, 0.9)
    world.resolver.refresh()
    assert world.resolver.at_hand(world.id("portal")) is None


def test_a_new_policy_counts_from_the_next_reading(world: World) -> None:
    policy = {"openid_relying_party": {"scope": {"value": "openid"}}}
    world.net.changes[("gz", "portal")] = {"metadata_policy": policy}
    at(world, 0.9)
    world.resolver.refresh()
    chain = world.resolver.at_hand(world.id("portal"))
    assert chain is not None
    assert chain.statements[1].claims["metadata_policy"] == policy


def test_a_change_of_keys_between_two_readings_is_followed(world: World) -> None:
    world.country.rings["gd"] = KeyRing(purpose="federation", keys=(made(issuer=world.id("gd")),))
    at(world, 0.9)
    world.resolver.refresh()
    chain = world.resolver.at_hand(world.id("portal"))
    assert chain is not None
    assert chain.statement_of(world.id("anchor"), world.id("gd")).jwks == world.country.jwks("gd")  # type: ignore[union-attr]


def test_what_nobody_uses_is_let_go(world: World) -> None:
    at(world, 0.9)
    world.resolver.refresh()
    world.net.asked.clear()
    at(world, 1.8)
    assert world.resolver.refresh() == 0
    assert world.net.asked == {}


def test_a_round_is_bounded() -> None:
    world = World(Country({f"p{number}": "anchor" for number in range(25)}, kinds={}))
    for number in range(25):
        world.resolver.resolve(world.id(f"p{number}"))
    at(world, 0.9)
    assert [world.resolver.refresh() for _ in range(4)] == [AT_ONCE, AT_ONCE, 5, 0]


def test_what_another_process_read_is_not_read_again(world: World) -> None:
    other = world.another()
    other.resolve(world.id("portal"))
    at(world, 0.9)
    world.resolver.refresh()
    world.net.asked.clear()
    other.refresh()
    assert world.net.asked == {}
    chain = other.at_hand(world.id("portal"))
    assert chain is not None
    assert chain.expires > world.clock.now + 80_000


def test_readings_are_spread_over_time() -> None:
    world = World(Country({f"p{number}": "anchor" for number in range(40)}, kinds={}))
    for number in range(40):
        world.resolver.resolve(world.id(f"p{number}"))
    counts = []
    for share in (0.45, 0.5, 0.55, 0.6, 0.65, 0.7):
        at(world, share)
        counts.append(world.resolver.refresh())
    assert sum(1 for count in counts if count) >= 3


def changes(endpoint: str) -> Mapping[str, Any]:
    return {"source_endpoint": endpoint}


def test_a_statement_is_read_again_at_its_source_endpoint() -> None:
    world = World()
    world.net.changes[("gz", "portal")] = changes(f"{world.id('gz')}/source")
    world.resolver.resolve(world.id("portal"))
    world.net.urls.clear()
    at(world, 0.9)
    world.resolver.refresh()
    assert any(url.startswith(f"{world.id('gz')}/source?sub=") for url in world.net.urls)
    assert not any(url.startswith(f"{world.id('gz')}/federation/fetch") for url in world.net.urls)


def test_a_source_endpoint_that_fails_is_replaced_by_what_the_superior_says_now() -> None:
    world = World()
    world.net.changes[("gz", "portal")] = changes("https://gone.example/source")
    world.net.down.add("gone")
    first = world.resolver.resolve(world.id("portal"))
    world.net.urls.clear()
    at(world, 0.9)
    world.resolver.refresh()
    chain = world.resolver.at_hand(world.id("portal"))
    assert chain is not None
    assert chain.statements[1].issued > first.statements[1].issued
    assert any(url.startswith(f"{world.id('gz')}/federation/fetch") for url in world.net.urls)


@pytest.mark.parametrize(
    "endpoint", ["http://169.254.169.254/", "file:///etc/passwd", "https://u@gz.example/"]
)
def test_a_source_endpoint_is_held_to_the_same_rules_as_any_address(endpoint: str) -> None:
    world = World()
    world.net.changes[("gz", "portal")] = changes(endpoint)
    report = world.resolver.explain(world.id("portal"))
    if report.chain is not None:
        world.resolver.resolve(world.id("portal"))
        at(world, 0.9)
        world.resolver.refresh()
    assert not any(url.startswith(endpoint) for url in world.net.urls)


@pytest.mark.parametrize("dropped", [False, True])
def test_what_is_dropped_while_it_is_read_again_does_not_come_back(world: World, dropped: bool) -> None:
    def answer() -> Page:
        if dropped:
            world.resolver.drop(world.id("gz"), world.id("portal"))
        return Page(200, TYPE, world.net.token("portal", "portal").encode())

    world.net.answers[("portal", "portal")] = answer
    at(world, 0.9)
    world.resolver.refresh()
    assert world.net.asked[("portal", "portal")] == 1
    assert (world.resolver.at_hand(world.id("portal")) is None) == dropped
