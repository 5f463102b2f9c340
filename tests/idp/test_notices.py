"""Notices received: a peer's true word ends a session once; anything forged is refused, each beside its twin."""

from typing import Any

import pytest

from idp.deliveries import LOGOUT_EVENT, REVOKED_EVENT
from idp.errors import Unavailable, WireError
from idp.notices import REMEMBERED, Notices
from idp.session import EndedAbove, Session, Sessions
from keys.key import SigningKey
from tests.idp.made import GD, HUB, NOW, ZJ, citizen, upstream
from tests.idp.oauth.memory import MemoryStore
from tests.idp.peer_world import NEXT, OIDC, STRANGER, PeerWorld, configuration
from tests.keys.forge import segment, unchecked

ABSENT = object()
BELOW = {"format": "complex", "session": {"format": "opaque", "id": "sid"}}


class Scene:
    """Zhejiang, with a session that came from the hub and told Guangdong, a peer."""

    def __init__(self) -> None:
        self.world = PeerWorld()
        clock: Any = self.world.clock
        store = MemoryStore(clock)
        self.sessions = Sessions(store, idle=1800, absolute=43_200, ended=lambda _: False)
        self.ended: list[tuple[str, str, str | None]] = []
        self.records_down = False
        leaving: Any = self
        self.notices = Notices(
            issuer=ZJ,
            peers=self.world.peers,
            sessions=self.sessions,
            leaving=leaving,
            store=store,
            clock=self.world.clock,
        )
        _, session = self.sessions.open(
            citizen(GD, source=HUB), upstream=upstream(), until=None, before=None, now=NOW
        )
        self.session, self.sid = self.sessions.visit(session, GD, announced=False, now=NOW)

    def end(self, session: Session, *, why: str, origin: str | None) -> None:
        if self.records_down:
            raise Unavailable("records")
        self.ended.append((session.name, why, origin))

    def logout(self, key: SigningKey = OIDC, typ: str = "logout+jwt", /, **changes: object) -> str:
        lawful: dict[str, object] = {
            "iss": HUB,
            "aud": ZJ,
            "iat": NOW,
            "exp": NOW + 120,
            "jti": "jti-1",
            "sid": "sid-above",
            "events": {LOGOUT_EVENT: {}},
        }
        return _signed(key, {**lawful, **changes}, typ)

    def event(self, key: SigningKey = OIDC, typ: str = "secevent+jwt", /, **changes: object) -> str:
        lawful: dict[str, object] = {
            "iss": GD,
            "aud": ZJ,
            "iat": NOW,
            "exp": NOW + 120,
            "jti": "jti-1",
            "sub_id": {"format": "complex", "session": {"format": "opaque", "id": self.sid}},
            "events": {REVOKED_EVENT: {"event_timestamp": NOW}},
        }
        return _signed(key, {**lawful, **changes}, typ)


def _signed(key: SigningKey, claims: dict[str, object], typ: str) -> str:
    return unchecked(key, {name: value for name, value in claims.items() if value is not ABSENT}, typ=typ)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_a_logout_token_from_above_ends_the_session_that_came_from_there(scene: Scene) -> None:
    scene.notices.logout_token(scene.logout())
    assert scene.ended == [(scene.session.name, "peer", HUB)]


def test_an_event_from_below_ends_the_session_that_told_it(scene: Scene) -> None:
    scene.notices.session_event(scene.event())
    assert scene.ended == [(scene.session.name, "peer", GD)]


def test_one_seen_before_is_taken_and_does_nothing(scene: Scene) -> None:
    for _ in range(3):
        scene.notices.logout_token(scene.logout())
        scene.notices.session_event(scene.event())
    assert [origin for _, _, origin in scene.ended] == [HUB, GD], "two peers may use one jti"
    scene.notices.logout_token(scene.logout(jti="jti-2"))
    assert len(scene.ended) == 3


def test_a_session_that_is_gone_already_is_no_error(scene: Scene) -> None:
    scene.notices.logout_token(scene.logout(sid="of-long-ago"))
    gone = {"format": "complex", "session": {"format": "opaque", "id": "of-long-ago"}}
    scene.notices.session_event(scene.event(sub_id=gone))
    assert scene.ended == []


def test_a_peer_ends_only_sessions_of_its_own(scene: Scene) -> None:
    scene.notices.logout_token(scene.logout(iss=GD))
    scene.notices.session_event(scene.event(iss=HUB))
    assert scene.ended == []


def test_a_notice_that_overtakes_the_browser_keeps_the_session_from_starting(scene: Scene) -> None:
    scene.notices.logout_token(scene.logout(sid="on-its-way"))
    with pytest.raises(EndedAbove):
        scene.sessions.open(
            citizen(GD, source=HUB), upstream=upstream(HUB, "on-its-way"), until=None, before=None, now=NOW
        )


def test_a_notice_that_cannot_be_carried_out_just_now_is_an_error_that_may_be_repeated(scene: Scene) -> None:
    scene.records_down = True
    with pytest.raises(Unavailable):
        scene.notices.logout_token(scene.logout())
    scene.records_down = False
    scene.notices.logout_token(scene.logout())
    assert len(scene.ended) == 1, "the very same token too: not every sender makes a fresh one"


def test_a_key_that_the_peer_began_to_use_is_looked_up(scene: Scene) -> None:
    scene.world.peers.get(HUB)
    scene.world.wire.publish(HUB, configuration(HUB, OIDC, NEXT))
    scene.world.clock.now += 1
    scene.notices.logout_token(scene.logout(NEXT))
    assert len(scene.ended) == 1


def test_a_flood_of_made_up_keys_reads_the_peer_again_once_a_minute(scene: Scene) -> None:
    world = scene.world
    at = f"{HUB}/.well-known/openid-federation"
    world.peers.get(HUB)
    head, _, rest = scene.logout().partition(".")
    assert head
    for step in range(10_000):
        world.clock.now = NOW + 1 + step / 200
        made_up = segment({"alg": "ES256", "kid": f"made-up-{step}", "typ": "logout+jwt"})
        with pytest.raises(WireError):
            scene.notices.logout_token(f"{made_up}.{rest}")
    assert world.wire.asked.count(at) == 2
    assert scene.ended == []


SAME: dict[str, dict[str, object]] = {
    "an unknown issuer": {"iss": "http://evil.localhost"},
    "no issuer": {"iss": ABSENT},
    "meant for another region": {"aud": GD},
    "meant for others too": {"aud": [ZJ, GD]},
    "ended": {"exp": NOW - 11},
    "without an end": {"exp": ABSENT},
    "good for longer than we remember": {"exp": NOW + REMEMBERED + 1},
    "from the future": {"iat": NOW + 11},
    "without a name of its own": {"jti": ABSENT},
    "without an event": {"events": ABSENT},
    "about another event": {"events": {"http://evil.localhost/event": {}}},
    "with an event that is no object": {"events": {LOGOUT_EVENT: True, REVOKED_EVENT: True}},
    "with events that are no object": {"events": [LOGOUT_EVENT, REVOKED_EVENT]},
}
LOGOUTS: dict[str, dict[str, object]] = {
    **SAME,
    "a logout token without a sid": {"sid": ABSENT},
    "a logout token whose sid is no text": {"sid": 7},
    "a logout token with a nonce, which an ID token has": {"nonce": "n"},
    "a logout token with the event of another kind": {"events": {REVOKED_EVENT: {}}},
}
EVENTS: dict[str, dict[str, object]] = {
    **SAME,
    "an event about nobody": {"sub_id": ABSENT},
    "an event about a person, not a session": {"sub_id": {"format": "opaque", "id": "sid"}},
    "an event whose session has no name": {"sub_id": {**BELOW, "session": {"format": "opaque"}}},
    "an event whose session's name is no text": {"sub_id": {**BELOW, "session": {"id": 7}}},
    "an event whose subject is text": {"sub_id": "sid"},
    "an event of another kind": {"events": {LOGOUT_EVENT: {}}},
}


@pytest.mark.parametrize("sentence", LOGOUTS)
def test_a_forged_logout_token_is_refused(scene: Scene, sentence: str) -> None:
    refused(scene, scene.logout(**LOGOUTS[sentence]), event=False)


@pytest.mark.parametrize("sentence", EVENTS)
def test_a_forged_event_is_refused(scene: Scene, sentence: str) -> None:
    refused(scene, scene.event(**EVENTS[sentence]), event=True)


@pytest.mark.parametrize("typ", ["JWT", "at+jwt", "secevent+jwt", "logout+jwt"])
def test_no_other_kind_of_token_passes(scene: Scene, typ: str) -> None:
    if typ != "logout+jwt":
        refused(scene, scene.logout(OIDC, typ), event=False)
    if typ != "secevent+jwt":
        refused(scene, scene.event(OIDC, typ), event=True)


@pytest.mark.parametrize("event", [False, True])
def test_what_a_stranger_signed_or_nobody_is_refused(scene: Scene, event: bool) -> None:
    make = scene.event if event else scene.logout
    for token in (make(STRANGER), make()[:-6], "", "nonsense", "a.b.c"):
        refused(scene, token, event=event)


def test_a_stranger_makes_us_fetch_nothing(scene: Scene) -> None:
    refused(scene, scene.logout(iss="http://evil.localhost"), event=False)
    assert scene.world.wire.asked == []


def test_a_peer_that_cannot_be_read_is_asked_to_try_again(scene: Scene) -> None:
    scene.world.wire.cut = True
    with pytest.raises(Unavailable):
        scene.notices.logout_token(scene.logout())


def refused(scene: Scene, token: str, *, event: bool) -> None:
    with pytest.raises(WireError) as error:
        (scene.notices.session_event if event else scene.notices.logout_token)(token)
    assert (error.value.code, error.value.status) == ("invalid_request", 400)
    assert scene.ended == []
    assert scene.sessions.by_upstream(HUB, "sid-above") == scene.session
