"""Keys change while people sign in, roam and sign out, and nobody notices."""

import pytest

from idp import wiring
from idp.keykeeping.office import Declined, Office
from keys.evidence import Level
from keys.key import Purpose
from tests.country.world import GD, HUB, PORTAL_ZJ, ZJ, World

DAY = 86_400.0


def office(world: World, issuer: str) -> Office:
    node = world.nodes[issuer]
    return wiring.open_office(node.settings, node.records, world.clock, "wang")


def rounds(world: World) -> None:
    """What every process does again and again: keep the keys, read the peers."""
    for _ in range(3):
        for node in world.nodes.values():
            node.keeper.round()
            node.peers.visit()
        world.advance(61)


def roams(world: World) -> None:
    """Somebody signs in at home and is known at once at the other region's portal."""
    browser = world.browser()
    world.sign_in(browser, world.portal_gd, "lihua")
    page = browser.get(f"{PORTAL_ZJ}/login")
    assert page.url.startswith(PORTAL_ZJ)


@pytest.mark.parametrize("ring", ["oidc", "federation"])
def test_a_ring_of_every_node_rotates_without_touching_a_file(world: World, ring: Purpose) -> None:
    rounds(world)
    roams(world)
    with pytest.raises(Declined):
        office(world, GD).rotate(ring, None)
    world.advance(1.1 * DAY)
    rounds(world)
    for issuer in (HUB, GD, ZJ):
        assert office(world, issuer).rotate(ring, None).events
        rounds(world)
        roams(world)
    world.advance(1.1 * DAY)
    rounds(world)
    roams(world)
    for issuer in (HUB, GD, ZJ):
        left = [key for key in office(world, issuer).view(ring).held.ring.keys if key.forget_at]
        assert left, "the keys of the first day are gone"


def test_a_federation_key_waits_until_the_peer_says_that_it_would_believe_it(world: World) -> None:
    for _ in range(2):
        world.nodes[GD].keeper.round()
    world.advance(2 * DAY)
    world.nodes[GD].keeper.round()
    with pytest.raises(Declined, match=f"waiting for {HUB} to adopt the key"):
        office(world, GD).rotate("federation", None)
    world.nodes[HUB].peers.visit()
    world.nodes[GD].peers.visit()
    world.nodes[GD].keeper.round()
    assert office(world, GD).rotate("federation", None).events


def test_a_burned_key_is_refused_in_every_process_within_seconds_and_people_go_on(world: World) -> None:
    rounds(world)
    world.advance(1.1 * DAY)
    rounds(world)
    roams(world)
    burned = world.nodes[GD].records.rings.oidc().signer(world.clock()).kid
    office(world, GD).revoke(burned, "copied")
    world.advance(5)
    assert burned not in {key.kid for key in world.nodes[GD].records.rings.oidc().published(world.clock())}
    roams(world)


@pytest.mark.parametrize("ring", ["oidc", "federation"])
def test_peers_that_read_each_other_know_who_has_which_keys(world: World, ring: Purpose) -> None:
    rounds(world)
    ours = {key.kid for key in office(world, GD).view(ring).held.ring.keys if key.published}
    told = office(world, GD).evidence(ring)
    named = {
        seen.kid for seen, _ in told if (seen.observer, seen.kind, seen.level) == (HUB, "peer", Level.E2)
    }
    assert ours <= named, "the entity configuration carries both rings"
