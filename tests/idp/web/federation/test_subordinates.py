"""Fetch, list, extended list and events, as others meet them (OIDF §8.1, §8.2 and two extensions)."""

import json
from typing import Any

import pytest

from idp.authority import pages
from idp.authority.statements import FRESH
from tests.federation.world import ANCHOR, ENTITY, NOW
from tests.idp.authority.place import entity
from tests.idp.web.federation.superior import MARK, Superior, claims, refusal


def test_a_statement_is_fetched(superior: Superior) -> None:
    answer = superior.get("fetch", sub=ENTITY)
    assert (answer.status_code, answer.content_type) == (200, "application/entity-statement+jwt")
    said = claims(answer)
    assert (said["iss"], said["sub"]) == (ANCHOR, ENTITY)
    assert said["source_endpoint"] == f"{ANCHOR}/federation/fetch"


REFUSED: dict[str, tuple[dict[str, Any], tuple[int, str]]] = {
    "without sub, nobody's statement, not our own either": ({}, (400, "invalid_request")),
    "with an empty sub": ({"sub": ""}, (400, "invalid_request")),
    "about ourselves": ({"sub": ANCHOR}, (400, "invalid_request")),
    "about a stranger": ({"sub": "http://stranger.localhost"}, (404, "not_found")),
    "about two": ({"sub": [ENTITY, entity(1)]}, (400, "invalid_request")),
    "about somebody whose name is endless": ({"sub": "x" * 3000}, (400, "invalid_request")),
    "with something nobody knows that occurs twice": (
        {"sub": ENTITY, "x": ["1", "2"]},
        (400, "invalid_request"),
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_fetched_is_refused(superior: Superior, what: str) -> None:
    query, expected = REFUSED[what]
    assert refusal(superior.get("fetch", **query)) == expected


def test_what_nobody_understands_is_ignored(superior: Superior) -> None:
    assert superior.get("fetch", sub=ENTITY, iss=ANCHOR, anything="x").status_code == 200


def test_a_statement_was_signed_before_anybody_asked(superior: Superior) -> None:
    superior.authority.statements.renew()
    assert superior.signatures() == 1
    texts = {superior.get("fetch", sub=ENTITY).text for _ in range(5)}
    assert len(texts) == 1
    assert superior.signatures() == 0


def test_caches_hold_a_statement_shortly_and_never_past_its_end(superior: Superior) -> None:
    first = superior.get("fetch", sub=ENTITY)
    assert first.headers["Cache-Control"] == "public, max-age=10"
    tag = first.headers["ETag"]
    again = superior.browser.get(
        "/federation/fetch", query_string={"sub": ENTITY}, headers={"If-None-Match": tag}
    )
    assert (again.status_code, again.data) == (304, b"")
    superior.authority.registry.suspend(ENTITY, by="li", reason="r")
    superior.authority.registry.reinstate(ENTITY, by="li", reason="r")
    superior.clock.pass_(FRESH)
    other = superior.browser.get(
        "/federation/fetch", query_string={"sub": ENTITY}, headers={"If-None-Match": tag}
    )
    assert other.status_code == 200


@pytest.mark.parametrize("verb", ["suspend", "remove"])
def test_who_is_suspended_or_removed_is_in_no_answer(superior: Superior, verb: str) -> None:
    superior.get("fetch", sub=ENTITY)
    getattr(superior.authority.registry, verb)(ENTITY, by="li", reason="r")
    superior.clock.pass_(FRESH)
    assert refusal(superior.get("fetch", sub=ENTITY)) == (404, "not_found")
    assert superior.get("list").json == []
    assert superior.get("extended-list").json == {"immediate_subordinate_entities": []}
    told = claims(superior.get("events", sub=ENTITY))["federation_registration_events"]
    assert told[-1]["event"] == {"suspend": "suspension", "remove": "revocation"}[verb]


def test_everybody_is_listed_or_who_fits_all_filters(superior: Superior) -> None:
    names = superior.crowd(4)
    superior.authority.marks.issue(MARK, names[1], by="li")
    cases: list[tuple[dict[str, Any], list[str]]] = [
        ({}, [*names, ENTITY]),
        ({"entity_type": "openid_relying_party"}, names),
        ({"entity_type": ["openid_relying_party", "openid_provider"]}, []),
        ({"intermediate": "true"}, [names[0], names[3]]),
        ({"intermediate": "false", "entity_type": "openid_relying_party"}, [names[1], names[2]]),
        ({"trust_marked": "true"}, [names[1]]),
        ({"trust_marked": "false", "entity_type": "openid_provider"}, [ENTITY]),
        ({"trust_mark_type": MARK}, [names[1]]),
        ({"trust_mark_type": "https://other.example/mark"}, []),
    ]
    for query, expected in cases:
        answer = superior.get("list", **query)
        assert answer.content_type == "application/json"
        assert answer.json == expected, query


@pytest.mark.parametrize(
    "query", [{"intermediate": "yes"}, {"trust_marked": "1"}, {"trust_mark_type": ["a", "b"]}]
)
def test_filters_that_are_none_are_refused(superior: Superior, query: dict[str, Any]) -> None:
    assert refusal(superior.get("list", **query)) == (400, "invalid_request")


def entries(superior: Superior, **query: Any) -> list[dict[str, Any]]:
    """All pages, one after the other."""
    found: list[dict[str, Any]] = []
    while True:
        answer = superior.get("extended-list", **query)
        said = json.loads(answer.text)
        found += said["immediate_subordinate_entities"]
        if "next" not in said:
            return found
        query["from"] = said["next"]


def test_pages_hold_everybody_once(superior: Superior) -> None:
    names = superior.crowd(7)
    assert [one["id"] for one in entries(superior, limit=3)] == [*names, ENTITY]
    assert [one["id"] for one in entries(superior, limit=3, entity_type="openid_provider")] == [ENTITY]
    assert entries(superior)[0] == {"id": names[0]}, "nothing more than was asked for"


def test_what_comes_and_goes_between_pages_moves_nobody(superior: Superior) -> None:
    names = superior.crowd(6)
    first = json.loads(superior.get("extended-list", limit=3).text)
    superior.authority.registry.remove(names[0], by="li", reason="left")
    second = json.loads(superior.get("extended-list", **{"limit": 3, "from": first["next"]}).text)
    assert [one["id"] for one in second["immediate_subordinate_entities"]] == names[3:6]


def test_a_crawl_of_changes_costs_what_changed(superior: Superior) -> None:
    names = superior.crowd(5)
    superior.clock.pass_(100)
    superior.authority.registry.suspend(names[2], by="li", reason="r")
    superior.authority.registry.reinstate(names[2], by="li", reason="r")
    changed = entries(superior, updated_after=int(NOW) + 50)
    assert changed == [{"id": names[2], "registered": int(NOW) + 3, "updated": int(NOW) + 105}]
    assert entries(superior, updated_after=int(NOW) + 50, audit_timestamps="false") == [{"id": names[2]}]
    before = entries(superior, updated_before=int(NOW) + 1)
    assert [one["id"] for one in before] == [ENTITY, names[0]], "in the order of their changes"
    assert "registered" in entries(superior, audit_timestamps="true")[0]


def test_claims_come_from_the_statement_that_lies_ready(superior: Superior) -> None:
    names = superior.crowd(2)
    superior.authority.marks.issue(MARK, names[0], by="li")
    first, second, _ = entries(
        superior, claims=["subordinate_statement", "trust_marks", "jwks", "constraints", "nonsense"]
    )
    assert first.keys() == {"id", "subordinate_statement", "trust_marks", "jwks"}
    assert second.keys() == {"id", "subordinate_statement", "jwks"}
    fetched = superior.get("fetch", sub=names[0])
    assert first["subordinate_statement"] == fetched.text
    assert first["jwks"] == claims(fetched)["jwks"]
    assert first["trust_marks"][0]["trust_mark_type"] == MARK


def test_a_page_signs_nothing_and_holds_no_more_than_its_limit(
    superior: Superior, monkeypatch: pytest.MonkeyPatch
) -> None:
    superior.crowd(5)
    superior.authority.registry.add(superior_subordinate(), by="li")
    superior.signatures()
    monkeypatch.setattr(pages, "MOST", 4)
    said = json.loads(superior.get("extended-list", limit=999, claims="subordinate_statement").text)
    assert len(said["immediate_subordinate_entities"]) == 4
    fresh = [one for one in entries(superior, claims="subordinate_statement") if one["id"] == entity(90)]
    assert fresh == [{"id": entity(90)}], "not signed yet: fetch it"
    assert superior.signatures() == 0


def superior_subordinate() -> Any:
    from tests.idp.authority.place import subordinate

    return subordinate(entity(90))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"from": "x"}, (404, "page_not_found")),
        ({"from": ENTITY}, (404, "page_not_found")),
        ({"limit": "0"}, (400, "invalid_request")),
        ({"limit": "-1"}, (400, "invalid_request")),
        ({"limit": "ten"}, (400, "invalid_request")),
        ({"updated_after": "yesterday"}, (400, "invalid_request")),
        ({"audit_timestamps": "1"}, (400, "invalid_request")),
    ],
)
def test_pages_that_are_none_are_refused(
    superior: Superior, query: dict[str, str], expected: tuple[int, str]
) -> None:
    assert refusal(superior.get("extended-list", **query)) == expected


def test_a_mark_of_a_page_is_good_for_its_own_question_only(superior: Superior) -> None:
    superior.crowd(3)
    following = json.loads(superior.get("extended-list", limit=1).text)["next"]
    assert superior.get("extended-list", **{"from": following}).status_code == 200
    other = {"from": following, "intermediate": "true"}
    assert refusal(superior.get("extended-list", **other)) == (404, "page_not_found")


def test_events_are_signed_and_tagged(superior: Superior) -> None:
    answer = superior.get("events", sub=ENTITY)
    assert answer.content_type == "application/entity-events-statement+jwt"
    assert claims(answer)["federation_registration_events"] == [{"iat": int(NOW), "event": "registration"}]
    again = superior.browser.get(
        "/federation/events",
        query_string={"sub": ENTITY},
        headers={"If-None-Match": answer.headers["ETag"]},
    )
    assert again.status_code == 304
    assert refusal(superior.get("events")) == (400, "invalid_request")
    assert refusal(superior.get("events", sub="http://stranger.localhost")) == (404, "not_found")


def test_pages_of_other_sites_may_read(superior: Superior) -> None:
    assert superior.get("list").headers["Access-Control-Allow-Origin"] == "*"
