"""Notices on their way: fresh at each try, with growing pauses, parked with an alarm, never dropped."""

import json
import threading
from base64 import urlsafe_b64decode
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import pytest
from structlog.testing import capture_logs

from idp import deliveries as room
from idp.client import Client
from idp.deliveries import LOGOUT_EVENT, PARKED_AFTER, PAUSES, REVOKED_EVENT, TOKEN_LIFETIME, Deliveries
from idp.delivery import Delivery, delivery
from idp.errors import Unavailable
from idp.known import as_client
from idp.lookout import Lookout
from idp.outbound import Reply
from keys.key import generate
from keys.ring import KeyRing
from tests.country.world import AtOnce
from tests.idp.made import GD, HUB, NOW, ZJ, client
from tests.idp.peer_world import PeerWorld
from tests.idp.pens import pen

OURS = generate(alg="ES256", purpose="oidc", issuer=ZJ, now=NOW - 9000, active_from=NOW - 9000)
SECRET = "sid-of-the-portal"


class Post:
    """The outbox, the clients and the wire: what was done with each notice."""

    def __init__(self) -> None:
        self.world = PeerWorld()
        self.lookout = Lookout(self.world.clock)
        self.clients: dict[str, Client] = {"portal": client(backchannel_logout_uri="http://portal/out")}
        self.entries: list[Delivery] = []
        self.did: dict[str, tuple[str, float]] = {}
        self.sent: list[tuple[str, str, str]] = []
        self.status: int | Exception = 200
        self.hold: threading.Event | None = None

    def open(self, pool: Executor) -> Deliveries:
        return Deliveries(
            issuer=ZJ,
            outbox=self,
            clients=self,
            peers=self.world.peers,
            outbound=self,
            pen=pen(lambda: KeyRing(purpose="oidc", keys=(OURS,)), self.world.clock),
            lookout=self.lookout,
            clock=self.world.clock,
            pool=pool,
        )

    def find(self, client_id: str) -> Client | None:
        known = self.world.peers.known(client_id)
        return as_client(self.world.peers.get(client_id)) if known else self.clients.get(client_id)

    def due(self, now: float, limit: int) -> Sequence[Delivery]:
        return self.entries[:limit]

    def done(self, id_: str, now: float) -> None:
        self.did[id_] = ("done", now)

    def retry(self, id_: str, next_try: float) -> None:
        self.did[id_] = ("retry", next_try - self.world.clock())

    def park(self, id_: str, now: float) -> None:
        self.did[id_] = ("parked", now)

    def send(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None, **_: Any
    ) -> Reply:
        if self.hold is not None:
            self.hold.wait(10)
        assert method == "POST"
        self.sent.append((url, headers["Content-Type"], (body or b"").decode()))
        if isinstance(self.status, Exception):
            raise self.status
        return Reply(status=self.status, headers={}, body=b"")


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def carrier(post: Post) -> Deliveries:
    return post.open(AtOnce())


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as made:
        yield made


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    head, claims = (json.loads(urlsafe_b64decode(part + "==")) for part in token.split(".")[:2])
    return head, claims


DOWN = delivery("logout_token", "portal", SECRET, NOW)
TO_PEER = delivery("logout_token", HUB, "sid-of-the-hub", NOW)
UP = delivery("session_event", HUB, "sid-above", NOW)


def test_a_client_gets_a_logout_token_that_names_its_sid_only(carrier: Deliveries, post: Post) -> None:
    assert carrier.deliver_now([DOWN]) == {DOWN.id}
    url, kind, body = post.sent[0]
    assert (url, kind) == ("http://portal/out", "application/x-www-form-urlencoded")
    head, claims = parts(dict(parse_qsl(body))["logout_token"])
    assert head["typ"] == "logout+jwt"
    assert claims.pop("jti")
    assert claims == {
        "iss": ZJ,
        "aud": "portal",
        "iat": NOW,
        "exp": NOW + TOKEN_LIFETIME,
        "sid": SECRET,
        "events": {LOGOUT_EVENT: {}},
    }
    assert post.did[DOWN.id] == ("done", NOW)


def test_a_peer_below_gets_one_at_its_own_address(carrier: Deliveries, post: Post) -> None:
    assert carrier.deliver_now([TO_PEER]) == {TO_PEER.id}
    assert post.sent[0][0] == f"{HUB}/backchannel-logout"


def test_a_peer_above_gets_a_signed_event(carrier: Deliveries, post: Post) -> None:
    assert carrier.deliver_now([UP]) == {UP.id}
    url, kind, body = post.sent[0]
    assert (url, kind) == (f"{HUB}/events", "application/secevent+jwt")
    head, claims = parts(body)
    assert head["typ"] == "secevent+jwt"
    assert (claims["iss"], claims["aud"]) == (ZJ, HUB)
    assert claims["sub_id"] == {"format": "complex", "session": {"format": "opaque", "id": "sid-above"}}
    assert list(claims["events"]) == [REVOKED_EVENT]


def test_every_try_is_a_fresh_token_about_the_same_session(carrier: Deliveries, post: Post) -> None:
    post.status = 503
    carrier.deliver_now([DOWN])
    post.world.clock.now += 30
    carrier.deliver_now([DOWN])
    first, second = (parts(dict(parse_qsl(body))["logout_token"])[1] for _, _, body in post.sent)
    assert first["jti"] != second["jti"]
    assert second["iat"] == first["iat"] + 30
    assert first["sid"] == second["sid"]


TAKEN = {200: True, 204: True, 202: False, 301: False, 400: False, 404: False, 500: False, 503: False}


@pytest.mark.parametrize("status", TAKEN)
def test_what_counts_as_taken_by_a_client(carrier: Deliveries, post: Post, status: int) -> None:
    post.status = status
    assert carrier.deliver_now([DOWN]) == ({DOWN.id} if TAKEN[status] else set())
    assert post.did[DOWN.id][0] == ("done" if TAKEN[status] else "retry")


@pytest.mark.parametrize(("status", "taken"), [(202, True), (200, True), (204, False), (400, False)])
def test_what_counts_as_taken_by_a_peer_above(
    carrier: Deliveries, post: Post, status: int, taken: bool
) -> None:
    post.status = status
    assert bool(carrier.deliver_now([UP])) is taken


@pytest.mark.parametrize("tries", range(1, 12))
def test_the_pauses_between_tries_grow_up_to_the_last(carrier: Deliveries, post: Post, tries: int) -> None:
    post.status = Unavailable("peer", "cut")
    carrier.deliver_now([replace(DOWN, tries=tries)])
    assert post.did[DOWN.id] == ("retry", PAUSES[min(tries, len(PAUSES)) - 1])


def test_after_three_days_a_notice_is_parked_with_an_alarm(carrier: Deliveries, post: Post) -> None:
    post.status = 503
    post.world.clock.now = NOW + PARKED_AFTER
    carrier.deliver_now([DOWN])
    assert post.did[DOWN.id][0] == "retry"
    post.world.clock.now += 1
    with capture_logs() as said:
        carrier.deliver_now([DOWN])
    assert post.did[DOWN.id] == ("parked", NOW + PARKED_AFTER + 1)
    alarm = [one for one in said if one["log_level"] == "error"]
    assert [(one["event"], one["id"]) for one in alarm] == [("delivery_parked", DOWN.id)]
    assert SECRET not in str(said)


def test_a_late_notice_that_is_taken_is_done_not_parked(carrier: Deliveries, post: Post) -> None:
    post.world.clock.now = NOW + PARKED_AFTER + 1
    assert carrier.deliver_now([DOWN]) == {DOWN.id}
    assert post.did[DOWN.id][0] == "done"


def test_a_client_that_is_gone_needs_no_notice(carrier: Deliveries, post: Post) -> None:
    post.clients.clear()
    assert carrier.deliver_now([DOWN]) == {DOWN.id}
    assert post.sent == []


@pytest.mark.parametrize("entry", [TO_PEER, UP, delivery("logout_token", GD, "sid", NOW)])
def test_a_peer_that_cannot_be_read_is_tried_again(carrier: Deliveries, post: Post, entry: Delivery) -> None:
    post.world.wire.cut = True
    assert carrier.deliver_now([entry]) == set()
    assert post.did[entry.id][0] == "retry"


def test_one_that_cannot_be_sent_does_not_keep_the_others_back(carrier: Deliveries, post: Post) -> None:
    broken = replace(DOWN, id="broken", payload={})
    post.entries = [broken, DOWN]
    assert carrier.deliver_due() == 2
    assert (post.did["broken"][0], post.did[DOWN.id][0]) == ("retry", "done")


def test_what_is_due_is_tried_together(post: Post, pool: ThreadPoolExecutor) -> None:
    post.entries = [replace(DOWN, id=str(number)) for number in range(3)]
    meeting = threading.Barrier(3)
    sending = post.send

    def send(*args: Any, **named: Any) -> Reply:
        meeting.wait(10)
        return sending(*args, **named)

    post.send = send  # type: ignore[method-assign]
    assert post.open(pool).deliver_due() == 3
    assert {did for did, _ in post.did.values()} == {"done"}


def test_nobody_waits_long_for_a_slow_site(
    post: Post, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "PATIENCE", 0.01)
    post.hold = threading.Event()
    assert post.open(pool).deliver_now([DOWN]) == set()
    post.hold.set()
    pool.shutdown(wait=True)
    assert post.did[DOWN.id][0] == "done", "it went on without them"
