"""What ends with a session, who must be told, and what is durable before anything else happens."""

from collections.abc import Sequence
from typing import Any

import pytest

from idp.client import Client
from idp.delivery import Delivery
from idp.errors import Unavailable
from idp.leaving import Ending, Leaving
from idp.session import Session, Sessions
from tests.idp.made import GD, HUB, NOW, ZJ, Clock, citizen, client, peer_client, upstream
from tests.idp.oauth.memory import MemoryStore

CLIENTS: dict[str, Client] = {
    "portal": client(backchannel_logout_uri="http://portal/out"),
    "silent": client("silent"),
    HUB: peer_client(HUB, backchannel_logout_uri=f"{HUB}/backchannel-logout"),
}


class Scene:
    """A session that told a portal, a client that takes no notices, and the hub."""

    def __init__(self) -> None:
        self.clock = Clock()
        anything: Any = self.clock
        self.sessions = Sessions(MemoryStore(anything), idle=1800, absolute=43_200, ended=lambda _: False)
        self.log: list[str] = []
        self.endings: list[Ending] = []
        self.sent: list[Delivery] = []
        self.arrives = True
        self.records_down = False
        self.unreadable: set[str] = set()
        self.leaving = Leaving(
            sessions=self.sessions,
            clients=self,
            peer=lambda one: one in (HUB, GD),
            farewells=self,
            postman=self,
            clock=self.clock,
        )

    def find(self, client_id: str) -> Client | None:
        if client_id in self.unreadable:
            raise Unavailable("peer")
        return CLIENTS.get(client_id)

    def write(self, ending: Ending) -> None:
        if self.records_down:
            raise Unavailable("records")
        self.log.append(f"written, session alive: {self.sessions.find(self.cookie, now=NOW) is not None}")
        self.endings.append(ending)

    def deliver_now(self, deliveries: Sequence[Delivery]) -> set[str]:
        self.log.append(f"told, session alive: {self.sessions.find(self.cookie, now=NOW) is not None}")
        self.sent += deliveries
        return {one.id for one in deliveries} if self.arrives else set()

    def open(self, *clients: str, visitor: bool = False) -> Session:
        above = upstream() if visitor else None
        who = citizen(GD, source=HUB) if visitor else citizen()
        self.cookie, session = self.sessions.open(who, upstream=above, until=None, before=None, now=NOW)
        for one in clients:
            session, _ = self.sessions.visit(session, one, announced=False, now=NOW)
        return session

    def told(self) -> dict[str, tuple[str, object]]:
        return {one.target: (one.kind, one.payload["sid"]) for one in self.sent}


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_what_must_be_told_is_durable_before_the_session_is_gone_and_told_after(scene: Scene) -> None:
    session = scene.open("portal")
    scene.leaving.end(session, why="citizen")
    assert scene.log == ["written, session alive: True", "told, session alive: False"]


def test_when_it_cannot_be_written_down_nothing_ends_and_nobody_is_told(scene: Scene) -> None:
    session = scene.open("portal")
    scene.records_down = True
    with pytest.raises(Unavailable):
        scene.leaving.end(session, why="citizen")
    assert scene.sessions.find(scene.cookie, now=NOW) == session
    assert scene.sent == []


def test_what_is_written_down(scene: Scene) -> None:
    session = scene.open("portal")
    scene.leaving.end(session, why="citizen")
    ending = scene.endings[0]
    assert ending.session_key == scene.sessions.key(session)
    assert scene.cookie not in str(ending)
    assert (ending.ended_at, ending.expires, ending.why) == (NOW, session.expires, "citizen")
    assert (ending.source, ending.local_id) == ("account", "2001")
    assert ending.deliveries == tuple(scene.sent)


def test_every_client_is_told_its_own_sid_and_whoever_takes_no_notice_is_not(scene: Scene) -> None:
    session = scene.open("portal", "silent", HUB)
    scene.leaving.end(session, why="citizen")
    assert scene.told() == {
        "portal": ("logout_token", session.clients["portal"]),
        HUB: ("logout_token", session.clients[HUB]),
    }


def test_the_session_above_is_told_too(scene: Scene) -> None:
    scene.leaving.end(scene.open("portal", visitor=True), why="citizen")
    assert scene.told()[HUB] == ("session_event", "sid-above")
    assert scene.sent[0].target == HUB, "up, then down"


@pytest.mark.parametrize(("origin", "told"), [(HUB, {"portal"}), ("portal", {HUB}), (None, {HUB, "portal"})])
def test_whoever_told_us_knows_already(scene: Scene, origin: str | None, told: set[str]) -> None:
    scene.leaving.end(scene.open("portal", visitor=True), why="peer", origin=origin)
    assert set(scene.told()) == told


def test_a_peer_below_that_told_us_is_not_told_but_the_others_are(scene: Scene) -> None:
    scene.leaving.end(scene.open("portal", HUB), why="peer", origin=HUB)
    assert set(scene.told()) == {"portal"}


def test_a_peer_that_cannot_be_read_just_now_is_told_all_the_same(scene: Scene) -> None:
    session = scene.open("portal", HUB)
    scene.unreadable.add(HUB)
    receipt = scene.leaving.end(session, why="citizen")
    assert HUB in scene.told()
    assert receipt.others == 1


def test_the_receipt_names_own_sites_and_counts_providers(scene: Scene) -> None:
    receipt = scene.leaving.end(scene.open("portal", "silent", GD, visitor=True), why="citizen")
    assert [(one.client_id, done) for one, done in receipt.sites] == [("portal", True), ("silent", False)]
    assert receipt.others == 2


def test_the_receipt_does_not_say_done_of_what_has_not_arrived(scene: Scene) -> None:
    scene.arrives = False
    receipt = scene.leaving.end(scene.open("portal"), why="citizen")
    assert [done for _, done in receipt.sites] == [False]


def test_a_client_that_was_removed_is_nobody(scene: Scene) -> None:
    receipt = scene.leaving.end(scene.open("removed"), why="citizen")
    assert (receipt.sites, receipt.others, scene.sent) == ((), 0, [])


def test_a_session_without_anybody_ends_quietly(scene: Scene) -> None:
    session = scene.open()
    scene.leaving.end(session, why="replaced")
    assert scene.sessions.find(scene.cookie, now=NOW) is None
    assert scene.endings[0].deliveries == ()
    assert ZJ not in scene.told()
