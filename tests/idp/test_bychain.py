"""Relying parties that a chain makes known: who is served, who is not, and that the two kinds of no differ."""

from collections.abc import Sequence
from typing import Any

import pytest

from federation.chain import Broken, TrustChain
from federation.errors import Reason
from idp.bychain import AGAIN, ByChain
from idp.client import Introduction
from idp.errors import PageError, Unavailable
from tests.idp.portals import ANCHOR, MARK, PORTAL, PROVINCE, Trusted, chain, without_party

COME = Introduction()


def ours(tokens: Sequence[str]) -> TrustChain:
    if tokens != ("our chain",):
        raise Broken(0, "", "", Reason.SIGNATURE)
    return chain(PROVINCE)


def by_chain(trust: Trusted, *, marks: Sequence[str] = (), **more: Any) -> ByChain:
    fixed = {"issuer": PROVINCE, "algorithms": ("ES256",), "ours": ours, "clock": lambda: 1_800_000_000.0}
    return ByChain(trust=trust, marks=marks, **{**fixed, **more})


def refused(room: ByChain, come: Introduction = COME) -> PageError:
    assert room.find(PORTAL) is None or come is not COME
    with pytest.raises(PageError) as refusal:
        room.meet(PORTAL, come)
    return refusal.value


@pytest.mark.spec("OIDF 12.1")
def test_whoever_a_chain_leads_to_is_served() -> None:
    room = by_chain(Trusted(chain()))
    found = room.find(PORTAL)
    assert found is not None
    assert found.client_id == PORTAL
    assert room.meet(PORTAL, COME) is found, "made once for each chain"


@pytest.mark.spec("OIDF 12.1.3")
def test_whoever_no_chain_leads_to_is_a_page_that_names_the_rule() -> None:
    trust = Trusted()
    trust.chains[PORTAL] = None
    error = refused(by_chain(trust))
    assert error.code == "invalid_trust_chain"
    assert "§3.2" in error.public
    assert error.entity == PORTAL


def test_nobody_can_say_is_another_answer() -> None:
    room = by_chain(Trusted())
    with pytest.raises(Unavailable):
        room.find(PORTAL)
    with pytest.raises(Unavailable):
        room.meet(PORTAL, COME)


def test_a_chain_that_ends_ends_the_client_and_a_new_one_changes_it() -> None:
    trust = Trusted(chain())
    room = by_chain(trust)
    assert room.find(PORTAL)
    trust.chains[PORTAL] = chain(redirect_uris=[f"{PORTAL}/new"])
    changed = room.find(PORTAL)
    assert changed is not None
    assert changed.redirect_uris == (f"{PORTAL}/new",)
    trust.chains[PORTAL] = None
    assert room.find(PORTAL) is None


def test_metadata_that_makes_no_client_is_named() -> None:
    error = refused(by_chain(Trusted(without_party(chain()))))
    assert error.code == "invalid_metadata"
    assert "openid_relying_party" in error.public


@pytest.mark.spec("OIDF 7")
def test_a_mark_that_every_client_must_hold_is_asked_for() -> None:
    trust = Trusted(chain())
    room = by_chain(trust, marks=[MARK])
    assert MARK in refused(room).public
    trust.marks.add((PORTAL, MARK))
    assert room.find(PORTAL)


@pytest.mark.spec("OIDF 7")
def test_a_mark_that_was_given_since_is_seen_but_not_at_everybodys_request() -> None:
    trust, now = Trusted(chain()), [1_800_000_000.0]
    room = by_chain(trust, marks=[MARK], clock=lambda: now[0])
    assert room.find(PORTAL) is None
    assert room.find(PORTAL) is None
    assert trust.renewed == [PORTAL]
    trust.given.add(MARK)
    now[0] += AGAIN
    assert room.find(PORTAL)
    assert room.find(PORTAL)
    assert trust.renewed == [PORTAL, PORTAL]


@pytest.mark.parametrize(
    "name", ["portal", "http://portal.example.cn", "https://portal.example/?x", PROVINCE]
)
def test_what_is_no_entity_or_is_ourselves_is_never_looked_for(name: str) -> None:
    trust = Trusted(chain())
    room = by_chain(trust)
    assert room.find(name) is None
    with pytest.raises(PageError) as refusal:
        room.meet(name, COME)
    assert trust.asked == []
    assert refusal.value.entity in (None, PROVINCE)


@pytest.mark.spec("OIDF 4.3")
def test_a_chain_that_was_sent_along_is_handed_on_to_whoever_verifies_it() -> None:
    trust = Trusted(chain())
    by_chain(trust).meet(PORTAL, Introduction(trust_chain=("a", "b")))
    assert trust.asked == [(PORTAL, ("a", "b"))]


@pytest.mark.spec("OIDF 4.4")
def test_what_is_said_to_be_our_chain_must_be_ours_and_lead_to_the_same_anchor() -> None:
    room = by_chain(Trusted(chain()))
    assert room.meet(PORTAL, Introduction(peer_trust_chain=("our chain",)))
    error = refused(room, Introduction(peer_trust_chain=("somebody else's",)))
    assert (error.code, "peer_trust_chain" in error.public) == ("invalid_trust_chain", True)


@pytest.mark.spec("OIDF 4.4")
def test_a_chain_of_ours_to_another_anchor_is_refused() -> None:
    other = TrustChain(
        statements=chain().statements, anchor="http://other.localhost", expires=1, resolved=chain().resolved
    )
    room = by_chain(Trusted(other))
    assert room.meet(PORTAL, COME)
    error = refused(room, Introduction(peer_trust_chain=("our chain",)))
    assert error.code == "invalid_trust_anchor"
    assert ANCHOR not in error.public


BOTH = chain(client_registration_types=["automatic", "explicit"])


def test_where_nobody_comes_by_a_chain_alone_it_must_register_first() -> None:
    assert by_chain(Trusted(BOTH), automatic=False).find(PORTAL) is None
    assert by_chain(Trusted(BOTH), automatic=False, registered=lambda _: True).find(PORTAL)


@pytest.mark.spec("OIDF 12.2")
def test_whoever_registered_may_ask_in_the_open_and_whoever_did_not_may_not() -> None:
    registered = by_chain(Trusted(BOTH), registered=lambda name: name == PORTAL).find(PORTAL)
    assert registered is not None
    assert (registered.requests, registered.strict) == ("plain", True)
    come = by_chain(Trusted(BOTH)).find(PORTAL)
    assert come is not None
    assert come.requests == "signed"


def test_a_registration_counts_for_nothing_once_the_metadata_says_otherwise() -> None:
    found = by_chain(Trusted(chain()), registered=lambda _: True).find(PORTAL)
    assert found is not None
    assert found.requests == "signed"
    only = chain(client_registration_types=["explicit"])
    assert by_chain(Trusted(only)).find(PORTAL) is None
    assert by_chain(Trusted(only), registered=lambda _: True).find(PORTAL)
