"""What an issuer said of a mark a moment ago is remembered for whoever may not ask."""

import pytest

from federation.answers import status
from federation.marks import Unmarked
from federation.resolve import MarkChecker, Page
from federation.resolve.marks import CONTENT_TYPE
from tests.federation.country import NOW
from tests.federation.resolve.world import World
from tests.federation.test_marks import KIND
from tests.keys.forge import unchecked

POLL = 20


@pytest.fixture
def world() -> World:
    """A country in which the province gave the portal a mark, and tells whether it is active."""
    world = World()
    province, portal = world.id("gd"), world.id("portal")
    own = world.country.claims("gd", "gd")["metadata"]
    entity = {**own["federation_entity"], "federation_trust_mark_status_endpoint": f"{province}/status"}
    claims = {"iss": province, "sub": portal, "trust_mark_type": KIND, "iat": int(NOW)}
    token = unchecked(world.country.key("gd"), claims, typ="trust-mark+jwt")
    world.net.changes = {
        ("anchor", "anchor"): {"trust_mark_issuers": {KIND: [province]}},
        ("gd", "gd"): {"metadata": {**own, "federation_entity": entity}},
        ("portal", "portal"): {"trust_marks": [{"trust_mark_type": KIND, "trust_mark": token}]},
    }
    return world


def shown(world: World) -> str:
    marks = world.net.changes[("portal", "portal")]["trust_marks"]
    return str(marks[0]["trust_mark"])


def says(world: World, word: status.Status) -> None:
    def answer() -> Page:
        said = status.claims(shown(world), word, issuer=world.id("gd"), issued=int(world.clock()))
        return Page(200, CONTENT_TYPE, unchecked(world.country.key("gd"), said, typ=status.TYP).encode())

    world.net.answers[("gd", "status")] = answer


def test_nothing_is_known_of_a_mark_that_nobody_checked(world: World) -> None:
    assert MarkChecker(world.resolver, poll=POLL).recall(shown(world)) is None
    assert world.net.urls == []


def test_that_it_is_active_is_known_for_as_long_as_its_issuer_need_not_be_asked(world: World) -> None:
    says(world, "active")
    checker = MarkChecker(world.resolver, poll=POLL)
    checker.check(world.resolver.resolve(world.id("portal")), KIND)
    asked = len(world.net.urls)
    world.clock.now += POLL - 1
    assert checker.recall(shown(world)) is True
    world.clock.now += 1
    assert checker.recall(shown(world)) is None
    assert len(world.net.urls) == asked


def test_that_it_was_revoked_is_known_too(world: World) -> None:
    says(world, "revoked")
    checker = MarkChecker(world.resolver, poll=POLL)
    with pytest.raises(Unmarked):
        checker.check(world.resolver.resolve(world.id("portal")), KIND)
    assert checker.recall(shown(world)) is False
