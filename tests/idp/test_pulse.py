"""Whether a peer answers just now, asked neither too often nor by everybody at once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from idp.pulse import PROBE_DOWN, PROBE_UP
from tests.idp.made import HUB
from tests.idp.peer_world import PeerWorld


@pytest.fixture
def world() -> PeerWorld:
    return PeerWorld()


def test_health_is_believed_for_a_moment_while_it_is_good(world: PeerWorld) -> None:
    assert not world.peers.seen_down(HUB), "nobody has asked"
    for passed, probes in ((0, 1), (0, 1), (PROBE_UP / 2, 1), (PROBE_UP, 2)):
        world.clock.now += passed
        assert world.peers.up(HUB)
        assert world.wire.asked.count(f"{HUB}/readyz") == probes
    assert not world.peers.seen_down(HUB)


def test_a_failure_is_believed_a_little_longer(world: PeerWorld) -> None:
    world.wire.cut = True
    for passed, probes in ((0, 1), (PROBE_DOWN - 0.1, 1), (0.1, 2)):
        world.clock.now += passed
        assert not world.peers.up(HUB)
        assert world.peers.seen_down(HUB)
        assert world.wire.asked.count(f"{HUB}/readyz") == probes
    world.wire.cut = False
    world.clock.now += PROBE_DOWN
    assert world.peers.up(HUB)
    assert not world.peers.seen_down(HUB)


def test_one_asks_for_all_and_the_others_go_by_the_last_answer(world: PeerWorld) -> None:
    assert world.peers.up(HUB)
    world.clock.now += PROBE_UP
    world.wire.cut, world.wire.held = True, threading.Event()
    with ThreadPoolExecutor(1) as one:
        slow = one.submit(world.peers.up, HUB)
        while world.wire.asked.count(f"{HUB}/readyz") < 2:
            pass
        assert world.peers.up(HUB)
        world.wire.held.set()
        assert not slow.result()
    assert world.wire.asked.count(f"{HUB}/readyz") == 2


def test_whoever_asks_first_together_waits_for_one_answer(world: PeerWorld) -> None:
    with ThreadPoolExecutor(4) as many:
        assert all(many.map(world.peers.up, [HUB] * 4))
    assert world.wire.asked.count(f"{HUB}/readyz") == 1


def test_a_clock_that_is_set_back_does_not_keep_an_old_answer(world: PeerWorld) -> None:
    assert world.peers.up(HUB)
    world.clock.now -= 5000
    world.wire.cut = True
    assert not world.peers.up(HUB)
