"""A province that serves portals with a trust mark alone: what is no such mark, or is one no more, opens nothing."""

import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from federation.authority.marks import MarkType
from idp.authority.marks import Marks
from tests.country.chained import ADMIN, MEMBER, TRUST, ChainedWorld
from tests.country.member import Portal, portal
from tests.country.world import ANCHOR, GD, ZJ

MARK = f"{ANCHOR}/marks/portal"
LIFE, CONFIGURATION = 600, 86_400


class Marked(ChainedWorld):
    """Guangdong asks every portal for the anchor's mark."""

    def marks(self, of: str = ANCHOR) -> Marks:
        authority = self.nodes[of].federation.authority
        assert authority is not None
        return authority.marks

    def holder(self) -> Portal:
        """A portal that shows the mark."""
        self.marks().define(MarkType(type=MARK, issuers=(ANCHOR,)), by=ADMIN)
        one = portal(self)
        shows(one, self.marks().issue(MARK, one.url, by=ADMIN).token)
        return one


def shows(one: Portal, token: str) -> None:
    one.claims["trust_marks"] = [{"trust_mark_type": MARK, "trust_mark": token}]


@pytest.fixture
def marked(
    valkey_url: str, founded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Marked]:
    asks = [one.replace(MEMBER, f'{MEMBER}\nclient_marks = ["{MARK}"]') for one in TRUST[GD]]
    monkeypatch.setitem(TRUST, GD, asks)
    shutil.copytree(founded, tmp_path / "country")
    made = Marked(valkey_url, tmp_path / "country", f"marked{secrets.token_hex(4)}")
    yield made
    made.close()


def refused(page: Any) -> None:
    assert page.status == 400, page.text
    assert page.url.startswith(GD)
    assert MARK in page.text


@pytest.mark.spec("OIDF 7.3")
def test_a_mark_that_is_revoked_between_the_code_and_the_token_ends_the_sign_in(marked: Marked) -> None:
    one = marked.holder()
    kept, begun = one.code(marked.browser()), one.code(marked.browser())
    assert one.redeem(*kept)[0] == 200
    marked.marks().revoke(MARK, one.url, by=ADMIN, reason="failed the audit")
    marked.advance(20)
    status, answer = one.redeem(*begun)
    assert (status, answer["error"]) == (401, "invalid_client")
    refused(one.ask(marked.browser()))


def forged(world: Marked, one: Portal) -> dict[str, str]:
    now = int(world.clock())
    said: dict[str, Any] = {"trust_mark_type": MARK, "iat": now, "exp": now + LIFE, "jwks": None}
    other = portal(world, "http://portal-other.localhost:8433")
    world.marks(GD).define(MarkType(type=MARK), by=ADMIN)
    return {
        "its own": one.signed(typ="trust-mark+jwt", **said),
        "its own in the name of the issuer": one.signed(typ="trust-mark+jwt", iss=ANCHOR, **said),
        "by an authority that the anchor does not list": world.marks(GD).issue(MARK, one.url, by=ADMIN).token,
        "somebody else's": world.marks().issue(MARK, other.url, by=ADMIN).token,
    }


@pytest.mark.spec("OIDF 7.3")
@pytest.mark.parametrize(
    "case",
    [
        "its own",
        "its own in the name of the issuer",
        "by an authority that the anchor does not list",
        "somebody else's",
    ],
)
def test_a_mark_that_the_anchor_does_not_stand_for_opens_nothing(marked: Marked, case: str) -> None:
    one = marked.holder()
    lawful = one.claims["trust_marks"][0]["trust_mark"]
    shows(one, forged(marked, one)[case])
    refused(one.ask(marked.browser()))
    shows(one, lawful)
    marked.advance(LIFE + 1)
    assert one.code(marked.browser()), "the lawful twin"


@pytest.mark.spec("OIDF 7.2")
def test_a_mark_of_an_owned_type_without_the_owners_word_opens_nothing(marked: Marked) -> None:
    one = marked.holder()
    plain = one.claims["trust_marks"][0]["trust_mark"]
    marked.marks().define(MarkType(type=MARK, issuers=(ANCHOR,), owner=ANCHOR), by=ADMIN)
    marked.advance(CONFIGURATION + 1)
    refused(one.ask(marked.browser()))
    marked.marks().revoke(MARK, one.url, by=ADMIN, reason="issued anew")
    whole = marked.marks().issue(MARK, one.url, by=ADMIN).token
    assert "delegation" not in plain
    shows(one, whole)
    marked.advance(CONFIGURATION + 1)
    assert one.code(marked.browser()), "the lawful twin"


def test_a_portal_without_the_mark_is_served_where_nobody_asks_for_it(marked: Marked) -> None:
    one = portal(marked)
    refused(one.ask(marked.browser()))
    assert one.code(marked.browser(), "wangfang", ZJ)


def test_whether_a_mark_counts_is_not_known_while_its_issuer_is_silent(marked: Marked) -> None:
    one = marked.holder()
    begun = one.code(marked.browser())
    marked.network.down |= {ANCHOR}
    marked.advance(21)
    assert one.ask(marked.browser()).status == 503
    assert one.redeem(*begun)[0] == 503
    marked.network.down.clear()
    marked.advance(20)
    assert one.code(marked.browser())
