"""Two people take a province in and out of the federation, and a province takes a portal in below itself."""

from urllib.parse import urlencode

import pytest

from federation import chain
from federation.enrolment import Change, Verb
from federation.entity_id import configuration_url
from federation.membership import Request
from idp.authority.enrolment import Declined, Terms, enrolling
from idp.errors import Unavailable
from idp.outbound import Reply
from idp.wiring.enrolment import EnrolmentRoom, open_enrolment
from keys.ring import KeyRing
from tests.country.chained import ChainedWorld
from tests.country.world import ANCHOR, GD, ZJ
from tests.federation.world import made, signed

PORTAL = "http://portal.localhost:8499"


def room(world: ChainedWorld, issuer: str) -> EnrolmentRoom:
    node = world.nodes[issuer]
    return open_enrolment(node.settings, node.records, world.network, world.clock)


def get(world: ChainedWorld, url: str) -> Reply:
    return world.network.send("GET", url, headers={}, body=None)


def fetch(world: ChainedWorld, issuer: str, subject: str) -> Reply:
    world.advance(3)  # a process believes for so long what it read about a subordinate
    return get(world, f"{issuer}/federation/fetch?{urlencode({'sub': subject})}")


def decide(office: EnrolmentRoom, change: Change) -> None:
    made = office.enrolments.propose(change, by="wang", reason="a story")
    with pytest.raises(Declined, match="second person"):
        office.enrolments.approve(made.code, by="Wang")
    office.enrolments.approve(made.code, by="zhao")


def moved(office: EnrolmentRoom, verb: Verb, entity_id: str) -> Change:
    one = office.registry.find(entity_id)
    assert one is not None
    return Change(verb=verb, entity_id=entity_id, seen=one.version)


def request(world: ChainedWorld, issuer: str, superior: str) -> Request:
    return Request(
        entity_id=issuer,
        superior=superior,
        jwks=world.nodes[issuer].records.rings.federation().jwks(world.clock()),
        kinds=("openid_provider", "openid_relying_party", "federation_entity"),
        intermediate=True,
        contacts=("ops",),
        region="330000",
    )


def verified(world: ChainedWorld, statement: bytes) -> chain.TrustChain:
    own, anchor = (get(world, configuration_url(one)).body.decode() for one in (ZJ, ANCHOR))
    pinned = world.nodes[ANCHOR].records.rings.federation().jwks(world.clock())
    return chain.verify([own, statement.decode(), anchor], anchors={ANCHOR: pinned}, now=world.clock())


def test_a_province_leaves_joins_is_suspended_and_comes_back(chained: ChainedWorld) -> None:
    office = room(chained, ANCHOR)
    assert fetch(chained, ANCHOR, ZJ).status == 200
    decide(office, moved(office, "remove", ZJ))
    assert fetch(chained, ANCHOR, ZJ).status == 404

    asked = request(chained, ZJ, ANCHOR)
    decide(office, enrolling(asked, Terms(), office.registry.find(ZJ), issuer=ANCHOR))
    answer = fetch(chained, ANCHOR, ZJ)
    assert answer.status == 200
    assert verified(chained, answer.body).resolved["openid_provider"]["manyou_region"] == "330000"

    decide(office, moved(office, "suspend", ZJ))
    assert fetch(chained, ANCHOR, ZJ).status == 404
    decide(office, moved(office, "reinstate", ZJ))
    answer = fetch(chained, ANCHOR, ZJ)
    assert (answer.status, verified(chained, answer.body).subject) == (200, ZJ)


def portal(world: ChainedWorld, superior: str) -> Request:
    """A portal that is nobody's but its superior's, and answers."""
    key = made(issuer=PORTAL)
    ring = KeyRing(purpose="federation", keys=(key,))
    jwks, now = ring.jwks(world.clock()), int(world.clock())
    configuration = signed(
        key,
        iss=PORTAL,
        sub=PORTAL,
        iat=now,
        exp=now + 3600,
        jwks=jwks,
        metadata={"openid_relying_party": {"redirect_uris": [f"{PORTAL}/cb"]}},
        authority_hints=[superior],
    ).encode()
    world.network.intercept = lambda _, url, __: (
        Reply(status=200, headers={}, body=configuration) if url == configuration_url(PORTAL) else None
    )
    return Request(
        entity_id=PORTAL, superior=superior, jwks=jwks, kinds=("openid_relying_party",), contacts=("ops",)
    )


def test_a_province_judges_a_portal_in_the_chain_from_the_anchor_down(chained: ChainedWorld) -> None:
    office = room(chained, GD)
    change = enrolling(portal(chained, GD), Terms(), None, issuer=GD)
    shown = office.enrolments.preview(change)
    assert (shown.refused, shown.affected) == (None, (PORTAL,))
    decide(office, change)
    assert fetch(chained, GD, PORTAL).status == 200


def test_a_province_that_the_anchor_left_takes_nobody_in(chained: ChainedWorld) -> None:
    change = enrolling(portal(chained, GD), Terms(), None, issuer=GD)
    above = room(chained, ANCHOR)
    decide(above, moved(above, "suspend", GD))
    chained.advance(3)
    with pytest.raises(Unavailable) as refused:
        room(chained, GD).enrolments.preview(change)
    assert refused.value.part == "our own chain"


def test_what_is_signed_in_the_room_is_written_down(chained: ChainedWorld) -> None:
    office = room(chained, ANCHOR)
    decide(office, moved(office, "suspend", ZJ))
    decide(office, moved(office, "reinstate", ZJ))
    office.close()
    statement = office.statements.find(ZJ)
    assert statement is not None
    latest = office.records.key_facts.ledger().latest_exp(statement.kid)
    assert latest is not None
    assert latest >= statement.expires


def test_a_look_of_minutes_is_judged_by_a_chain_that_counts(chained: ChainedWorld) -> None:
    office = room(chained, ANCHOR)
    assert office.enrolments.preview(moved(office, "suspend", ZJ)).refused is None
    chained.advance(120)
    assert office.enrolments.preview(moved(office, "suspend", ZJ)).refused is None
