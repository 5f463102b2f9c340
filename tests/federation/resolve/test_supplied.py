"""A chain that came along is a shortcut: every statement of it is verified, and a broken one costs nothing but the
walk it would have saved."""

import json

import pytest

from federation.resolve import Untrusted
from federation.statement import LEEWAY
from tests.federation.country import ABSENT, Country
from tests.federation.resolve.world import World


@pytest.fixture
def world() -> World:
    return World()


def test_a_whole_chain_saves_every_request(world: World) -> None:
    tokens = world.country.chain("portal")
    chain = world.resolver.resolve(world.id("portal"), supplied=tokens)
    assert chain.tokens == tuple(tokens)
    assert world.net.asked == {}
    assert world.resolver.at_hand(world.id("portal")) is chain


def test_the_anchors_own_statement_may_be_left_out(world: World) -> None:
    world.resolver.resolve(world.id("portal"), supplied=world.country.chain("portal")[:-1])
    assert set(world.net.asked) == {("anchor", "anchor")}


@pytest.mark.parametrize("hop", range(5))
def test_a_chain_with_one_forged_statement_is_left_aside(world: World, hop: int) -> None:
    tokens = world.country.chain("portal")
    tokens[hop] = Country().chain("portal")[hop]
    chain = world.resolver.resolve(world.id("portal"), supplied=tokens)
    assert chain.jwks == world.country.jwks("portal")
    assert world.net.asked[("gz", "portal")] == 1


@pytest.mark.parametrize(
    "tokens",
    [["x"], ["a.b.c"] * 5, [""], ["x" * 5_000_000], ["a.b.c"] * 500],
    ids=["text", "dots", "empty", "huge", "many"],
)
def test_junk_is_left_aside(world: World, tokens: list[str]) -> None:
    assert world.resolver.resolve(world.id("portal"), supplied=tokens).subject == world.id("portal")


def test_a_chain_about_somebody_else_is_left_aside(world: World) -> None:
    chain = world.resolver.resolve(world.id("portal"), supplied=world.country.chain("gz"))
    assert chain.subject == world.id("portal")


def test_a_chain_to_an_anchor_that_will_not_do_is_left_aside(world: World) -> None:
    world.anchors[world.id("gd")] = world.country.jwks("gd")
    tokens = world.country.chain("portal")
    chain = world.resolver.resolve(world.id("portal"), anchors={world.id("gd")}, supplied=tokens)
    assert chain.anchor == world.id("gd")


def test_a_withdrawn_statement_does_not_come_back_with_its_subject(world: World) -> None:
    tokens = world.country.chain("portal")
    world.clock.now += 5
    world.resolver.drop(world.id("anchor"), world.id("gd"))
    world.net.down.add("gd")
    world.net.answers[("anchor", "gd")] = world.net.token("gz", "gz")
    for resolver in (world.resolver, world.another()):
        report = resolver.explain(world.id("portal"), supplied=tokens)
        assert report.chain is None
        assert "older than what is known" in report.steps[0].reason


def test_a_statement_issued_after_the_withdrawal_may_come_along(world: World) -> None:
    world.resolver.drop(world.id("anchor"), world.id("gd"))
    world.country.now = world.clock.now = world.clock.now + LEEWAY + 1
    assert world.resolver.resolve(world.id("portal"), supplied=world.country.chain("portal"))
    assert world.net.asked == {}


def test_a_superiors_clock_that_is_ahead_brings_no_withdrawn_statement_back(world: World) -> None:
    world.country.now += LEEWAY
    tokens = world.country.chain("portal")
    world.resolver.drop(world.id("anchor"), world.id("gd"))
    world.net.down.add("anchor")
    report = world.resolver.explain(world.id("portal"), supplied=tokens)
    assert report.chain is None
    assert "older than what is known" in report.steps[0].reason


def test_nobody_goes_back_to_an_older_word_of_a_superior(world: World) -> None:
    loose = world.country.chain("portal")
    world.clock.now += 60
    policy = {"openid_relying_party": {"scope": {"subset_of": ["openid"]}}}
    world.net.changes[("gd", "gz")] = {"metadata_policy": policy}
    world.resolver.resolve(world.id("gz"))
    chain = world.resolver.resolve(world.id("portal"), supplied=loose)
    assert chain.statement_of(world.id("gd"), world.id("gz")).claims["metadata_policy"] == policy  # type: ignore[union-attr]


def test_who_publishes_nothing_brings_its_configuration_along(world: World) -> None:
    tokens = world.country.chain("portal")
    world.net.down.add("portal")
    chain = world.resolver.resolve(world.id("portal"), supplied=tokens[:1])
    assert chain.superiors[-1] == world.id("anchor")


def test_what_a_stranger_brings_along_is_nothing_without_a_superior(world: World) -> None:
    world.net.down.add("portal")
    mine = Country().configuration("portal")
    report = world.resolver.explain(world.id("portal"), supplied=[mine])
    assert report.chain is None
    assert report.steps[-1].what == "chain"


def test_a_supplied_chain_is_heard_after_a_refusal(world: World) -> None:
    world.net.changes[("gz", "portal")] = {"jwks": ABSENT}
    with pytest.raises(Untrusted):
        world.resolver.resolve(world.id("portal"))
    assert world.resolver.resolve(world.id("portal"), supplied=world.country.chain("portal"))


def test_junk_in_the_shared_cache_does_not_stop_a_chain_that_came_along(world: World) -> None:
    world.resolver.configuration(world.id("portal"))
    key = world.cache.tokens()[world.id("portal"), world.id("portal")]
    kept = {"token": "junk", "fetched": world.clock.now, "expires": int(world.clock.now) + 600}
    world.cache.values[key] = json.dumps(kept).encode()
    tokens = world.country.chain("portal")
    chain = world.another().resolve(world.id("portal"), supplied=tokens)
    assert chain.tokens == tuple(tokens)
