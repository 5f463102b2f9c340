"""The endpoints of trust marks (OIDF §8.4 to §8.6)."""

import json

import pytest

from idp.authority.marks import FRESH
from tests.federation.world import ANCHOR, ENTITY
from tests.idp.web.federation.superior import MARK, Superior, claims, refusal


@pytest.fixture
def token(superior: Superior) -> str:
    return superior.authority.marks.issue(MARK, ENTITY, by="li").token


def test_a_holder_is_given_its_mark(superior: Superior, token: str) -> None:
    answer = superior.get("trust-mark", trust_mark_type=MARK, sub=ENTITY)
    assert (answer.status_code, answer.content_type) == (200, "application/trust-mark+jwt")
    assert answer.text == token


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"sub": ENTITY}, (400, "invalid_request")),
        ({"trust_mark_type": MARK}, (400, "invalid_request")),
        ({"trust_mark_type": MARK, "sub": "http://stranger.localhost"}, (404, "not_found")),
        ({"trust_mark_type": f"{ANCHOR}/other", "sub": ENTITY}, (404, "not_found")),
    ],
)
def test_a_mark_that_is_not_held_is_not_given(
    superior: Superior, token: str, query: dict[str, str], expected: tuple[int, str]
) -> None:
    assert token
    assert refusal(superior.get("trust-mark", **query)) == expected


def test_holders_are_listed(superior: Superior, token: str) -> None:
    assert token
    assert superior.get("trust-mark-list", trust_mark_type=MARK).json == [ENTITY]
    assert superior.get("trust-mark-list", trust_mark_type=MARK, sub=ENTITY).json == [ENTITY]
    assert superior.get("trust-mark-list", trust_mark_type=MARK, sub=ANCHOR).json == []
    assert superior.get("trust-mark-list", trust_mark_type=f"{ANCHOR}/other").json == []
    assert refusal(superior.get("trust-mark-list")) == (400, "invalid_request")


def test_a_status_is_signed_and_nobody_keeps_it(superior: Superior, token: str) -> None:
    answer = superior.browser.post("/federation/trust-mark-status", data={"trust_mark": token})
    assert answer.content_type == "application/trust-mark-status-response+jwt"
    assert answer.headers["Cache-Control"] == "no-store"
    assert claims(answer) == {
        "iss": ANCHOR,
        "iat": int(superior.clock()),
        "trust_mark": token,
        "status": "active",
    }
    superior.authority.marks.revoke(MARK, ENTITY, by="li", reason="failed")
    superior.clock.pass_(FRESH + 1)
    answer = superior.browser.post("/federation/trust-mark-status", data={"trust_mark": token})
    assert claims(answer)["status"] == "revoked"
    assert refusal(superior.get("trust-mark", trust_mark_type=MARK, sub=ENTITY)) == (404, "not_found")


def test_a_mark_that_we_did_not_issue_is_unknown(superior: Superior, token: str) -> None:
    unknown = superior.browser.post("/federation/trust-mark-status", data={"trust_mark": "a.b.c"})
    assert refusal(unknown) == (404, "not_found")
    changed = token[:-4] + ("AAAA" if not token.endswith("AAAA") else "BBBB")
    answer = superior.browser.post("/federation/trust-mark-status", data={"trust_mark": changed})
    assert claims(answer)["status"] == "invalid"
    missing = superior.browser.post("/federation/trust-mark-status", data={})
    assert refusal(missing) == (400, "invalid_request")


def test_a_status_is_asked_for_by_post(superior: Superior, token: str) -> None:
    answer = superior.browser.get("/federation/trust-mark-status", query_string={"trust_mark": token})
    assert answer.status_code == 405
    assert set(json.loads(answer.text)) == {"error", "error_description"}
