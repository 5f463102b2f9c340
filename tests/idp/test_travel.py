"""Trips to other providers: what is asked of them, and what is made of what comes back."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from idp.badge import ASSERTION_LIFETIME
from idp.errors import Unavailable
from idp.lookout import Lookout
from idp.outbound import Reply
from idp.shelf import secret_name
from idp.travel import Travel
from idp.visit import Visit, Visits
from idp.vouching import NotOurs, Vouching
from keys.jose import verify
from keys.key import generate
from keys.ring import KeyRing
from tests.idp.made import HUB, NOW, ZJ
from tests.idp.oauth.memory import MemoryStore
from tests.idp.peer_world import PeerWorld, jwks
from tests.idp.pens import pen
from tests.idp.test_vouching import LADDER, token

OURS = generate(alg="ES256", purpose="oidc", issuer=ZJ, now=NOW - 9000, active_from=NOW - 9000)
BROWSER = secret_name("cookie")
Form = dict[str, str]


class Peer:
    """The hub at the other end: what it answers, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Mapping[str, str], Form]] = []
        self.tokens: Any = {"access_token": "at", "id_token": token()}
        self.userinfo: Any = {"sub": "pairwise", "name": "李华", "email": "li@gd.example"}
        self.status = 200

    def send(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None, **_: Any
    ) -> Reply:
        form = dict(parse_qsl((body or b"").decode()))
        self.asked.append((method, url, headers, form))
        answer = self.tokens if url.endswith("/token") else self.userinfo
        text = answer if isinstance(answer, str) else json.dumps(answer)
        return Reply(status=self.status, headers={}, body=text.encode())


@pytest.fixture
def world() -> PeerWorld:
    return PeerWorld()


@pytest.fixture
def peer() -> Peer:
    return Peer()


@pytest.fixture
def visits(world: PeerWorld) -> Visits:
    clock: Any = world.clock
    return Visits(MemoryStore(clock))


@pytest.fixture
def travel(world: PeerWorld, peer: Peer, visits: Visits) -> Travel:
    return Travel(
        issuer=ZJ,
        peers=world.peers,
        visits=visits,
        vouching=Vouching(issuer=ZJ, region="330000", namespace=LADDER, peers=world.peers, clock=world.clock),
        outbound=peer,
        pen=pen(lambda: KeyRing(purpose="oidc", keys=(OURS,)), world.clock),
        lookout=Lookout(world.clock),
        clock=world.clock,
    )


def question(url: str) -> Form:
    return dict(parse_qsl(urlsplit(url).query, strict_parsing=True))


def test_a_browser_leaves_with_a_lawful_request(travel: Travel, visits: Visits) -> None:
    url = travel.leave(HUB, browser=BROWSER, silent=True, scopes=("openid", "profile"), login_id="login")
    asked = question(url)
    assert url.startswith(f"{HUB}/authorize?")
    assert (asked["client_id"], asked["redirect_uri"]) == (ZJ, f"{ZJ}/arrive")
    assert (asked["response_type"], asked["scope"], asked["prompt"]) == ("code", "openid profile", "none")
    visit = visits.take(asked["state"])
    assert visit is not None
    assert (visit.issuer, visit.browser, visit.nonce, visit.silent) == (HUB, BROWSER, asked["nonce"], True)
    assert (visit.scopes, visit.login_id, visit.return_to) == (("openid", "profile"), "login", None)


@pytest.mark.spec("RFC 7636 4.2")
def test_the_challenge_is_the_hash_of_a_verifier_that_stays_here(travel: Travel, visits: Visits) -> None:
    asked = question(travel.leave(HUB, browser=BROWSER, silent=True))
    visit = visits.take(asked["state"])
    assert visit is not None
    assert asked["code_challenge"] == secret_name(visit.verifier)
    assert asked["code_challenge_method"] == "S256"
    assert visit.verifier not in asked.values()
    assert len(visit.verifier) >= 43


def test_no_two_trips_share_a_secret(travel: Travel) -> None:
    trips = [question(travel.leave(HUB, browser=BROWSER, silent=True)) for _ in range(20)]
    for name in ("state", "nonce", "code_challenge"):
        assert len({trip[name] for trip in trips}) == 20


PROMPTS = {
    "silent": (True, False, "none"),
    "silent wins over anew": (True, True, "none"),
    "with pages": (False, False, None),
    "anew, where the password is": (False, True, "login"),
}


@pytest.mark.parametrize("sentence", PROMPTS)
def test_how_the_person_may_be_asked(travel: Travel, sentence: str) -> None:
    silent, renew, prompt = PROMPTS[sentence]
    asked = question(travel.leave(HUB, browser=BROWSER, silent=silent, renew=renew))
    assert asked.get("prompt") == prompt


def test_what_was_asked_of_us_travels_along(travel: Travel) -> None:
    along = {"max_age": "0", "acr_values": "a b", "ui_locales": "zh"}
    asked = question(travel.leave(HUB, browser=BROWSER, silent=False, asked=along))
    assert {name: asked[name] for name in along} == along


def test_nobody_leaves_for_a_peer_that_is_unknown_or_cannot_be_read(travel: Travel, world: PeerWorld) -> None:
    world.wire.cut = True
    for issuer in ("http://evil.localhost", HUB):
        with pytest.raises(Unavailable):
            travel.leave(issuer, browser=BROWSER, silent=True)


TRIP = Visit(
    issuer=HUB, browser=BROWSER, nonce="nonce", verifier="v" * 43, silent=True, scopes=("openid",), sent=NOW
)
WITH_CLAIMS = Visit(
    issuer=HUB, browser=BROWSER, nonce="nonce", verifier="v" * 43, silent=True,
    scopes=("openid", "profile", "email"), sent=NOW,
)  # fmt: skip


def test_a_code_becomes_somebody_and_the_session_above(travel: Travel, peer: Peer) -> None:
    arrival = travel.redeem(TRIP, "the-code")
    assert (arrival.citizen.local_id, arrival.citizen.source) == ("pairwise", HUB)
    assert (arrival.upstream.issuer, arrival.upstream.sid) == (HUB, "sid-above")
    assert arrival.upstream.id_token == peer.tokens["id_token"]
    assert (arrival.until, arrival.claims) == (NOW + 40_000, {})
    assert [url for _, url, _, _ in peer.asked] == [f"{HUB}/token"], "no claims were asked for"


def test_the_code_is_redeemed_with_proof_of_who_we_are(travel: Travel, peer: Peer) -> None:
    travel.redeem(TRIP, "the-code")
    method, url, _, form = peer.asked[0]
    assert (method, url) == ("POST", f"{HUB}/token")
    assert (form["code"], form["code_verifier"]) == ("the-code", TRIP.verifier)
    assert (form["redirect_uri"], form["client_id"]) == (f"{ZJ}/arrive", ZJ)
    claims = verify(
        form["client_assertion"], jwks(OURS), algs=("ES256",), typ=("JWT",), issuer=ZJ, audience=HUB, now=NOW
    )
    assert claims["sub"] == ZJ
    assert claims["exp"] == NOW + ASSERTION_LIFETIME
    assert claims["aud"] == HUB, "one audience, as a string"
    travel.redeem(TRIP, "another")
    assert peer.asked[1][3]["client_assertion"] != form["client_assertion"]


def test_claims_are_fetched_for_this_request_and_only_known_ones_kept(travel: Travel, peer: Peer) -> None:
    peer.userinfo |= {"iss": "evil", "rl": 5, "acr": "certified", "department": "户政"}
    arrival = travel.redeem(WITH_CLAIMS, "the-code")
    assert arrival.claims == {"name": "李华", "email": "li@gd.example"}
    assert arrival.citizen.claims == {}, "never stored with the session"
    method, url, headers, _ = peer.asked[1]
    assert (method, url, headers["Authorization"]) == ("GET", f"{HUB}/userinfo", "Bearer at")


DEEP = "[" * 200_000


@pytest.mark.parametrize(
    "userinfo", [{"name": "李华"}, {"sub": "another"}, [], "no json", {"error": "x"}, DEEP]
)
def test_claims_about_somebody_else_are_refused(travel: Travel, peer: Peer, userinfo: Any) -> None:
    peer.userinfo = userinfo
    with pytest.raises(NotOurs):
        travel.redeem(WITH_CLAIMS, "the-code")
    assert travel.redeem(TRIP, "the-code")


NO_TOKENS: dict[str, tuple[int, Any]] = {
    "an error": (400, {"error": "invalid_grant"}),
    "an error with good tokens beside it": (400, {"id_token": token(), "access_token": "at"}),
    "no ID token": (200, {"access_token": "at"}),
    "an ID token that is no text": (200, {"id_token": 7}),
    "an ID token for another sign-in": (200, {"id_token": token(nonce="another")}),
    "a list": (200, []),
    "a page": (200, "<html>"),
    "nested until a parser breaks": (200, DEEP),
    "a redirect": (302, {"id_token": token(), "access_token": "at"}),
}


@pytest.mark.parametrize("sentence", NO_TOKENS)
def test_an_answer_without_a_word_is_refused(travel: Travel, peer: Peer, sentence: str) -> None:
    peer.status, peer.tokens = NO_TOKENS[sentence]
    with pytest.raises(NotOurs):
        travel.redeem(TRIP, "the-code")


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_peer_in_trouble_is_no_forger(travel: Travel, peer: Peer, status: int) -> None:
    peer.status = status
    with pytest.raises(Unavailable):
        travel.redeem(TRIP, "the-code")


def test_no_refusal_repeats_a_secret(travel: Travel, peer: Peer) -> None:
    peer.tokens = {"id_token": token(nonce="another")}
    with pytest.raises(NotOurs) as refused:
        travel.redeem(TRIP, "the-code")
    secrets = ("the-code", TRIP.verifier, peer.tokens["id_token"])
    assert not any(secret in str(refused.value) for secret in secrets)
