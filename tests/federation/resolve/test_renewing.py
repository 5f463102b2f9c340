"""What an entity says of itself is read again when somebody asks for it, and takes nothing away by failing."""

import pytest

from federation.resolve import Page
from tests.federation.country import Country
from tests.federation.resolve.world import World


@pytest.fixture
def world() -> World:
    made = World()
    made.resolver.resolve(made.id("portal"))
    made.net.asked.clear()
    made.clock.now += 5
    return made


def test_what_an_entity_says_now_counts_at_once_and_nobody_else_is_asked(world: World) -> None:
    world.net.changes["portal", "portal"] = {
        "metadata": {"openid_relying_party": {"scope": "openid profile"}}
    }
    before = world.resolver.at_hand(world.id("portal"))
    chain = world.resolver.renew(world.id("portal"))
    assert chain is not None
    assert chain.metadata("openid_relying_party") == {"scope": "openid profile"}
    assert world.resolver.at_hand(world.id("portal")) is chain is not before
    assert world.net.asked == {("portal", "portal"): 1}


NOTHING = {
    "no": Page(404, "application/json", b"{}"),
    "an error": Page(500, "text/html", b""),
    "a page": Page(200, "text/html", b"<html>"),
    "somebody else's words": Country().configuration("portal"),
}


@pytest.mark.parametrize("answer", NOTHING.values(), ids=NOTHING)
def test_what_makes_no_chain_leaves_the_one_before(world: World, answer: Page | str) -> None:
    before = world.resolver.at_hand(world.id("portal"))
    world.net.answers["portal", "portal"] = answer
    assert world.resolver.renew(world.id("portal")) is before
    assert world.resolver.at_hand(world.id("portal")) is before


def test_silence_leaves_the_one_before(world: World) -> None:
    before = world.resolver.at_hand(world.id("portal"))
    world.net.down |= {"portal", "gz", "gd", "anchor"}
    assert world.resolver.renew(world.id("portal")) is before
    assert world.resolver.resolve(world.id("portal")) is before


def test_where_there_was_none_there_may_be_none(world: World) -> None:
    assert world.resolver.renew("https://nobody.example") is None


def test_what_was_put_together_while_a_statement_was_given_up_goes_too(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    remove = world.cache.remove

    def removed(key: str) -> None:
        world.resolver.resolve(world.id("portal"))
        remove(key)

    monkeypatch.setattr(world.cache, "remove", removed)
    world.resolver.drop(world.id("anchor"), world.id("gd"))
    assert world.resolver.at_hand(world.id("portal")) is None
