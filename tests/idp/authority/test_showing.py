"""What an entity configuration says of marks: those that we hold, and at an anchor who issues and owns them."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from federation.authority.marks import MARK_TYP, MarkType
from federation.statement import Statement
from idp.authority.held import HeldMark, Holdings
from idp.authority.showing import Showing
from idp.errors import Unavailable
from idp.outbound import Reply
from idp.records.database import Database
from idp.records.held import HeldRecords
from keys.encoding import unb64
from keys.jose import sign
from keys.key import SigningKey
from tests.federation.world import ANCHOR, ENTITY, NOW, PINNED, made
from tests.idp.authority.node import authority, client
from tests.idp.authority.place import KEY, Moved

TYPE = f"{ANCHOR}/marks/provider"
STATEMENT = Statement(
    iss=ANCHOR,
    sub=ANCHOR,
    issued=int(NOW),
    expires=int(NOW) + 600,
    kid=KEY.kid,
    jwks={"keys": [dict(KEY.public)]},
    metadata={"federation_entity": {"federation_trust_mark_endpoint": f"{ANCHOR}/federation/trust-mark"}},
    authority_hints=(),
    claims={},
    token="",
)


def mark(key: SigningKey = KEY, typ: str = MARK_TYP, **changes: object) -> str:
    said = {"iss": ANCHOR, "sub": ENTITY, "trust_mark_type": TYPE, "iat": int(NOW), "exp": int(NOW) + 600}
    return sign(key, {**said, **changes}, typ=typ)


class Issuer:
    """Answers at the issuer's endpoint."""

    def __init__(self) -> None:
        self.reply: Reply | None = Reply(status=200, headers={}, body=mark().encode())
        self.urls: list[str] = []

    def send(self, method: str, url: str, **_: object) -> Reply:
        self.urls.append(f"{method} {url}")
        if self.reply is None:
            raise Unavailable("peer", "does not answer")
        return self.reply

    def gives(self, token: str, status: int = 200) -> None:
        self.reply = Reply(status=status, headers={}, body=token.encode())


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def kept(database: Database) -> HeldRecords:
    return HeldRecords(database)


@pytest.fixture
def holdings(kept: HeldRecords, issuer: Issuer, clock: Moved) -> Holdings:
    return Holdings(
        entity_id=ENTITY,
        wanted=[(TYPE, ANCHOR)],
        kept=kept,
        configuration=lambda _: STATEMENT,
        sender=issuer,
        every=60,
        clock=clock,
    )


def test_a_mark_is_asked_for_and_kept(holdings: Holdings, kept: HeldRecords, issuer: Issuer) -> None:
    holdings.round()
    (held,) = kept.all()
    assert (held.type, held.issuer, held.expires) == (TYPE, ANCHOR, int(NOW) + 600)
    assert held.token.encode() == (issuer.reply and issuer.reply.body)
    assert issuer.urls[0].startswith(
        f"GET {ANCHOR}/federation/trust-mark?trust_mark_type=http%3A%2F%2Fanchor"
    )


def test_the_issuer_is_asked_again_after_a_while_only(
    holdings: Holdings, kept: HeldRecords, issuer: Issuer, clock: Moved
) -> None:
    holdings.round()
    clock.pass_(59)
    holdings.round()
    assert len(issuer.urls) == 1
    issuer.gives(mark(iat=int(NOW) + 1))
    clock.pass_(1)
    holdings.round()
    assert kept.all()[0].issued == int(NOW) + 1


def test_a_mark_that_is_not_given_any_more_is_not_held(
    holdings: Holdings, kept: HeldRecords, issuer: Issuer, clock: Moved
) -> None:
    holdings.round()
    issuer.gives("{}", status=404)
    clock.pass_(60)
    holdings.round()
    assert kept.all() == []


@pytest.mark.parametrize("status", [0, 500])
def test_while_the_issuer_does_not_answer_the_mark_stays(
    holdings: Holdings, kept: HeldRecords, issuer: Issuer, clock: Moved, status: int
) -> None:
    holdings.round()
    issuer.reply = Reply(status=status, headers={}, body=b"") if status else None
    clock.pass_(60)
    holdings.round()
    assert len(kept.all()) == 1


WRONG = {
    "another key": mark(made(issuer=ANCHOR)),
    "for somebody else": mark(sub="http://zj.localhost"),
    "another type": mark(trust_mark_type="https://other.example/mark"),
    "another kind of token": mark(typ="trust-mark-delegation+jwt"),
    "expired": mark(exp=int(NOW) - 60),
    "no token": "hello",
}


@pytest.mark.parametrize("what", WRONG)
def test_a_mark_that_nobody_would_believe_is_not_kept(
    holdings: Holdings, kept: HeldRecords, issuer: Issuer, what: str
) -> None:
    issuer.gives(WRONG[what])
    holdings.round()
    assert kept.all() == []


def test_an_issuer_without_an_endpoint_is_nobody_to_ask(
    kept: HeldRecords, issuer: Issuer, clock: Moved
) -> None:
    bare = replace(STATEMENT, metadata={})
    Holdings(
        entity_id=ENTITY,
        wanted=[(TYPE, ANCHOR)],
        kept=kept,
        configuration=lambda _: bare,
        sender=issuer,
        every=60,
        clock=clock,
    ).round()
    assert issuer.urls == []


def showing(kept: HeldRecords, clock: Moved, *wanted: str) -> Showing:
    return Showing(wanted=wanted, held=kept, types=None, jwks=lambda: PINNED, clock=clock)


def test_marks_that_settings_name_are_shown_until_they_expire(kept: HeldRecords, clock: Moved) -> None:
    ends = HeldMark(type=TYPE, issuer=ANCHOR, token="a.b.c", issued=1, expires=int(NOW) + 9)
    kept.put(ends)
    kept.put(replace(ends, type="https://other.example/mark", expires=None))
    shown = showing(kept, clock, TYPE)
    assert shown() == {"trust_marks": [{"trust_mark_type": TYPE, "trust_mark": "a.b.c"}]}
    clock.pass_(9)
    assert shown() == {}
    assert len(showing(kept, clock, "https://other.example/mark")()) == 1


def configuration(browser: Any) -> dict[str, Any]:
    token = browser.get("/.well-known/openid-federation").text
    said: dict[str, Any] = json.loads(unb64(token.split(".")[1]))
    return said


def test_an_anchor_says_who_issues_and_owns_marks(tmp_path: Path) -> None:
    clock = Moved()
    node = authority(tmp_path, clock=clock)
    browser = client(node)
    assert node.federation.authority is not None
    assert not {"trust_mark_issuers", "trust_mark_owners", "trust_marks"} & configuration(browser).keys()
    define = node.federation.authority.marks.define
    define(MarkType(type=f"{ANCHOR}/a", issuers=(ANCHOR, ENTITY)), by="li")
    define(MarkType(type=f"{ANCHOR}/b", issuers=(), owner=ANCHOR), by="li")
    owner = MarkType(type=f"{ANCHOR}/c", issued=False, issuers=(ENTITY,), owner=ENTITY, owner_jwks=PINNED)
    define(owner, by="li")
    clock.pass_(2)
    said = configuration(browser)
    assert said["trust_mark_issuers"] == {
        f"{ANCHOR}/a": [ANCHOR, ENTITY],
        f"{ANCHOR}/b": [],
        f"{ANCHOR}/c": [ENTITY],
    }
    assert said["trust_mark_owners"] == {
        f"{ANCHOR}/b": {"sub": ANCHOR, "jwks": said["jwks"]},
        f"{ANCHOR}/c": {"sub": ENTITY, "jwks": PINNED},
    }
