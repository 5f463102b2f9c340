"""What a superior says has happened: read from the address it publishes, believed by the keys that its chain lists."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from federation import events
from federation.events import Event
from federation.resolve import Report, Unreachable
from federation.statement import Statement
from idp.errors import Unavailable
from idp.trusting.bulletin import Bulletin
from keys.key import SigningKey, generate
from tests.idp.chains import ANCHOR, statement
from tests.idp.made import GD, NOW, ZJ, Clock
from tests.idp.peer_world import jwks
from tests.keys.forge import unchecked

ENDPOINT = f"{ANCHOR}/federation/events"
SUSPENDED = (Event(at=int(NOW) - 90, event="registration"), Event(at=int(NOW) - 5, event="suspension"))


SILENT = Report(
    subject=ANCHOR,
    steps=(),
    verdict="unreachable",
    chain=None,
    code="temporarily_unavailable",
    reason="does not answer",
    section="10.5",
    fetches=1,
    retry_after=5,
    milliseconds=1.0,
)


def key() -> SigningKey:
    return generate(alg="ES256", purpose="federation", issuer=ANCHOR, now=NOW - 9000, active_from=NOW - 9000)


KEY, STRANGER = key(), key()


def said(by: SigningKey = KEY, subject: str = GD, issued: float = NOW) -> str:
    claims = events.claims(
        SUSPENDED, issuer=ANCHOR, subject=subject, issued=int(issued), expires=int(issued) + 60
    )
    return unchecked(by, claims, typ=events.TYP)


class Anchor:
    """An anchor that may publish events, or not."""

    def __init__(self) -> None:
        self.endpoint: object = ENDPOINT
        self.answer: bytes | None = said().encode()
        self.silent = False
        self.asked: list[str] = []

    def configuration(self, entity_id: str) -> Statement:
        if self.silent:
            raise Unreachable(SILENT)
        own = {"federation_subordinate_events_endpoint": self.endpoint} if self.endpoint else {}
        return replace(statement(entity_id, entity_id), metadata={"federation_entity": own})

    def get(self, url: str, *, limit: int, headers: Mapping[str, str] | None = None) -> bytes:
        self.asked.append(url)
        if self.answer is None:
            raise Unavailable("peer", "404")
        return self.answer

    def read(self) -> tuple[Event, ...] | None:
        superior = statement(ANCHOR, ANCHOR, jwks=jwks(KEY))
        return Bulletin(self, self, Clock())(superior, GD)


@pytest.fixture
def anchor() -> Anchor:
    return Anchor()


def test_events_are_read_where_the_superior_publishes_them(anchor: Anchor) -> None:
    assert anchor.read() == SUSPENDED
    assert anchor.asked == [f"{ENDPOINT}?sub=http%3A%2F%2Fgd.localhost%3A8410"]


def test_an_address_with_a_query_keeps_it(anchor: Anchor) -> None:
    anchor.endpoint = f"{ENDPOINT}?tenant=1"
    anchor.read()
    assert anchor.asked[0].startswith(f"{ENDPOINT}?tenant=1&sub=")


@pytest.mark.parametrize("endpoint", [None, 7, ["x"]])
def test_a_superior_that_publishes_none_is_not_asked(anchor: Anchor, endpoint: object) -> None:
    anchor.endpoint = endpoint
    assert anchor.read() is None
    assert anchor.asked == []


FORGED: dict[str, bytes] = {
    "signed with a key that the chain does not list": said(STRANGER).encode(),
    "about somebody else": said(subject=ZJ).encode(),
    "that has ended": said(issued=NOW - 900).encode(),
    "that is no statement": b"<html>",
}


@pytest.mark.parametrize("case", FORGED)
def test_what_does_not_verify_says_nothing(anchor: Anchor, case: str) -> None:
    anchor.answer = FORGED[case]
    with pytest.raises(Unavailable):
        anchor.read()


def test_a_superior_that_is_silent_says_nothing(anchor: Anchor) -> None:
    anchor.answer = None
    with pytest.raises(Unavailable):
        anchor.read()
    anchor.silent = True
    with pytest.raises(Unavailable):
        anchor.read()
