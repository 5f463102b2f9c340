"""What was found is kept: chains in memory, statements for all processes, and that there was none for a while."""

import contextlib
import itertools
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from federation.errors import Reason
from federation.resolve import Limits, Page, Unkept, Unreachable, Untrusted
from federation.resolve.shelf import AGAIN, NO, SILENCE
from keys.ring import KeyRing
from tests.federation.country import Country
from tests.federation.resolve.world import TYPE, World
from tests.federation.world import made


@pytest.fixture
def world() -> World:
    return World()


def new_keys(world: World, name: str) -> None:
    """From now on everybody knows and uses another key of an entity, except for whoever keeps old texts."""
    ring = KeyRing(purpose="federation", keys=(made(issuer=world.id(name)),))
    world.country.rings[name] = ring


def test_a_chain_at_hand_costs_no_request(world: World) -> None:
    first = world.resolver.resolve(world.id("portal"))
    world.net.asked.clear()
    assert world.resolver.resolve(world.id("portal")) is first
    assert world.resolver.at_hand(world.id("portal")) is first
    assert world.resolver.chains() == (first,)
    assert world.net.asked == {}


def test_strangers_make_nobody_walk(world: World) -> None:
    assert world.resolver.at_hand(world.id("portal")) is None
    assert world.net.asked == {}
    assert world.cache.values == {}


def test_another_process_repeats_no_request(world: World) -> None:
    world.resolver.resolve(world.id("portal"))
    world.net.asked.clear()
    assert world.another().resolve(world.id("portal"))
    assert world.net.asked == {}


def test_what_lies_in_the_shared_cache_is_not_believed_for_lying_there(world: World) -> None:
    world.resolver.resolve(world.id("portal"))
    forger = Country()
    tokens = world.cache.tokens()
    assert len(tokens) == 7
    for (issuer, subject), key in tokens.items():
        said = json.loads(world.cache.values[key])
        said["token"] = forger.statement(*(one[8:].removesuffix(".example") for one in (issuer, subject)))
        world.cache.values[key] = json.dumps(said).encode()
    chain = world.another().resolve(world.id("portal"))
    assert chain.jwks == world.country.jwks("portal")


def test_without_the_shared_cache_memory_and_the_network_serve(world: World) -> None:
    world.cache.down = True
    assert world.resolver.resolve(world.id("portal"))
    world.net.down |= set(world.country.rings)
    assert world.resolver.resolve(world.id("portal"))


@pytest.mark.parametrize(
    "junk", [b"", b"[]", b"\xff", b'{"token":1}', b'{"token":"a.b.c","fetched":1,"expires":true}']
)
def test_junk_in_the_shared_cache_is_read_past(world: World, junk: bytes) -> None:
    world.resolver.resolve(world.id("portal"))
    for key in world.cache.values:
        world.cache.values[key] = junk
    assert world.another().resolve(world.id("portal"))


def test_an_unexpired_chain_serves_while_everybody_is_down(world: World) -> None:
    chain = world.resolver.resolve(world.id("portal"))
    world.net.down |= set(world.country.rings)
    world.clock.now = chain.expires - 1
    assert world.resolver.resolve(world.id("portal")) is chain


def test_an_expired_chain_serves_nobody(world: World) -> None:
    chain = world.resolver.resolve(world.id("portal"))
    world.net.down |= set(world.country.rings)
    world.clock.now = chain.expires
    assert world.resolver.at_hand(world.id("portal")) is None
    assert world.resolver.chains() == ()
    with pytest.raises(Unreachable):
        world.resolver.resolve(world.id("portal"))


def test_statements_of_a_silent_anchor_make_chains_of_others_too(world: World) -> None:
    world.resolver.resolve(world.id("portal"))
    world.country.superiors["clinic"] = "gz"
    world.country.rings["clinic"] = KeyRing(purpose="federation", keys=(made(issuer=world.id("clinic")),))
    world.net.down |= {"anchor", "gd"}
    assert world.resolver.resolve(world.id("clinic")).anchor == world.id("anchor")


def test_a_key_that_is_pinned_no_longer_ends_its_chains(world: World) -> None:
    world.resolver.resolve(world.id("portal"))
    new_keys(world, "anchor")
    world.anchors = dict(world.country.anchors)
    assert world.resolver.at_hand(world.id("portal")) is None
    chain = world.resolver.resolve(world.id("portal"))
    assert chain.anchor_configuration.jwks == world.country.jwks("anchor")


def test_an_anchor_that_is_pinned_no_longer_vouches_for_nobody(world: World) -> None:
    world.resolver.resolve(world.id("portal"))
    world.anchors = {}
    assert world.resolver.at_hand(world.id("portal")) is None
    with pytest.raises(Untrusted):
        world.resolver.resolve(world.id("portal"))


def test_a_plain_no_is_remembered_for_a_while_by_all_processes(world: World) -> None:
    world.net.answers[("gz", "portal")] = Page(404, "", b"")
    for resolver in (world.resolver, world.resolver, world.another()):
        with pytest.raises(Untrusted):
            resolver.resolve(world.id("portal"))
    assert world.net.asked[("gz", "portal")] == 1
    del world.net.answers[("gz", "portal")]
    world.clock.now += NO + 1
    assert world.resolver.resolve(world.id("portal"))


def test_silence_is_remembered_more_shortly(world: World) -> None:
    world.net.down.add("gz")
    for _ in range(3):
        with pytest.raises(Unreachable) as caught:
            world.resolver.resolve(world.id("portal"))
        assert caught.value.retry_after == SILENCE
    assert world.net.asked[("gz", "gz")] == 1
    world.net.down.clear()
    world.clock.now += SILENCE + 1
    assert world.resolver.resolve(world.id("portal"))


def test_an_error_of_a_superior_takes_no_cached_statement_back(world: World) -> None:
    chain = world.resolver.resolve(world.id("portal"))
    for status in (404, 410, 500):
        world.net.answers[("gz", "portal")] = Page(status, "", b"")
        world.clock.now = chain.expires - 5_000
        world.resolver.refresh()
        assert world.resolver.resolve(world.id("portal")).subject == world.id("portal")


def test_a_dropped_statement_ends_every_chain_through_it_and_no_other() -> None:
    world = World(Country({"gd": "anchor", "zj": "anchor", "a": "gd", "b": "gd", "c": "zj"}, kinds={}))
    for name in "abc":
        world.resolver.resolve(world.id(name))
    world.net.answers[("anchor", "gd")] = Page(404, "", b"")
    world.resolver.drop(world.id("anchor"), world.id("gd"))
    assert [chain.subject for chain in world.resolver.chains()] == [world.id("c")]
    for resolver, name in itertools.product((world.resolver, world.another()), "ab"):
        with pytest.raises(Untrusted):
            resolver.resolve(world.id(name))


def test_a_reinstated_entity_is_found_again(world: World) -> None:
    world.resolver.resolve(world.id("portal"))
    world.resolver.drop(world.id("anchor"), world.id("gd"))
    world.clock.now += 1
    assert world.resolver.resolve(world.id("portal"))


def test_a_drop_that_the_other_processes_cannot_hear_of_is_told(world: World) -> None:
    world.resolver.resolve(world.id("portal"))
    world.cache.down = True
    with pytest.raises(Unkept):
        world.resolver.drop(world.id("anchor"), world.id("gd"))
    assert world.resolver.chains() == ()


@pytest.mark.parametrize("name", ["portal", "gz", "gd"])
def test_after_a_change_of_key_the_cached_statement_is_read_again_once(world: World, name: str) -> None:
    world.resolver.resolve(world.id("portal"))
    new_keys(world, name)
    other = world.another()
    # The entity's own text is new, those of its superiors lie in the cache with the old key.
    world.cache.remove(world.cache.tokens()[(world.id(name), world.id(name))])
    world.clock.now += 1
    chain = other.resolve(world.id("portal"))
    assert chain.subject == world.id("portal")


def test_a_stale_superiors_statement_does_not_shut_out_a_new_key(world: World) -> None:
    world.resolver.resolve(world.id("gz"))  # anchor, gd and gz are kept
    new_keys(world, "gz")
    chain = world.resolver.resolve(world.id("portal"))
    assert chain.statement_of(world.id("gd"), world.id("gz")).jwks == world.country.jwks("gz")  # type: ignore[union-attr]
    assert world.net.asked[("gd", "gz")] == 2


def test_what_does_not_verify_makes_nobody_read_an_issuer_again_more_than_once_a_minute() -> None:
    world = World(Country({"gd": "anchor", **{f"p{number}": "gd" for number in range(9)}}, kinds={}))
    world.resolver.resolve(world.id("gd"))
    forger = made(issuer=world.id("gd"))
    for number in range(9):
        world.net.answers[("gd", f"p{number}")] = world.country.statement("gd", f"p{number}", key=forger)
        with pytest.raises(Untrusted):
            world.resolver.resolve(world.id(f"p{number}"))
    assert world.net.asked[("gd", "gd")] == 2
    world.clock.now += AGAIN + 1
    world.net.answers[("gd", "p0")] = world.country.statement("gd", "p0", key=forger)
    with pytest.raises(Untrusted):
        world.resolver.resolve(world.id("p0"))
    assert world.net.asked[("gd", "gd")] == 3


def test_who_moved_to_another_superior_is_found_there(world: World) -> None:
    world.resolver.resolve(world.id("portal"))
    world.country.superiors["portal"] = "gd"
    world.resolver.drop(world.id("gz"), world.id("portal"))
    chain = world.resolver.resolve(world.id("portal"))
    assert chain.superiors == (world.id("gd"), world.id("anchor"))
    assert world.net.asked[("portal", "portal")] == 2


def test_many_who_ask_at_once_make_one_walk(world: World) -> None:
    gate, arrived = threading.Event(), threading.Semaphore(0)

    def held() -> Page:
        arrived.release()
        assert gate.wait(10)
        return Page(200, TYPE, world.net.token("portal", "portal").encode())

    world.net.answers[("portal", "portal")] = held
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(world.resolver.resolve, world.id("portal")) for _ in range(8)]
        assert arrived.acquire(timeout=10)
        gate.set()
        chains = {id(one.result(10)) for one in asked}
    assert set(world.net.asked.values()) == {1}
    assert len(chains) == 1


def test_a_walk_that_breaks_leaves_nobody_waiting(world: World) -> None:
    def broken() -> Page:
        raise RuntimeError("a defect")

    world.net.answers[("portal", "portal")] = broken
    with pytest.raises(RuntimeError):
        world.resolver.resolve(world.id("portal"))
    del world.net.answers[("portal", "portal")]
    assert world.resolver.resolve(world.id("portal"))


def test_memory_is_bounded_by_count_and_by_bytes() -> None:
    leaves = {f"p{number}": "anchor" for number in range(60)}
    world = World(Country(leaves, kinds={}), Limits(chains=10, statements=20, kept_bytes=30_000))
    for name in leaves:
        world.resolver.resolve(world.id(name))
    assert 1 <= len(world.resolver.chains()) <= 10
    kept = sum(len(token) for chain in world.resolver.chains() for token in chain.tokens)
    assert kept <= 30_000
    assert world.resolver.resolve(world.id("p0"))


def test_a_chain_that_is_used_stays_when_others_must_go() -> None:
    leaves = {f"p{number}": "anchor" for number in range(12)}
    world = World(Country(leaves, kinds={}), Limits(chains=3))
    for name in leaves:
        world.resolver.resolve(world.id(name))
        assert world.resolver.at_hand(world.id("p0"))


def test_single_configurations_are_read_and_kept(world: World) -> None:
    own = world.resolver.configuration(world.id("gz"))
    assert own.authority_hints == (world.id("gd"),)
    world.net.asked.clear()
    assert world.resolver.configuration(world.id("gz")).token == own.token
    assert world.net.asked == {}
    world.net.down.add("portal")
    with pytest.raises(Unreachable):
        world.resolver.configuration(world.id("portal"))


def test_an_anchors_configuration_is_read_by_its_pinned_keys(world: World) -> None:
    world.net.answers[("anchor", "anchor")] = Country(kinds={}).configuration("anchor")
    with pytest.raises(Untrusted) as caught:
        world.resolver.configuration(world.id("anchor"))
    assert Reason.KID.sentence in caught.value.report.reason


@pytest.mark.parametrize(("steps", "forgotten"), [(20_000, False), (30, True)])
def test_refusals_are_remembered_until_their_reports_are_too_many(steps: int, forgotten: bool) -> None:
    leaves = {f"p{number}": "anchor" for number in range(20)}
    world = World(Country(leaves, kinds={}), Limits(steps=steps))
    reports = []
    for name in (*leaves, "p0"):
        world.net.answers[("anchor", name)] = Page(404, "", b"")
        with pytest.raises(Untrusted) as caught:
            world.resolver.resolve(world.id(name))
        reports.append(caught.value.report)
    assert (reports[-1] is not reports[0]) is forgotten


@pytest.mark.parametrize("dropped", [False, True])
def test_a_statement_that_is_dropped_while_it_is_on_its_way_is_not_kept(world: World, dropped: bool) -> None:
    def answer() -> Page:
        token = world.net.token("anchor", "gd")
        world.clock.now += 1
        if dropped:
            world.resolver.drop(world.id("anchor"), world.id("gd"))
        world.clock.now += 1
        return Page(200, TYPE, token.encode())

    world.net.answers[("anchor", "gd")] = answer
    with contextlib.suppress(Untrusted, Unreachable):
        world.resolver.resolve(world.id("portal"))
    world.net.answers[("anchor", "gd")] = Page(404, "application/json", b'{"error":"not_found"}')
    for resolver in (world.resolver, world.another()):
        assert (resolver.explain(world.id("portal")).chain is None) == dropped
