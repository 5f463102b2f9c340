"""What another provider says of somebody: believed only when everything fits, each near miss beside its lawful twin."""

from typing import Any

import pytest

from idp.errors import Unavailable
from idp.peer import Acquaintance, Peer
from idp.peers import Peers
from idp.trusting.assurance import Assurance
from idp.vouching import REQUIRED, NotOurs, Vouching
from keys.key import SigningKey, generate
from tests.idp.chains import Known, province
from tests.idp.chains import hub as hub_by_chain
from tests.idp.made import GD, HUB, NOW, ZJ
from tests.idp.peer_world import NEXT, OIDC, STRANGER, PeerWorld, configuration
from tests.idp.pens import introduced
from tests.keys.forge import forge, unchecked

LADDER = "http://anchor.localhost:8401"
RSA = generate(alg="RS256", purpose="oidc", issuer=HUB, now=NOW - 9000, active_from=NOW - 9000)
ABSENT = object()


def word(**changes: object) -> dict[str, Any]:
    """The hub's word to Zhejiang about somebody of Guangdong, changed; `ABSENT` leaves a claim out."""
    lawful: dict[str, object] = {
        "iss": HUB,
        "aud": ZJ,
        "sub": "pairwise",
        "iat": NOW,
        "exp": NOW + 300,
        "nonce": "nonce",
        "sid": "sid-above",
        "auth_time": NOW - 100,
        "session_expiry": NOW + 40_000,
        "acr": f"{LADDER}/acr/realname",
        "amr": ["pwd"],
        "rl": 3,
        "idp": GD,
        "home_region": "440000",
    }
    return {name: value for name, value in {**lawful, **changes}.items() if value is not ABSENT}


@pytest.fixture
def world() -> PeerWorld:
    return PeerWorld()


@pytest.fixture
def vouching(world: PeerWorld) -> Vouching:
    return Vouching(issuer=ZJ, region="330000", namespace=LADDER, peers=world.peers, clock=world.clock)


@pytest.fixture
def hub(world: PeerWorld) -> Peer:
    world.wire.publish(HUB, configuration(HUB, OIDC, RSA))
    return world.peers.get(HUB)


def token(key: SigningKey = OIDC, typ: str = "JWT", /, **changes: object) -> str:
    return unchecked(key, word(**changes), typ=typ)


FITS: dict[str, dict[str, object]] = {
    "a lawful word": {},
    "a token of an hour ago that is still good": {"iat": NOW - 3600},
    "a clock that is a few seconds ahead": {"iat": NOW + 9},
    "a token that ended a few seconds ago": {"exp": NOW - 9},
}


@pytest.mark.parametrize("sentence", FITS)
def test_a_token_that_fits_is_believed(vouching: Vouching, hub: Peer, sentence: str) -> None:
    changed = FITS[sentence]
    assert vouching.claims(hub, token(**changed), nonce="nonce") == word(**changed)


MISSES: dict[str, str] = {
    "another nonce": token(nonce="of another sign-in"),
    "another provider's name in iss": token(iss=GD),
    "meant for another region": token(aud=GD),
    "meant for us and for somebody else": token(aud=[ZJ, GD]),
    "ended": token(exp=NOW - 11),
    "from the future": token(iat=NOW + 11),
    "signed by a key that the peer does not publish": token(STRANGER),
    "signed with an algorithm that peers do not use": token(RSA),
    "an access token": token(OIDC, "at+jwt"),
    "a logout token": token(OIDC, "logout+jwt"),
    "a token that does not say what it is": forge({"alg": "ES256", "kid": OIDC.kid}, word(), signer=OIDC),
    "no token at all": "nonsense",
    "cut short": token()[:-4],
    "a nonce that is no text": token(nonce=7),
}


@pytest.mark.parametrize("sentence", MISSES)
def test_a_token_that_does_not_fit_is_refused(vouching: Vouching, hub: Peer, sentence: str) -> None:
    with pytest.raises(NotOurs):
        vouching.claims(hub, MISSES[sentence], nonce="nonce")


@pytest.mark.parametrize("claim", REQUIRED)
def test_a_token_without_a_claim_that_counts_is_refused(vouching: Vouching, hub: Peer, claim: str) -> None:
    with pytest.raises(NotOurs):
        vouching.claims(hub, token(**{claim: ABSENT}), nonce="nonce")


def test_a_key_that_the_peer_began_to_use_is_looked_up(
    world: PeerWorld, vouching: Vouching, hub: Peer
) -> None:
    world.wire.publish(HUB, configuration(HUB, OIDC, NEXT))
    world.clock.now += 1
    assert vouching.claims(hub, token(NEXT), nonce="nonce")
    reads = len(world.wire.asked)
    with pytest.raises(NotOurs):
        vouching.claims(hub, token(STRANGER), nonce="nonce")
    assert len(world.wire.asked) == reads, "forged keys do not make us ask all the time"


def test_somebody_is_taken_over_unchanged(vouching: Vouching, hub: Peer) -> None:
    who = vouching.citizen(hub, word())
    assert (who.source, who.local_id, who.idp, who.home_region) == (HUB, "pairwise", GD, "440000")
    assert (who.rl, who.acr, who.amr, who.auth_time, who.claims) == (3, "realname", ("pwd",), NOW - 100, {})


SPEAKS: dict[str, dict[str, object]] = {
    "methods are not said": {"amr": ABSENT},
    "the home's clock is a minute ahead": {"auth_time": NOW + 60},
    "a session that lasts one more second": {"session_expiry": NOW + 1},
    "a step below what the level reaches": {"rl": 5, "acr": f"{LADDER}/acr/basic"},
    "the highest step of the highest level": {"rl": 5, "acr": f"{LADDER}/acr/certified"},
    "a national account": {"home_region": "000000", "idp": HUB},
}


@pytest.mark.parametrize("sentence", SPEAKS)
def test_a_word_that_may_be_said(vouching: Vouching, hub: Peer, sentence: str) -> None:
    assert vouching.citizen(hub, word(**SPEAKS[sentence]))


CLAIMS: dict[str, dict[str, object]] = {
    "our own citizen, vouched for by somebody else": {"home_region": "330000"},
    "a step of another ladder": {"acr": "http://evil.localhost/acr/certified"},
    "a step that does not exist": {"acr": f"{LADDER}/acr/royal"},
    "a step without its namespace": {"acr": "realname"},
    "a step that nobody of this level reaches": {"rl": 2},
    "a level above the highest": {"rl": 6},
    "a level below the lowest": {"rl": 0, "acr": f"{LADDER}/acr/basic"},
    "a level that is no number": {"rl": "3"},
    "a level that is a truth": {"rl": True, "acr": f"{LADDER}/acr/basic"},
    "an authentication that is still to come": {"auth_time": NOW + 61},
    "an authentication at no time": {"auth_time": None},
    "a session that is over": {"session_expiry": NOW},
    "a session without an end": {"session_expiry": ABSENT},
    "nobody": {"sub": ""},
    "from nowhere": {"home_region": ABSENT},
    "from a region that is no text": {"home_region": 440000},
    "authenticated by nobody": {"idp": ABSENT},
}


@pytest.mark.parametrize("sentence", CLAIMS)
def test_a_word_that_may_not_be_said(vouching: Vouching, hub: Peer, sentence: str) -> None:
    with pytest.raises(NotOurs):
        vouching.citizen(hub, word(**CLAIMS[sentence]))


def test_a_region_vouches_for_its_own_citizens_only(vouching: Vouching, world: PeerWorld) -> None:
    region = world.peers.get(GD)
    assert vouching.citizen(region, word(iss=GD))
    with pytest.raises(NotOurs):
        vouching.citizen(region, word(iss=GD, home_region="110000"))


def test_a_hub_that_is_no_home_has_no_citizens_to_protect(world: PeerWorld) -> None:
    at_hub = Vouching(issuer=HUB, region=None, namespace=LADDER, peers=world.peers, clock=world.clock)
    assert at_hub.citizen(world.peers.get(GD), word(iss=GD))


@pytest.fixture
def chained(world: PeerWorld) -> tuple[Vouching, Known]:
    """The hub is known by chain."""
    trust = Known()
    trust.found = {HUB: hub_by_chain(), GD: province()}
    acquaintance = Acquaintance(issuer=HUB, name={"zh": "枢纽", "en": "Hub"}, jwks=None, region=None)
    peers = Peers([acquaintance], world.wire, world.clock, introduced(), trust=trust)
    vouching = Vouching(
        issuer=ZJ,
        region="330000",
        namespace=LADDER,
        peers=peers,
        clock=world.clock,
        assurance=Assurance(trust),
    )
    return vouching, trust


def test_a_peer_by_chain_may_say_what_the_chains_of_both_allow(
    chained: tuple[Vouching, Known], hub: Peer
) -> None:
    vouching, _ = chained
    assert vouching.citizen(hub, word()).rl == 3


def test_a_peer_by_chain_may_not_say_more_than_the_home_of_the_person_may(
    chained: tuple[Vouching, Known], hub: Peer
) -> None:
    vouching, _ = chained
    with pytest.raises(NotOurs, match="RL4"):
        vouching.citizen(hub, word(rl=4, acr=f"{LADDER}/acr/realname"))


def test_a_person_whose_home_is_trusted_no_longer_is_not_taken_over(
    chained: tuple[Vouching, Known], hub: Peer
) -> None:
    vouching, trust = chained
    trust.found[GD] = None
    with pytest.raises(NotOurs, match="no trust chain"):
        vouching.citizen(hub, word())


def test_a_home_that_cannot_be_looked_up_is_not_judged(chained: tuple[Vouching, Known], hub: Peer) -> None:
    vouching, trust = chained
    del trust.found[GD]
    with pytest.raises(Unavailable):
        vouching.citizen(hub, word())


def test_a_person_says_where_they_come_from_only_with_the_anchors_word(
    chained: tuple[Vouching, Known], hub: Peer
) -> None:
    vouching, trust = chained
    trust.found[GD] = province(GD, "510000")
    with pytest.raises(NotOurs, match="home of region"):
        vouching.citizen(hub, word())
