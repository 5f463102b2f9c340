"""`manyou federation list`, `show`, `mark` and `refresh` at an authority."""

from collections.abc import Callable
from pathlib import Path

import pytest

from idp.settings import load
from idp.wiring import open_records
from tests.federation.country import NOW
from tests.idp.authority.enrolment.office import Members
from tests.idp.cli.conftest import Run
from tests.idp.cli.federation.conftest import ANCHOR

GD = "https://gd.example"
PORTAL = f"{ANCHOR}/marks/portal"
MARK = ("federation", "mark")

FILTERS = {
    "its type": ("--type", "openid_provider"),
    "having subordinates": ("--intermediate",),
}
OTHERS = {
    "another type": ("--type", "openid_relying_party"),
    "having none": ("--leaf",),
    "a mark that it does not hold": ("--marked", PORTAL),
    "a state in which it is not": ("--state", "suspended"),
}


@pytest.mark.parametrize("name", FILTERS)
def test_a_member_is_listed_by(joined: Run, name: str) -> None:
    assert [one["entity_id"] for one in joined("federation", "list", *FILTERS[name], "--json").json] == [GD]
    assert GD in joined("federation", "list").out


@pytest.mark.parametrize("name", OTHERS)
def test_a_member_is_not_listed_by(joined: Run, name: str) -> None:
    assert joined("federation", "list", *OTHERS[name], "--json").json == []


def test_filters_are_for_active_ones(joined: Run) -> None:
    assert joined("federation", "list", "--state", "removed", "--leaf").code == 2


def test_a_member_is_shown_with_its_statement_and_its_past(joined: Run) -> None:
    one = joined("federation", "show", GD, "--json").json
    assert (one["state"], one["intermediate"], one["version"]) == ("active", True, 1)
    assert one["statement"]["claims"]["iss"] == ANCHOR
    assert one["statement"]["expires"] > NOW
    assert [told["event"] for told in one["events"]] == ["registration"]
    assert "statement   until" in joined("federation", "show", GD).out
    unknown = joined("federation", "show", "https://zj.example")
    assert (unknown.code, "federation list" in unknown.err) == (1, True)


def test_a_mark_is_defined_issued_listed_and_revoked(joined: Run, audit: Callable[[], list[str]]) -> None:
    none = joined(*MARK, "issue", PORTAL, GD)
    assert (none.code, "no marks of the type" in none.err) == (1, True)
    assert joined(*MARK, "define", PORTAL, "--issuer", ANCHOR, "--ref", f"{ANCHOR}/why").code == 0
    issued = joined(*MARK, "issue", PORTAL, GD, "--by", "wang", "--json").json
    assert joined(*MARK, "issue", PORTAL, GD, "--json").json["token"] == issued["token"]
    assert joined(*MARK, "list", "--json").json[0]["holders"] == 1
    assert joined(*MARK, "list", "--type", PORTAL, "--json").json == [GD]
    assert len(joined("federation", "list", "--marked", PORTAL, "--json").json) == 1
    assert joined("federation", "show", GD, "--json").json["marks"][0]["type"] == PORTAL
    assert joined(*MARK, "revoke", PORTAL, GD).code == 2
    assert joined(*MARK, "revoke", PORTAL, GD, "--reason", "misuse").code == 0
    gone = joined(*MARK, "revoke", PORTAL, GD, "--reason", "misuse")
    assert (gone.code, "no such mark" in gone.err) == (1, True)
    assert joined(*MARK, "list", "--type", PORTAL, "--json").json == []
    assert audit()[-3:] == ["mark.type_defined", "mark.issued", "mark.revoked"]


def test_what_a_command_signs_is_written_down(joined: Run, tmp_path: Path) -> None:
    """A key stays published until what it signed has expired (I2), whichever process signed."""
    joined(*MARK, "define", PORTAL)
    issued = joined(*MARK, "issue", PORTAL, GD, "--json").json
    records = open_records(load(tmp_path / "manyou.toml", {}))
    latest = records.key_facts.ledger().latest_exp(issued["kid"])
    records.database.close()
    assert latest is not None
    assert latest >= issued["expires"]


def test_our_own_type_is_delegated(joined: Run, tmp_path: Path) -> None:
    assert joined(*MARK, "define", PORTAL, "--owner", ANCHOR, "--anybody").code == 0
    said = joined(*MARK, "delegate", PORTAL, GD, "--reason", "contract", "--json").json
    assert said["delegation"].count(".") == 2
    both = joined(*MARK, "define", PORTAL, "--anybody", "--issuer", GD)
    assert both.code == 2
    (tmp_path / "word").write_text("x", encoding="utf-8")
    bad = joined(*MARK, "define", PORTAL, "--owner", GD, "--delegation", "word")
    assert (bad.code, "is no delegation" in bad.err) == (1, True)


def test_members_are_read_now(joined: Run, members: Members) -> None:
    read = joined("federation", "refresh", "--json")
    assert (read.code, [one["entity_id"] for one in read.json]) == (0, [GD])
    assert joined("federation", "refresh", GD).out.startswith("read      https://gd.example")
    members.silent.add("gd")
    silent = joined("federation", "refresh", GD)
    assert (silent.code, "could not be read" in silent.err) == (1, True)
    unknown = joined("federation", "refresh", "https://zj.example")
    assert (unknown.code, "not registered" in unknown.err) == (1, True)
