"""Whatever a peer answers, the keys that were good go on verifying until its last configuration expires; and a
key serves one issuer for one purpose."""

from collections.abc import Mapping

import pytest
from structlog.testing import capture_logs

from idp.errors import Unavailable
from idp.outbound import Reply
from idp.peers import REFRESH, Peers
from idp.wiring.parts import Fetch
from keys.key import SigningKey
from tests.idp.made import GD, HUB, NOW
from tests.idp.peer_world import (
    NEXT,
    OIDC,
    PINNED,
    PeerWorld,
    acquaintance,
    configuration,
    jwks,
    key,
    party,
    provider,
)
from tests.idp.pens import introduced
from tests.keys.forge import unchecked

AT = "/.well-known/openid-federation"
ONE = dict(OIDC.public)
TWO = dict(NEXT.public)


def stated(keys: object, *, issuer: str = HUB, federation: object = None, later: int = 0) -> str:
    """A signed configuration of a peer whose provider lists these keys."""
    claims: Mapping[str, object] = {
        "iss": issuer,
        "sub": issuer,
        "iat": int(NOW) + later,
        "exp": int(NOW) + later + 86_400,
        "jwks": federation or jwks(PINNED[issuer]),
        "metadata": {
            "openid_provider": {**provider(issuer), "jwks": keys},
            "openid_relying_party": {**party(issuer), "jwks": keys},
        },
    }
    return unchecked(PINNED[issuer], claims, typ="entity-statement+jwt")


def page(text: str, status: int = 200) -> Reply:
    return Reply(status=status, headers={"content-type": "text/html"}, body=text.encode())


BAD: dict[str, Reply | Exception] = {
    "an error": page(configuration(), 500),
    "a page": page("<html>busy</html>"),
    "a redirect": Reply(status=302, headers={"location": "http://evil.localhost/"}, body=b""),
    "ten megabytes": page(configuration() + " " * 10_000_000),
    "a configuration without keys": page(stated({"keys": []})),
    "one name for two keys": page(stated({"keys": [ONE, {**TWO, "kid": ONE["kid"]}]})),
    "keys that are no set": page(stated([ONE])),
    "keys that are no list": page(stated({"keys": {"0": ONE}})),
    "a symmetric key": page(stated({"keys": [{"kty": "oct", "kid": "k", "k": "AAAA"}]})),
    "a private key": page(stated({"keys": [{**TWO, "d": TWO["x"]}]})),
    "not JSON": page("e30.bm8.e30"),
    "nothing in time": Unavailable("peer", "no whole answer in time"),
}


class Sender:
    """Answers what it was told to, with the limit that it was asked to keep."""

    def __init__(self, reply: Reply | Exception) -> None:
        self.reply = reply
        self.sent: list[str] = []

    def send(self, method: str, url: str, *, limit: int = 0, **_: object) -> Reply:
        self.sent.append(f"{method} {url}")
        if isinstance(self.reply, Exception):
            raise self.reply
        if len(self.reply.body) > limit:
            raise Unavailable("peer", "answers with too many bytes")
        return self.reply


@pytest.mark.parametrize("case", BAD)
def test_a_bad_answer_leaves_the_keys_that_were_good(case: str) -> None:
    world, sender = PeerWorld(), Sender(page(configuration()))
    peers = Peers([acquaintance(HUB)], Fetch(sender), world.clock, introduced())
    assert peers.get(HUB).jwks() == jwks(OIDC)
    sender.reply = BAD[case]
    for world.clock.now in (NOW + REFRESH, NOW + 3600, NOW + 86_399):
        assert peers.get(HUB).jwks() == jwks(OIDC)
    world.clock.now = NOW + 86_400
    with pytest.raises(Unavailable):
        peers.get(HUB)
    assert set(sender.sent) == {f"GET {HUB}{AT}"}, "nothing is followed"
    sender.reply = page(configuration(HUB, NEXT, now=NOW + 86_500))
    world.clock.now = NOW + 86_500
    assert peers.get(HUB).jwks() == jwks(NEXT)


def test_a_bad_key_among_good_ones_is_left_out() -> None:
    world = PeerWorld()
    off_curve, unknown = {**TWO, "y": TWO["x"]}, {"kty": "XX", "kid": "new", "alg": "XX1"}
    world.wire.publish(HUB, stated({"keys": [off_curve, unknown, {**TWO, "d": TWO["x"]}, ONE]}))
    assert world.peers.get(HUB).jwks() == jwks(OIDC)


def refusal(world: PeerWorld) -> str:
    with pytest.raises(Unavailable) as refused:
        world.peers.get(HUB)
    return refused.value.cause


def test_a_key_for_statements_and_for_tokens_is_believed_for_neither() -> None:
    world = PeerWorld()
    world.wire.publish(HUB, stated({"keys": [ONE, dict(PINNED[HUB].public)]}))
    assert "for statements and for tokens" in refusal(world)


def test_another_name_does_not_hide_a_key() -> None:
    world = PeerWorld()
    world.wire.publish(HUB, stated({"keys": [ONE, {**PINNED[HUB].public, "kid": "other"}]}))
    assert "for statements and for tokens" in refusal(world)


@pytest.mark.parametrize("before", ["tokens", "statements"])
def test_a_key_does_not_change_its_purpose_later(before: str) -> None:
    world, both = PeerWorld(), dict(NEXT.public)
    pinned = dict(PINNED[HUB].public)
    tokens = stated({"keys": [ONE, both]})
    statements = stated({"keys": [ONE]}, federation={"keys": [pinned, both]})
    first, second = (tokens, statements) if before == "tokens" else (statements, tokens)
    world.wire.publish(HUB, first)
    held = world.peers.get(HUB)
    world.clock.now += REFRESH
    world.wire.publish(HUB, stated({"keys": [ONE]}))
    assert world.peers.get(HUB) is not held
    world.clock.now += REFRESH
    world.wire.publish(HUB, second)
    last = world.peers.get(HUB)
    assert last.jwks() == jwks(OIDC)
    world.clock.now = NOW + 90_000
    with pytest.raises(Unavailable):
        world.peers.get(HUB)


def test_a_key_that_settings_pin_for_one_peer_is_not_believed_for_another() -> None:
    world = PeerWorld()
    world.wire.publish(HUB, stated({"keys": [ONE, dict(PINNED[GD].public)]}))
    assert f"which is {GD}'s" in refusal(world)
    assert world.peers.get(GD), "the owner goes on"


def shared(*issuers: str) -> list[str]:
    world, both = PeerWorld(), key()
    own: dict[str, SigningKey] = {HUB: key(), GD: key()}
    for issuer in (HUB, GD):
        theirs = [own[issuer], both] if issuer in issuers else [own[issuer]]
        world.wire.publish(issuer, stated(jwks(*theirs), issuer=issuer))
    with capture_logs() as lines:
        for _ in range(3):
            for issuer in (HUB, GD):
                assert world.peers.get(issuer)
            world.clock.now += REFRESH
    return [f"{line['peer']} {line['other']}" for line in lines if line["event"] == "peer_key_shared"]


def test_a_key_at_two_issuers_is_an_alarm_once_and_the_owner_goes_on() -> None:
    assert shared(HUB, GD) == [f"{GD} {HUB}"]
    assert shared(HUB) == []


def test_a_reader_says_who_it_is_to_the_peer_alone_and_reads_all_the_same_when_it_cannot() -> None:
    world = PeerWorld()
    badges: dict[str, Mapping[str, str]] = {HUB: {"Authorization": "Bearer me"}, GD: {}}
    told = [acquaintance(HUB), acquaintance(GD)]
    peers = Peers(told, world.wire, world.clock, introduced(), badges.__getitem__)
    assert (peers.get(HUB).issuer, peers.get(GD).issuer, peers.up(HUB)) == (HUB, GD, True)
    assert world.wire.headers == [{"Authorization": "Bearer me"}, {}, None]
