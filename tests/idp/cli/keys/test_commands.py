"""`manyou keys`, typed where a node was made and no process of it runs."""

import time
from collections.abc import Callable

import pytest

from tests.idp.cli.conftest import Run

Audit = Callable[[], list[str]]


def states(node: Run, ring: str = "federation") -> list[str]:
    return [key["state"] for key in node("keys", "list", "--json").json[ring]]


def first(node: Run, ring: str = "federation") -> str:
    return str(node("keys", "list", "--json").json[ring][0]["kid"])


def test_list_shows_both_rings_with_what_comes_next_and_why(node: Run) -> None:
    said = node("keys", "list")
    assert said.code == 0
    assert "oidc ring" in said.out
    assert "federation ring" in said.out
    assert "next: retire" in said.out
    assert "its successor signs from then on" in said.out


def test_plan_is_a_dry_run(node: Run, audit: Audit) -> None:
    before = audit()
    steps = node("keys", "plan", "--ring", "federation", "--json").json["federation"]
    assert {"generate", "publish", "activate", "retire"} <= {step["step"] for step in steps}
    assert all(step["why"] for step in steps)
    assert states(node) == ["active"]
    assert audit() == before


def test_simulate_goes_by_the_lifetimes_of_the_settings(node: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    plans = {row["plan"]: row for row in node("keys", "simulate", "--json").json}
    monkeypatch.setenv("MANYOU_LIFETIMES__ENTITY_CONFIGURATION", "43200")
    shorter = {row["plan"]: row for row in node("keys", "simulate", "--json").json}
    assert plans["formula"]["switch"] - shorter["formula"]["switch"] == 43200
    assert (plans["formula"]["failed"], shorter["formula"]["failed"]) == (0, 0)


def test_announce_publishes_a_standby_once(node: Run, audit: Audit) -> None:
    told = node("keys", "announce", "--ring", "federation", "--json").json[0]
    assert [one["event"] for one in told["events"]] == ["key.generated", "key.published"]
    assert audit()[-2:] == ["key.generated", "key.published"]
    again = node("keys", "announce", "--ring", "federation")
    assert again.code == 0
    assert "nothing to do" in again.out
    assert len(states(node)) == 2


def test_rotate_says_what_it_waits_for_and_until_when(node: Run) -> None:
    node("keys", "announce", "--ring", "federation")
    said = node("keys", "rotate", "--ring", "federation")
    assert said.code == 1
    assert "waiting for copies of the old entity configuration: the last one expires" in said.err
    assert len(said.err.splitlines()) == 1


def test_rotate_and_rollback_work_once_the_gates_are_open(
    node: Run, audit: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = first(node)
    node("keys", "announce", "--ring", "federation")
    later = time.time() + 3 * 86_400
    monkeypatch.setattr("idp.clock.time.time", lambda: later)
    assert node("keys", "rotate", "--ring", "federation").code == 0
    assert node("keys", "rollback", "--ring", "federation", "--reason", "a peer complains").code == 0
    assert audit()[-1] == "key.rolled_back"
    signing = [
        key["kid"]
        for key in node("keys", "list", "--json").json["federation"]
        if key["active_from"] and not key["retired_at"]
    ]
    assert signing == [old]


def test_revoke_burns_a_key_and_says_what_remains(node: Run, audit: Audit) -> None:
    kid = first(node)
    told = node("keys", "revoke", kid[:10], "--reason", "copied", "--json").json
    assert "key.compromised" in [one["event"] for one in told["events"]]
    assert told["exposure"]["copies_until"] > time.time()
    assert told["seconds"] < 60
    assert "key.compromised" in audit()
    again = node("keys", "revoke", kid, "--reason", "again", "--json")
    assert again.code == 0
    assert again.json["events"] == []


def test_a_key_that_is_not_there_and_a_missing_reason_are_told_apart(node: Run) -> None:
    assert node("keys", "revoke", "nokey", "--reason", "x").code == 1
    assert node("keys", "revoke", first(node)).code == 2
    assert node("keys", "rollback", "--ring", "oidc").code == 2
    assert node("keys", "override", "k", "--observer", "o", "--approval", "c").code == 2


def test_rollback_without_a_key_to_go_back_to_is_refused(node: Run) -> None:
    said = node("keys", "rollback", "--ring", "federation", "--reason", "x")
    assert said.code == 1
    assert "no older key is left" in said.err


def test_nobody_is_overridden_whom_no_key_waits_for(node: Run) -> None:
    said = node("keys", "approve", first(node), "--observer", "http://hub.localhost:8402", "--by", "li")
    assert said.code == 1
    assert "no key of this ring waits for" in said.err


def test_a_drill_needs_a_running_demo(node: Run) -> None:
    assert node("keys", "drill").code == 1


def test_evidence_is_empty_before_anybody_came(node: Run) -> None:
    assert node("keys", "evidence", "--json").json == []
