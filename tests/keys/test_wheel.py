"""The nine invariants of a key's life hold whatever happens to the nodes that turn its wheel."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keys.change import Refused
from keys.gates import dead, ready
from keys.lifetimes import Lifetimes, problems
from keys.plan import currents
from keys.rotation import rollback
from tests.keys.life import QUICK, QUICK_FEDERATION
from tests.keys.wheelhouse import WANTED, Node, Wheelhouse

Act = tuple[str, int, float]

NODES = st.integers(0, 2)
WAITS = st.sampled_from([0.1, 0.5, 1.0, 2.0, 4.0, 4.9, 5.0, 5.1, 8.0, 15.0, 21.0, 30.0, 41.0, 120.0])
OFFSETS = st.lists(st.sampled_from([-1.0, -0.5, 0.0, 0.5, 1.0]), min_size=3, max_size=3)
ACTS = st.one_of(
    st.tuples(st.just("wait"), NODES, WAITS),
    st.tuples(st.just("sign"), NODES, WAITS),
    st.tuples(st.just("read"), NODES, WAITS),
    st.tuples(st.just("turn"), NODES, WAITS),
    st.tuples(st.just("late turn"), NODES, WAITS),
    st.tuples(st.just("crash"), NODES, st.integers(0, 4).map(float)),
    st.tuples(st.just("rotate"), NODES, WAITS),
    st.tuples(st.just("rollback"), NODES, WAITS),
    st.tuples(st.just("poll"), NODES, WAITS),
    st.tuples(st.just("round"), NODES, WAITS),
    st.tuples(st.just("live"), NODES, WAITS),
    st.tuples(st.just("switch"), NODES, WAITS),
    st.tuples(st.just("leave"), NODES, WAITS),
)
EMERGENCIES = st.tuples(st.just("revoke"), NODES, st.integers(0, 9).map(float))


def act(house: Wheelhouse, what: str, number: int, value: float) -> None:
    node = house.nodes[number]
    acts: dict[str, Callable[[], None]] = {
        "wait": lambda: house.pass_time(value),
        "sign": lambda: house.sign(node),
        "read": lambda: house.read(node),
        "turn": lambda: house.turn(node),
        "late turn": lambda: house.turn(node, late=True),
        "crash": lambda: house.turn(node, dies_after=int(value)),
        "poll": house.superior_polls,
        "round": lambda: work(house, value),
        "live": lambda: house.live(value),
        "switch": lambda: switch_at_once(house, node),
        "leave": lambda: leave_at_once(house, node),
    }
    acts.get(what, lambda: house.ask(node, what, int(value)))()


def work(house: Wheelhouse, seconds: float) -> None:
    """All nodes are well for a while, and one of them turns the wheel every few seconds."""
    while seconds > 0:
        house.turn(house.nodes[int(house.now) % len(house.nodes)])
        house.superior_polls()
        house.live(min(seconds, 4.0))
        seconds -= 4.0


def switch_at_once(house: Wheelhouse, node: Node) -> None:
    """The standby signs in the first moment in which this node takes it for ready."""
    standby = house.ring.standby(WANTED[0])
    if standby is None:
        return
    house.until(ready(standby, house.facts(), house.now + node.off), node)
    house.ask(node, "rotate", 0)
    house.live(house.times.replica_delay)


def leave_at_once(house: Wheelhouse, node: Node) -> None:
    """The oldest retired key leaves in the first moment in which this node takes it for dead."""
    retired = [key for key in house.ring.keys if key.retired_at is not None and key.forget_at is None]
    if retired:
        house.until(dead(retired[0], house.facts(), house.now + node.off), node)
        house.turn(node)
        house.live(house.times.replica_delay)


def lived(lifetimes: Lifetimes, offsets: list[float], acts: list[Act]) -> Wheelhouse:
    """A wheelhouse after all that, with the invariants looked at after each act."""
    house = Wheelhouse(lifetimes, offsets)
    house.turn(house.nodes[0])
    for what, number, value in acts:
        act(house, what, number, value)
        look(house)
    work(house, 80.0)
    look(house)
    return house


def look(house: Wheelhouse) -> None:
    """What must hold of the stored ring at every moment."""
    ring = house.ring
    assert len(currents(ring, WANTED[0])) == 1
    for off in (-1, 1):
        clock = house.now + off * house.times.drift / 2
        assert ring.signer(clock).private is not None  # never without a signer, on no node
        assert not ring.denied() & {key.kid for key in ring.published(clock)}
    assert {key.kid for key in ring.keys} == house.ever


@pytest.mark.parametrize("lifetimes", [QUICK, QUICK_FEDERATION], ids=["oidc", "federation"])
@given(offsets=OFFSETS, acts=st.lists(ACTS, max_size=25))
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_lawful_verifier_ever_misses_a_key(
    lifetimes: Lifetimes, offsets: list[float], acts: list[Act]
) -> None:
    assert problems(lifetimes) == []
    assert lived(lifetimes, offsets, acts).failures() == []


@pytest.mark.parametrize("lifetimes", [QUICK, QUICK_FEDERATION], ids=["oidc", "federation"])
@given(offsets=OFFSETS, acts=st.lists(ACTS | EMERGENCIES, max_size=20))
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
def test_an_emergency_harms_nobody_but_who_trusted_the_burned_key(
    lifetimes: Lifetimes, offsets: list[float], acts: list[Act]
) -> None:
    house = lived(lifetimes, offsets, acts)
    assert house.failures() == []
    for node in house.nodes:
        assert node.ring is not None
        assert not {key.kid for key in node.ring.published(house.now + node.off)} & house.ring.denied()


@given(offsets=OFFSETS, acts=st.lists(ACTS | EMERGENCIES, max_size=20))
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_ring_at_rest_has_a_standby_and_stays_as_it_is(offsets: list[float], acts: list[Act]) -> None:
    house = lived(QUICK, offsets, acts)
    assert house.ring.standby(WANTED[0]) is not None
    before = house.version
    house.turn(house.nodes[0])
    house.turn(house.nodes[0])
    assert house.version - before <= 1


@given(offsets=OFFSETS, acts=st.lists(ACTS, max_size=20))
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_one_can_roll_back_exactly_until_the_old_key_is_gone(offsets: list[float], acts: list[Act]) -> None:
    house = lived(QUICK, offsets, acts)
    old = [
        key
        for key in house.ring.keys
        if key.reason == "superseded" and key.forget_at is None and key.private is not None
    ]
    assert isinstance(rollback(house.ring, house.facts(), house.now, reason="drill"), Refused) == (not old)
