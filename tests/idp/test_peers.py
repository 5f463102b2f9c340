"""What we know of other providers, how fresh it is, and that nothing else is believed."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from idp.errors import Unavailable
from idp.known import KnownClients
from idp.peers import PAUSE, REFRESH, UNKNOWN
from tests.idp.made import GD, HUB, NOW, ZJ, client
from tests.idp.peer_world import NEXT, OIDC, STRANGER, PeerWorld, configuration, jwks

AT = f"{HUB}/.well-known/openid-federation"


@pytest.fixture
def world() -> PeerWorld:
    return PeerWorld()


def test_a_peer_is_what_its_configuration_says(world: PeerWorld) -> None:
    peer = world.peers.get(HUB)
    assert peer.endpoint("token_endpoint") == f"{HUB}/token"
    assert peer.jwks() == jwks(OIDC)
    assert peer.party["backchannel_logout_uri"] == f"{HUB}/backchannel-logout"
    assert (peer.region, world.peers.get(GD).region) == (None, "440000")
    with pytest.raises(Unavailable):
        peer.endpoint("registration_endpoint")


def test_a_configuration_is_read_once_a_minute(world: PeerWorld) -> None:
    for passed, reads in ((0, 1), (0, 1), (REFRESH - 1, 1), (1, 2), (1, 2)):
        world.clock.now += passed
        world.peers.get(HUB)
        assert world.wire.asked.count(AT) == reads


def test_an_unknown_key_reads_it_again_at_once_and_then_once_a_minute(world: PeerWorld) -> None:
    world.peers.get(HUB)
    world.wire.publish(HUB, configuration(HUB, OIDC, NEXT))
    assert world.peers.get(HUB, fresh=True).jwks() == jwks(OIDC), "it was read this very second"
    world.clock.now += 1
    assert world.peers.get(HUB).jwks() == jwks(OIDC)
    assert world.peers.get(HUB, fresh=True).jwks() == jwks(OIDC, NEXT)
    world.clock.now += REFRESH - 0.5
    world.peers.get(HUB, fresh=True)
    assert world.wire.asked.count(AT) == 2
    world.clock.now += UNKNOWN
    world.peers.get(HUB, fresh=True)
    assert world.wire.asked.count(AT) == 3


def test_ten_thousand_unknown_keys_are_one_reading_a_minute_besides_those_that_were_due(
    world: PeerWorld,
) -> None:
    for step in range(10_000):
        world.clock.now = NOW + step / 50
        assert world.peers.get(HUB, fresh=True).jwks() == jwks(OIDC)
    due, asked = 1 + 200 // int(REFRESH), 1 + 200 // int(UNKNOWN)
    assert world.wire.asked.count(AT) <= due + asked


def test_a_clock_that_went_back_does_not_stop_reading(world: PeerWorld) -> None:
    world.peers.get(HUB)
    world.clock.now += 1
    world.peers.get(HUB, fresh=True)
    world.clock.now -= 3600
    world.wire.publish(HUB, configuration(HUB, NEXT, now=NOW - 3600))
    assert world.peers.get(HUB).jwks() == jwks(NEXT)


def test_many_that_see_an_unknown_key_read_it_again_once(world: PeerWorld) -> None:
    world.peers.get(HUB)
    world.clock.now += 1
    world.wire.held = threading.Event()
    with ThreadPoolExecutor(2) as both:
        first = both.submit(world.peers.get, HUB, fresh=True)
        while world.wire.asked.count(AT) < 2:
            pass
        looks = world.clock.looks
        second = both.submit(world.peers.get, HUB, fresh=True)
        while world.clock.looks == looks:
            pass
        world.wire.held.set()
        assert first.result() is second.result()
    assert world.wire.asked.count(AT) == 2


def test_the_last_good_configuration_serves_until_it_expires(world: PeerWorld) -> None:
    world.wire.publish(HUB, configuration(lifetime=600))
    world.peers.get(HUB)
    world.wire.cut = True
    for moment in (NOW + 60, NOW + 300, NOW + 599):
        world.clock.now = moment
        assert world.peers.get(HUB).jwks() == jwks(OIDC)
    world.clock.now = NOW + 600
    with pytest.raises(Unavailable):
        world.peers.get(HUB)


def test_an_expired_configuration_is_replaced_when_the_peer_is_back(world: PeerWorld) -> None:
    world.wire.publish(HUB, configuration(lifetime=600))
    world.peers.get(HUB)
    world.clock.now = NOW + 601
    world.wire.publish(HUB, configuration(HUB, NEXT, now=NOW + 601))
    assert world.peers.get(HUB).jwks() == jwks(NEXT)


FORGED = {
    "signed by a stranger": configuration(HUB, NEXT, by=STRANGER),
    "another peer's": configuration(GD, NEXT),
    "expired": configuration(HUB, NEXT, now=NOW - 90_000),
    "no configuration at all": "<html>",
    "nothing": "",
    "not even text": "\u0000\u4e2d",
}


@pytest.mark.parametrize("sentence", FORGED)
def test_a_configuration_that_does_not_verify_is_refused(world: PeerWorld, sentence: str) -> None:
    world.wire.publish(HUB, FORGED[sentence])
    with pytest.raises(Unavailable):
        world.peers.get(HUB)


@pytest.mark.parametrize("sentence", FORGED)
def test_a_forged_configuration_does_not_push_out_the_good_one(world: PeerWorld, sentence: str) -> None:
    world.peers.get(HUB)
    world.clock.now += REFRESH
    world.wire.publish(HUB, FORGED[sentence])
    assert world.peers.get(HUB).jwks() == jwks(OIDC)


def test_an_unknown_issuer_is_never_asked_anything(world: PeerWorld) -> None:
    stranger = "http://evil.localhost"
    world.wire.publish(stranger, configuration(stranger))
    assert world.peers.known(stranger) is None
    assert not world.peers.up(stranger)
    assert KnownClients(lambda _: None, world.peers).find(stranger) is None
    for fresh in (False, True):
        with pytest.raises(Unavailable):
            world.peers.get(stranger, fresh=fresh)
    assert world.wire.asked == []
    assert world.peers.known(HUB)
    assert world.wire.asked == [], "knowing somebody costs no question"


def test_a_peer_that_was_never_read_is_not_asked_by_everybody_at_once(world: PeerWorld) -> None:
    world.wire.cut = True
    for moment in (NOW, NOW + 1, NOW + PAUSE - 0.1):
        world.clock.now = moment
        with pytest.raises(Unavailable):
            world.peers.get(HUB)
    assert world.wire.asked.count(AT) == 1
    world.wire.cut = False
    world.clock.now = NOW + PAUSE
    assert world.peers.get(HUB)


def test_nobody_waits_for_a_peer_whose_configuration_is_at_hand(world: PeerWorld) -> None:
    world.peers.get(HUB)
    world.clock.now += REFRESH
    world.wire.held = threading.Event()
    with ThreadPoolExecutor(1) as one:
        slow = one.submit(world.peers.get, HUB)
        while world.wire.asked.count(AT) < 2:
            pass
        assert world.peers.get(HUB).jwks() == jwks(OIDC)
        assert not slow.done()
        world.wire.held.set()
        assert slow.result().jwks() == jwks(OIDC)
    assert world.wire.asked.count(AT) == 2


def test_regions_and_the_way_beyond(world: PeerWorld) -> None:
    assert [one.issuer for one in world.peers.regions()] == [GD]
    assert world.peers.beyond() == HUB


def test_a_peer_is_a_client_that_proves_itself_with_its_own_keys(world: PeerWorld) -> None:
    found = KnownClients(lambda _: None, world.peers).find(GD)
    assert found is not None
    assert (found.client_id, found.peer, found.region) == (GD, True, "440000")
    assert (found.auth_method, found.jwks, found.pkce, found.public) == (
        "private_key_jwt",
        jwks(OIDC),
        True,
        False,
    )
    assert found.redirect_uris == (f"{GD}/arrive",)
    assert found.sector == GD


def test_a_registered_client_cannot_pass_for_a_peer(world: PeerWorld) -> None:
    impostor = client(GD, redirect_uris=("http://evil.localhost/cb",))
    found = KnownClients({GD: impostor, "portal": client()}.get, world.peers)
    assert found.find("portal") == client()
    one = found.find(GD)
    assert one is not None
    assert one.redirect_uris == (f"{GD}/arrive",)
    world.wire.cut = True
    world.clock.now += 90_000
    with pytest.raises(Unavailable):
        found.find(GD)


def test_a_region_in_another_place_is_still_nobody_we_know(world: PeerWorld) -> None:
    assert world.peers.known(ZJ) is None
    assert world.peers.known(HUB + "/") is None


def test_a_visit_reads_those_whose_turn_it_is_and_holds_a_failure_against_nobody() -> None:
    world = PeerWorld()
    world.wire.cut = True
    world.peers.visit()
    world.wire.cut = False
    assert world.peers.get(HUB).issuer == HUB, "no pause after a visit that failed"
    world.wire.asked.clear()
    world.peers.visit()
    assert [url for url in world.wire.asked if url.startswith(HUB)] == []
    world.clock.now += REFRESH
    world.wire.asked.clear()
    world.peers.visit()
    assert any(url.startswith(HUB) for url in world.wire.asked)
