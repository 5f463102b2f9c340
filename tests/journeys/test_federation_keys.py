"""Stories: the federation keys of an anchor and of a province change while the country trusts by chain."""

import json

import pytest

from federation.keyset import prints
from idp.keykeeping.office import Declined, Office
from idp.trusting import adoption
from idp.trusting.anchors import read_keys
from idp.trusting.anchorwatch import configuration
from idp.wiring import Node, open_office
from idp.wiring.keywatch import open_key_desk
from keys.encoding import strict_json, unb64
from keys.evidence import Level
from tests.country.chained import ChainedWorld
from tests.country.world import ANCHOR, GD, HUB, NAMES, ZJ

WATCHES = ("superiors", "anchors", "subordinates", "statements")


def office(node: Node) -> Office:
    return open_office(node.settings, node.records, node.clock, "wang")


def rounds(world: ChainedWorld, *, times: int = 1, seconds: float = 5.0) -> None:
    """What the caretakers of all nodes do, again and again."""
    for _ in range(times):
        world.advance(seconds)
        for node in world.nodes.values():
            node.keeper.round()
            duties = node.federation.duties()
            for name in WATCHES:
                if name in duties:
                    duties[name]()
            node.keeper.round()  # what was seen is written down


def standby(node: Node) -> str:
    return next(
        key.kid
        for key in node.records.rings.federation().published(node.clock())
        if key.active_from is None and key.retired_at is None
    )


def signer(node: Node) -> str:
    return node.records.rings.current("federation").signer(node.clock()).kid


def stated(world: ChainedWorld, issuer: str) -> set[str]:
    one = world.registry(ANCHOR).find(issuer)
    assert one is not None
    return set(prints(one.jwks))


@pytest.fixture
def country(chained: ChainedWorld) -> ChainedWorld:
    """Everybody's standby is published."""
    rounds(chained)
    return chained


def test_a_provinces_key_is_pushed_waits_is_stated_and_signs(country: ChainedWorld) -> None:
    gd = country.nodes[GD]
    kid = standby(gd)
    rounds(country, times=3)
    anchor = country.nodes[ANCHOR]
    desk = open_key_desk(anchor.settings, anchor.records, anchor.clock, "li")
    (waiting,) = [watched for one, watched in desk.every() if one.entity_id == GD]
    assert waiting.candidate is not None
    assert waiting.candidate.proven
    assert kid not in stated(country, GD)
    with pytest.raises(Declined, match=f"waiting for {ANCHOR} to list the key"):
        office(gd).rotate("federation", None)
    country.advance(country.nodes[ANCHOR].settings.authority.hold_down)  # type: ignore[union-attr]
    rounds(country, times=3)
    assert kid in stated(country, GD)
    rounds(country, times=2, seconds=4000.0)
    view = office(gd).view("federation")
    assert view.facts.lifetimes.statement_life == 600
    assert any((one.kid, one.observer, one.level) == (kid, ANCHOR, Level.E3) for one in view.facts.sightings)
    country.advance(2 * 86_400)
    rounds(country, times=2)
    assert office(gd).rotate("federation", None).events
    assert signer(gd) == kid
    assert country.registry(ANCHOR).events(GD)[-1].event == "jwks_update"


def test_the_anchors_key_waits_for_every_member_to_adopt_it(country: ChainedWorld) -> None:
    anchor = country.nodes[ANCHOR]
    kid = standby(anchor)
    country.advance(2 * 86_400)
    rounds(country, times=2)
    with pytest.raises(Declined, match="to adopt the key"):
        office(anchor).rotate("federation", None)
    second = anchor.records.rings.federation().jwks(anchor.clock())
    path = country.nodes[HUB].settings.trust_anchor[0].jwks_file

    def read(entity_id: str) -> str:
        url = f"{entity_id}/.well-known/openid-federation"
        return country.network.send("GET", url, headers={}, body=None).body.decode()

    pinned = read_keys(path)
    own = configuration(read, ANCHOR, pinned, country.clock())
    change = adoption.adopt(pinned, own, second, drop_old=False)
    assert kid in change.added
    adoption.write(path, change.jwks)  # in this country one file serves all members
    rounds(country, times=2, seconds=4000.0)
    assert kid in _held(country, GD)[ANCHOR]
    assert office(anchor).rotate("federation", None).events
    assert signer(anchor) == kid
    for issuer, other in ((HUB, GD), (GD, ZJ), (ZJ, GD)):
        trusting = country.nodes[issuer].trusting
        assert trusting is not None
        assert trusting.trust.renew(other) is not None


def _held(country: ChainedWorld, issuer: str) -> dict[str, list[str]]:
    token = country.nodes[issuer].publications.configuration()
    claims = json.loads(json.dumps(strict_json(unb64(token.split(".")[1]), depth=16)))
    found: dict[str, list[str]] = claims["metadata"]["federation_entity"]["manyou_peer_keys"]
    return found


def test_every_node_reads_what_is_said_of_it(country: ChainedWorld) -> None:
    rounds(country, times=2)
    for issuer in NAMES:
        view = office(country.nodes[issuer]).registrar.views()[ANCHOR]
        assert (view.trouble, view.life) == ("", 600)
        assert signer(country.nodes[issuer]) in view.kids
