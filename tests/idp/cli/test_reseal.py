"""`manyou keys reseal`: another key-encrypting key, another way of sealing, while nodes go on."""

import contextlib
import os
from pathlib import Path

import pytest

from idp.records.audit import AuditRecords
from idp.settings import load
from idp.wiring import open_records
from keys.kek import create_kek
from tests.idp.cli.conftest import Run

ISSUER = "http://gd.localhost:8410"


def rows(tmp_path: Path, **environ: str) -> tuple[list[str], bytes]:
    """The kids of both rings and the pairwise secret, as a node with that environment opens them."""
    records = open_records(load(tmp_path / "manyou.toml", environ))
    try:
        kids = [key.kid for ring in (records.rings.oidc(), records.rings.federation()) for key in ring.keys]
        return sorted(kids), records.secrets.get_or_create("pairwise")
    finally:
        records.database.close()


def test_everything_is_sealed_under_a_new_key_and_then_the_old_one_is_not_needed(
    node: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rows(tmp_path)
    create_kek(tmp_path / "new")
    monkeypatch.setenv("MANYOU_KEYS__KEK_FILE", str(tmp_path / "new"))
    assert node("keys", "reseal").code == 1
    monkeypatch.setenv("MANYOU_KEYS__OLD_KEK_FILE", str(tmp_path / "data" / "kek"))
    done = node("keys", "reseal", "--json").json
    assert set(done) == {"oidc", "federation", "secrets"}
    assert all(count > 0 for count in done.values())
    assert set(node("keys", "reseal", "--json").json.values()) == {0}
    assert rows(tmp_path, MANYOU_KEYS__KEK_FILE=str(tmp_path / "new")) == before
    with contextlib.closing(open_records(load(tmp_path / "manyou.toml", os.environ)).database) as database:
        events = [one.entry.event for one in AuditRecords(database, ISSUER).tail()]
    assert events.count("key.resealed") == 1


def test_everything_is_sealed_in_another_way_under_the_same_key(
    node: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rows(tmp_path)
    monkeypatch.setenv("MANYOU_KEYS__SEALING", "sm4-gcm")
    assert all(count > 0 for count in node("keys", "reseal", "--json").json.values())
    monkeypatch.delenv("MANYOU_KEYS__SEALING")
    assert rows(tmp_path) == before
