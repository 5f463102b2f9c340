"""`manyou init` makes what is missing and touches nothing that is there."""

import json
import stat
from pathlib import Path

from idp.settings import load
from tests.idp.cli.conftest import Run


def test_a_first_start_makes_settings_secrets_and_keys(run: Run, tmp_path: Path) -> None:
    made = run(
        "init", "--issuer", "http://gd.localhost:8410", "--region", "440000", "--name", "广东省", "--json"
    )
    assert made.code == 0
    assert set(made.json["made"]) == {"settings", "kek"}
    assert [key["alg"] for key in made.json["federation_jwks"]["keys"]] == ["ES256"]
    settings = load(tmp_path / "manyou.toml", {})
    assert (settings.issuer, settings.region, settings.name.zh) == (
        "http://gd.localhost:8410",
        "440000",
        "广东省",
    )
    assert settings.namespace == settings.issuer
    for path, mode in (
        (settings.keys.kek_file, 0o600),
        (tmp_path / "manyou.toml", 0o600),
        (settings.data, 0o700),
    ):
        assert stat.S_IMODE(path.stat().st_mode) == mode


def test_a_second_start_changes_nothing(node: Run, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in (tmp_path / "manyou.toml", tmp_path / "data" / "kek")}
    first = node("federation", "show", "--json").json
    again = node("init", "--issuer", "http://other.localhost:1", "--json")
    assert (again.code, again.json["made"]) == (0, {})
    assert again.json["federation_jwks"] == first["jwks"]
    assert {path: path.read_bytes() for path in before} == before


def test_keys_for_peers_are_public_and_the_same_everywhere(node: Run, tmp_path: Path) -> None:
    assert node("init", "--export-jwks", "gd.json").code == 0
    exported = json.loads((tmp_path / "gd.json").read_text())
    assert node("federation", "show", "--json").json == {
        "entity_id": "http://gd.localhost:8410",
        "jwks": exported,
    }
    assert not {"d", "k"} & exported["keys"][0].keys()


def test_nodes_that_name_each_other_can_be_made_one_after_the_other(node: Run, tmp_path: Path) -> None:
    peer = '\n[[peer]]\nissuer = "http://hub.localhost:8402"\njwks_file = "hub.json"\nname = { zh = "枢纽", en = "Hub" }\n'
    with (tmp_path / "manyou.toml").open("a", encoding="utf-8") as file:
        file.write(peer)
    assert node("init", "--export-jwks", "hub.json").code == 0
    assert node("clients", "list").code == 0


def test_an_authority_signs_nobody_in(run: Run, tmp_path: Path) -> None:
    assert run("init", "--issuer", "http://anchor.localhost:8401", "--anchor").code == 0
    assert not load(tmp_path / "manyou.toml", {}).provider


def test_what_is_needed_is_asked_for(run: Run, tmp_path: Path) -> None:
    assert "--issuer" in run("init").err
    missing = run("init", "--issuer", "http://gd.localhost:8410")
    assert (missing.code, "--region" in missing.err) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_answer_leaves_nothing_behind(run: Run, tmp_path: Path) -> None:
    wrong = run("init", "--issuer", "http://id.example.cn", "--region", "44")
    assert wrong.code == 1
    assert "must use https" in wrong.err
    assert "GB/T 2260" in wrong.err
    assert list(tmp_path.iterdir()) == []
    assert run("init", "--issuer", "https://id.example.cn", "--region", "440000").code == 0


def test_without_the_kek_nothing_is_made_anew(node: Run, tmp_path: Path) -> None:
    (tmp_path / "data" / "kek").rename(tmp_path / "kek.moved")
    lost = node("clients", "list")
    assert (lost.code, "kek_missing" in lost.err) == (1, True)
    again = node("init")
    assert (again.code, "kek_wrong" in again.err) == (1, True)
    (tmp_path / "kek.moved").replace(tmp_path / "data" / "kek")
    assert node("clients", "list").code == 0
