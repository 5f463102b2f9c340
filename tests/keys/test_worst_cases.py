"""The worst that lawful clocks, late replicas and old copies can do together, tried out whole: no verifier misses a
key. And each period counts: settings that understate one of them break somebody in the same world."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import pytest

from keys.gates import dead, ready
from keys.lifetimes import Lifetimes, problems
from keys.ring import NoKey
from tests.keys.life import QUICK, QUICK_FEDERATION
from tests.keys.wheelhouse import WANTED, Node, Wheelhouse

CLOCKS = tuple(product((-1.0, 1.0), repeat=3))
LEADERS = tuple((0, switcher, cleaner) for switcher, cleaner in product(range(3), repeat=2))


def worst(house: Wheelhouse, leaders: tuple[int, ...]) -> list[str]:
    """Two rotations and a farewell, each by its own node in the first moment that it takes for lawful, while the
    other nodes read the ring just before every change and so learn of it as late as they may."""
    publisher, switcher, cleaner = (house.nodes[number] for number in leaders)
    house.turn(publisher)
    rotated(house, publisher)
    rotated(house, switcher)
    first = min(
        (key for key in house.ring.keys if key.retired_at is not None), key=lambda key: key.retired_at or 0
    )
    old = next(
        key for key in house.ring.keys if key.retired_at == house.ring.signer(house.now + 1).active_from
    )
    assert old.kid != first.kid
    settle(house, cleaner)
    house.until(dead(old, house.facts(), house.now + cleaner.off), cleaner)
    others_read(house, cleaner)
    house.turn(cleaner)
    house.live(30.0)
    return house.failures()


def rotated(house: Wheelhouse, node: Node) -> None:
    settle(house, node)
    if house.superiors:
        house.live(15.0)  # it is late, so that its statements are what is waited for
        house.superior_polls()
    standby = house.ring.standby(WANTED[0])
    assert standby is not None
    house.until(ready(standby, house.facts(), house.now + node.off), node)
    others_read(house, node)
    before = house.version
    house.ask(node, "rotate", 0)
    assert house.version > before
    house.sign(node)


def others_read(house: Wheelhouse, leader: Node) -> None:
    for node in house.nodes:
        if node is not leader:
            house.read(node)


def settle(house: Wheelhouse, node: Node) -> None:
    """Until every node has read the ring and its clock has passed what is written there."""
    house.live(house.times.replica_delay + house.times.drift)
    house.read(node)


def outcomes(times: Lifetimes, believed: Lifetimes, *, amnesia: bool = False) -> Iterator[list[str]]:
    for clocks, leaders in product(CLOCKS, LEADERS):
        try:
            yield worst(Wheelhouse(times, clocks, believed, amnesia=amnesia), leaders)
        except NoKey as error:
            yield [str(error)]


WORLDS = {"oidc": QUICK, "federation": QUICK_FEDERATION}


@pytest.mark.parametrize("purpose", WORLDS)
def test_nobody_misses_a_key(purpose: str) -> None:
    times = WORLDS[purpose]
    assert problems(times) == []
    assert not any(outcomes(times, times))


UNDERSTATED: dict[str, tuple[str, dict[str, float]]] = {
    "oidc: replicas take longer": ("oidc", {"replica_delay": 0.0}),
    "oidc: clocks of verifiers are further off": ("oidc", {"skew": 0.0}),
    "oidc: clocks of nodes are further off": ("oidc", {"drift": 0.0}),
    "oidc: copies live longer": ("oidc", {"configuration_life": 15.0, "document_age": 7.0}),
    "oidc: tokens live longer": ("oidc", {"longest_token": 1.0}),
    "federation: replicas take longer": ("federation", {"replica_delay": 0.0}),
    "federation: clocks of verifiers are further off": ("federation", {"skew": 0.0}),
    "federation: clocks of nodes are further off": ("federation", {"drift": 0.0}),
    "federation: entity configurations live longer": ("federation", {"configuration_life": 15.0}),
    "federation: statements of superiors live longer": ("federation", {"statement_life": 5.0}),
}


@pytest.mark.parametrize("case", UNDERSTATED)
def test_settings_that_understate_a_period_break_somebody(case: str) -> None:
    purpose, wrong = UNDERSTATED[case]
    times = WORLDS[purpose]
    assert any(outcomes(times, replace(times, **wrong), amnesia=True))  # type: ignore[arg-type]


def test_the_ledger_remembers_what_settings_understate() -> None:
    understated = replace(QUICK, longest_token=1.0)
    assert not any(outcomes(QUICK, understated))
    assert any(outcomes(QUICK, understated, amnesia=True))
