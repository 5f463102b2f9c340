"""The file for programs opens registration at the hub and in each province, and nowhere else."""

import shutil
import stat
from pathlib import Path
from typing import Any

import pytest

from idp.demo.charter import LEAVE
from idp.demo.founding import found
from idp.demo.manifest import describe
from idp.demo.places import Country, country
from idp.dynamic import digest
from idp.records.audit import AuditRecords
from idp.records.database import Database
from idp.records.initial_tokens import InitialTokenRecords
from idp.settings import load


@pytest.fixture(scope="module")
def land(tmp_path_factory: pytest.TempPathFactory) -> Country:
    land = country(8400, tmp_path_factory.mktemp("land"))
    found(land, store=Path("/tmp/manyou/valkey.sock"))
    return land


def told(land: Country) -> dict[str, Any]:
    said = describe(land, [])
    provinces = zip(("gd", "zj"), said["provinces"], strict=True)
    return {"hub": said["hub"]["initial_access_token"]} | {
        name: one["initial_access_token"] for name, one in provinces
    }


def test_each_token_is_one_that_its_node_knows_and_no_other(land: Country) -> None:
    tokens = told(land)
    assert len(set(tokens.values())) == 3
    for name, token in tokens.items():
        settings = load(land.settings(land.node(name)), {})
        database = Database(settings.records.url)
        audit = AuditRecords(database, settings.issuer)
        (kept,) = InitialTokenRecords(database, audit).list()
        events = [chained.entry.event for chained in audit.tail()]
        database.close()
        assert kept.sha256 == digest(token)
        assert kept.uses > 10_000
        assert "client.token_added" in events
        assert stat.S_IMODE(land.settings(land.node(name)).with_name(LEAVE).stat().st_mode) == 0o600


def test_registration_is_open_where_people_sign_in_alone(land: Country) -> None:
    open_ = [node.name for node in land.nodes if load(land.settings(node), {}).registration.dynamic]
    assert open_ == ["hub", "gd", "zj"]


def test_a_folder_of_a_version_without_tokens_says_that_there_is_none(land: Country, tmp_path: Path) -> None:
    old = country(8400, tmp_path / "old")
    shutil.copytree(land.folder, old.folder)
    old.settings(old.node("gd")).with_name(LEAVE).unlink()
    assert told(old) == {**told(land), "gd": None}
