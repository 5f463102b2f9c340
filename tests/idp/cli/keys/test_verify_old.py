"""`manyou keys verify-old`: proof, or why not."""

import json
from pathlib import Path

import pytest

from idp.settings import load
from idp.wiring import open_records
from keys.jose import sign
from keys.key import Purpose
from tests.idp.cli.conftest import Run
from tests.keys.forge import NOW, forge
from tests.keys.test_history import PINNED, history, old, past, token

TYPES: dict[Purpose, str] = {"oidc": "JWT", "federation": "entity-statement+jwt"}


def signed(folder: Path, purpose: Purpose = "oidc") -> str:
    """Something that the node in the folder signed just now, in a file."""
    records = open_records(load(folder / "manyou.toml", {}))
    key = records.rings.look(purpose).ring.signer(2e9)
    begun = int(key.active_from or 0) + 1
    records.database.close()
    issuer = "http://gd.localhost:8410"
    claims = {"iss": issuer, "sub": issuer, "iat": begun, "exp": begun + 1}
    (folder / "old.jwt").write_text(sign(key, claims, typ=TYPES[purpose]) + "\n", encoding="ascii")
    return key.kid


@pytest.mark.parametrize("purpose", TYPES)
def test_what_the_node_signed_is_proof_also_when_it_has_expired(
    node: Run, tmp_path: Path, purpose: Purpose
) -> None:
    kid = signed(tmp_path, purpose)
    said = node("keys", "verify-old", "old.jwt")
    assert (said.code, said.err) == (0, "")
    assert kid in said.out
    assert "proof: the key signed at that time" in said.out
    data = node("keys", "verify-old", "old.jwt", "--json").json
    assert (data["proves"], data["kid"], data["ring"], data["typ"]) == (True, kid, purpose, TYPES[purpose])
    assert data["claims"]["iss"] == "http://gd.localhost:8410"


def test_a_burned_key_proves_nothing(node: Run, tmp_path: Path) -> None:
    kid = signed(tmp_path)
    assert node("keys", "announce", "--ring", "oidc").code == 0
    assert node("keys", "revoke", kid, "--reason", "left on a train").code == 0
    said = node("keys", "verify-old", "old.jwt")
    assert said.code == 1
    assert "no proof: the key was in other hands" in said.out
    assert "left on a train" in said.out
    assert node("keys", "verify-old", "old.jwt", "--json").json["proves"] is False


@pytest.mark.parametrize("text", ["<html>", "", forge(), "断言"])
def test_what_the_node_did_not_sign_is_refused_in_a_line(node: Run, tmp_path: Path, text: str) -> None:
    (tmp_path / "old.jwt").write_text(text, encoding="utf-8")
    said = node("keys", "verify-old", "old.jwt")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("manyou: not signed by this node: ")
    assert len(said.err.splitlines()) == 1


def test_a_file_that_is_not_there_is_wrong_usage(node: Run) -> None:
    assert node("keys", "verify-old", "missing.jwt").code == 2


def test_another_nodes_history_does_without_settings_and_network(run: Run, tmp_path: Path) -> None:
    (tmp_path / "old.jwt").write_text(token(), encoding="ascii")
    (tmp_path / "history.jwt").write_text(history(past(old()), iat=int(NOW) - 10**8), encoding="ascii")
    (tmp_path / "pinned.json").write_text(
        json.dumps({"jwks": {"keys": [dict(PINNED.public)]}}), encoding="utf-8"
    )
    words = ("keys", "verify-old", "old.jwt", "--history", "history.jwt")
    said = run(*words, "--pinned", "pinned.json")
    assert (said.code, "proof: the key signed at that time" in said.out) == (0, True)
    (tmp_path / "pinned.json").write_text('{"keys": []}', encoding="utf-8")
    refused = run(*words, "--pinned", "pinned.json")
    assert (refused.code, "is no history that a key of pinned.json signed" in refused.err) == (1, True)
    assert run(*words).code == 2
