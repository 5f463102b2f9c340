"""What the anchor tells others of its country: resolved chains, who is in it, and who holds which mark."""

import json
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from federation.answers import resolved
from federation.authority.marks import MarkType
from idp.authority.callers import TYPE as BEARER
from idp.authority.crawl import AGAIN
from keys.encoding import unb64
from tests.country.chained import ADMIN, TRUST, ChainedWorld
from tests.country.world import ANCHOR, GD, HUB, ZJ
from tests.keys.forge import unchecked

MARK = f"{ANCHOR}/marks/provider"


def get(world: ChainedWorld, path: str, issuer: str = ANCHOR, **query: Any) -> TestResponse:
    client = world.network.client(issuer, cookies=False)
    return client.get(f"{issuer}/federation/{path}", query_string=query, base_url=issuer)


def authenticated(world: ChainedWorld, path: str, caller: str, **form: Any) -> TestResponse:
    """The caller proves who it is with its federation key."""
    ring, now = world.nodes[caller].records.rings.federation(), int(world.clock())
    said = {"iss": caller, "sub": caller, "aud": ANCHOR, "exp": now + 60, "jti": secrets.token_hex(8)}
    proof = unchecked(ring.signer(world.clock()), said, typ="client-authentication+jwt")
    data = {"client_assertion_type": BEARER, "client_assertion": proof, **form}
    client = world.network.client(ANCHOR, cookies=False)
    return client.post(f"{ANCHOR}/federation/{path}", data=data, base_url=ANCHOR)


def read(
    world: ChainedWorld, answer: TestResponse, sub: str, audience: str | None = None
) -> resolved.Resolved:
    assert answer.status_code == 200, answer.text
    assert answer.content_type == "application/resolve-response+jwt"
    jwks = world.nodes[ANCHOR].records.rings.federation().jwks(world.clock())
    return resolved.verify(
        answer.text, issuer=ANCHOR, subject=sub, jwks=jwks, now=world.clock(), audience=audience
    )


def crawl(world: ChainedWorld) -> None:
    """The anchor gathers, as its caretaker has it do."""
    resolving = world.nodes[ANCHOR].federation.resolving
    assert resolving is not None
    world.advance(AGAIN)
    assert resolving.crawl.round()
    world.advance(10)


def marked(world: ChainedWorld, issuer: str) -> None:
    """The anchor gives a node a mark, and the node fetches and shows it."""
    authority = world.nodes[ANCHOR].federation.authority
    assert authority is not None
    authority.marks.define(MarkType(type=MARK, issuers=(ANCHOR,)), by=ADMIN)
    authority.marks.issue(MARK, issuer, by=ADMIN)
    world.advance(5)


def test_a_stranger_causes_no_walk_and_a_member_does(chained: ChainedWorld) -> None:
    chained.network.calls.clear()
    refused = get(chained, "resolve", sub=GD, trust_anchor=ANCHOR)
    assert (refused.status_code, json.loads(refused.text)["error"]) == (404, "invalid_subject")
    assert chained.network.calls == []
    answer = authenticated(chained, "resolve", ZJ, sub=GD, trust_anchor=ANCHOR)
    assert answer.headers["Cache-Control"] == "no-store"
    said = read(chained, answer, GD, audience=ZJ)
    assert said.metadata["openid_provider"]["manyou_region"] == "440000"
    assert len(said.trust_chain) == 3
    chained.network.calls.clear()
    later = get(chained, "resolve", sub=GD, trust_anchor=ANCHOR, entity_type="openid_provider")
    assert set(read(chained, later, GD).metadata) == {"openid_provider"}
    assert chained.network.calls == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"sub": GD, "trust_anchor": "http://other.localhost"}, (404, "invalid_trust_anchor")),
        ({"sub": GD}, (400, "invalid_request")),
        ({"trust_anchor": ANCHOR}, (400, "invalid_request")),
    ],
)
def test_questions_that_cannot_be_answered(
    chained: ChainedWorld, query: dict[str, str], expected: tuple[int, str]
) -> None:
    answer = get(chained, "resolve", **query)
    assert (answer.status_code, json.loads(answer.text)["error"]) == expected


def test_a_member_is_told_that_somebody_is_no_member(chained: ChainedWorld) -> None:
    chained.registry(ANCHOR).remove(GD, by=ADMIN, reason="left")
    chained.advance(5)
    answer = authenticated(chained, "resolve", ZJ, sub=GD, trust_anchor=ANCHOR)
    assert (answer.status_code, json.loads(answer.text)["error"]) == (400, "invalid_trust_chain")


def test_who_does_not_answer_is_not_a_no(chained: ChainedWorld) -> None:
    chained.network.down.add(GD)
    answer = authenticated(chained, "resolve", ZJ, sub=GD, trust_anchor=ANCHOR)
    assert (answer.status_code, json.loads(answer.text)["error"]) == (503, "temporarily_unavailable")
    assert int(answer.headers["Retry-After"]) > 0


def test_the_country_is_gathered_for_the_chooser(chained: ChainedWorld) -> None:
    crawl(chained)
    said = json.loads(get(chained, "collection", trust_anchor=ANCHOR, entity_type="openid_provider").text)
    found = {one["entity_id"]: one for one in said["entities"]}
    assert set(found) == {GD, ZJ, HUB}
    assert found[GD]["manyou_region"] == "440000"
    assert found[GD]["ui_infos"]["federation_entity"]["display_name#zh"] == "广东省"
    assert "manyou_region" not in found[HUB]
    assert said["last_updated"]
    named = json.loads(get(chained, "collection", trust_anchor=ANCHOR, query="浙江").text)
    assert [one["entity_id"] for one in named["entities"]] == [ZJ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, (400, "invalid_request")),
        ({"trust_anchor": ANCHOR, "limit": "0"}, (400, "invalid_request")),
        ({"trust_anchor": ANCHOR, "from": "x"}, (404, "page_not_found")),
        ({"trust_anchor": ANCHOR, "entity_claims": "jwks"}, (400, "unsupported_parameter")),
        ({"trust_anchor": ANCHOR, "ui_claims": "contacts"}, (400, "unsupported_parameter")),
    ],
)
def test_collections_that_cannot_be_given(
    chained: ChainedWorld, query: dict[str, str], expected: tuple[int, str]
) -> None:
    answer = get(chained, "collection", **query)
    assert (answer.status_code, json.loads(answer.text)["error"]) == expected


@pytest.fixture
def bearer(
    valkey_url: str, founded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ChainedWorld]:
    """The country, where Guangdong's settings say that it holds the mark."""
    held = f'[[trust_mark]]\ntype = "{MARK}"\nissuer = "{ANCHOR}"'
    monkeypatch.setitem(TRUST, GD, [*TRUST[GD], held])
    shutil.copytree(founded, tmp_path / "country")
    made = ChainedWorld(valkey_url, tmp_path / "country", "bearer")
    yield made
    made.close()


def test_a_mark_is_fetched_shown_verified_and_lost(bearer: ChainedWorld) -> None:
    chained = bearer
    marked(chained, GD)
    holdings = chained.nodes[GD].federation.resolving
    assert holdings is not None
    holdings.holdings.round()
    chained.advance(5)
    published = get_configuration(chained, GD)
    assert [one["trust_mark_type"] for one in published["trust_marks"]] == [MARK]
    crawl(chained)
    holders = json.loads(get(chained, "collection", trust_anchor=ANCHOR, trust_mark_type=MARK).text)
    assert [one["entity_id"] for one in holders["entities"]] == [GD]
    said = read(chained, get(chained, "resolve", sub=GD, trust_anchor=ANCHOR), GD)
    assert [kind for kind, _ in said.trust_marks] == [MARK]
    authority = chained.nodes[ANCHOR].federation.authority
    assert authority is not None
    authority.marks.revoke(MARK, GD, by=ADMIN, reason="failed the audit")
    chained.advance(70)
    fresh = read(chained, authenticated(chained, "resolve", ZJ, sub=GD, trust_anchor=ANCHOR), GD, audience=ZJ)
    assert fresh.trust_marks == ()
    holdings.holdings.round()
    chained.advance(5)
    assert "trust_marks" not in get_configuration(chained, GD)


def get_configuration(world: ChainedWorld, issuer: str) -> dict[str, Any]:
    client = world.network.client(issuer, cookies=False)
    token = client.get(f"{issuer}/.well-known/openid-federation", base_url=issuer).text
    said: dict[str, Any] = json.loads(unb64(token.split(".")[1]))
    return said


def test_members_say_who_is_above_them(chained: ChainedWorld) -> None:
    assert get_configuration(chained, GD)["authority_hints"] == [ANCHOR]
    assert "authority_hints" not in get_configuration(chained, ANCHOR)
