"""`manyou clients token` gives leave to register, and takes it back."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from idp.settings import load
from idp.wiring import open_records
from tests.idp.cli.conftest import Run

ADD = ("clients", "token", "add", "--note", "Tax office")


def test_a_token_is_shown_once_and_its_hash_is_kept(
    node: Run, tmp_path: Path, audit: Callable[[], list[str]]
) -> None:
    made = node(*ADD, "--uses", "3", "--days", "2", "--json").json
    assert (made["note"], made["uses"], made["used"], made["standing"]) == ("Tax office", 3, 0, "live")
    assert made["expires"] - made["created"] == 2 * 86_400
    records = open_records(load(tmp_path / "manyou.toml", {}))
    (kept,) = records.dynamic.initial.list()
    told = str(records.audit_records.tail())
    records.database.close()
    token = made["initial_access_token"]
    assert kept.sha256 == hashlib.sha256(token.encode()).hexdigest()
    assert len(token) >= 43
    assert token not in told
    assert audit()[-1] == "client.token_added"
    listed = node("clients", "token", "list")
    assert made["id"] in listed.out
    assert "0 of 3" in listed.out
    assert token not in listed.out + node("clients", "token", "list", "--json").out


def test_a_token_is_good_for_one_registration_and_a_week_unless_more_is_said(node: Run) -> None:
    made = node(*ADD, "--json").json
    assert (made["uses"], made["expires"] - made["created"]) == (1, 7 * 86_400)


def test_whoever_makes_one_is_told_when_it_opens_nothing_yet(
    node: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "[registration] dynamic = true" in node(*ADD).out
    monkeypatch.setenv("MANYOU_REGISTRATION__DYNAMIC", "true")
    assert "[registration]" not in node(*ADD).out


def test_a_token_is_revoked_once(node: Run, audit: Callable[[], list[str]]) -> None:
    made = node(*ADD, "--json").json
    assert node("clients", "token", "revoke", made["id"]).code == 0
    assert audit()[-1] == "client.token_revoked"
    assert node("clients", "token", "list", "--json").json[0]["standing"] == "revoked"
    for unknown in (made["id"], "nothing"):
        again = node("clients", "token", "revoke", unknown)
        assert (again.code, again.out) == (1, "")
        assert "`manyou clients token list` shows all" in again.err


def test_wrong_usage_makes_nothing(node: Run) -> None:
    for words in (
        ("clients", "token", "add"),
        (*ADD, "--uses", "0"),
        (*ADD, "--days", "0"),
        (*ADD, "--uses", "x"),
    ):
        assert node(*words).code == 2
    assert node("clients", "token", "list", "--json").json == []
