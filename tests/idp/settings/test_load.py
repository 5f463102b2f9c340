"""What a settings file means: paths, defaults, overrides, secrets from files."""

import os
from pathlib import Path

import pydantic
import pytest

from idp.settings import Settings, load, override
from tests.idp.settings.test_problems import DIRECTORY, GOOD, HUB, KEYS


def read(folder: Path, text: str, **environ: str) -> Settings:
    path = folder / "manyou.toml"
    (folder / "secret").write_text(" spaces stay \n", encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    return load(path, environ)


def test_paths_are_relative_to_the_file_wherever_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "manyou.toml"
    path.write_text(GOOD + '[log]\nfile = "log.jsonl"', encoding="utf-8")
    monkeypatch.chdir(tmp_path.parent)
    settings = load(Path(os.path.relpath(path)), {})
    assert settings.data == tmp_path / "data"
    assert settings.keys.kek_file == tmp_path / "data/kek"
    assert settings.records.url == f"sqlite:///{tmp_path}/data/manyou.sqlite"
    assert settings.log.file == tmp_path / "log.jsonl"


def test_an_absolute_path_stays(tmp_path: Path) -> None:
    settings = read(tmp_path, GOOD + '[records]\nurl = "sqlite:////srv/x.sqlite"')
    assert settings.records.url == "sqlite:////srv/x.sqlite"


def test_an_empty_optional_path_is_none(tmp_path: Path) -> None:
    settings = read(tmp_path, GOOD + DIRECTORY + 'ca_file = ""')
    assert settings.directory[0].ca_file is None


def test_the_environment_overrides_the_file(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        GOOD + "[http]\nworkers = 2",
        MANYOU_HTTP__WORKERS="3",
        MANYOU_ACCOUNTS__ENABLED="true",
        MANYOU_OUTBOUND__ALLOW="a.example, 10.0.0.1",
        MANYOU_STORE__URL="unix:///run/valkey.sock",
        MANYOU_REGION="330000",
        MANYOU_KEYS__KEK_FILE="other",
        MANYOU_SETTINGS="ignored",
        PATH="ignored",
    )
    assert settings.http.workers == 3
    assert settings.outbound.allow == ("a.example", "10.0.0.1")
    assert settings.store.url == "unix:///run/valkey.sock"
    assert settings.region == "330000"
    assert settings.keys.kek_file == tmp_path / "other"
    assert override("store", "url") == "MANYOU_STORE__URL"


def test_secrets_are_read_from_their_files(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("p@ss/word\n", encoding="utf-8")
    (tmp_path / "hub.json").write_text(KEYS, encoding="utf-8")
    text = GOOD + '[store]\nurl = "rediss://me@store.example:6380"\npassword_file = "store"\n'
    settings = read(tmp_path, text + DIRECTORY + HUB)
    assert settings.store.address() == "rediss://me:p%40ss%2Fword@store.example:6380"
    assert settings.directory[0].bind_password() == " spaces stay "
    assert settings.directory[0].config().bind_password == " spaces stay "
    assert "spaces stay" not in repr(settings.directory[0].config())
    assert (settings.peer[0].jwks() or {})["keys"]
    assert "p@ss" not in repr(settings)


def test_files_need_not_be_there_while_they_are_being_made(tmp_path: Path) -> None:
    path = tmp_path / "manyou.toml"
    path.write_text(GOOD + HUB, encoding="utf-8")
    assert load(path, {}, check_files=False).peer[0].jwks_file == tmp_path / "hub.json"


def test_settings_cannot_be_changed(tmp_path: Path) -> None:
    settings = read(tmp_path, GOOD)
    with pytest.raises(pydantic.ValidationError):
        settings.http.workers = 4


def test_an_anchor_signs_nobody_in(tmp_path: Path) -> None:
    text = GOOD.replace("accounts = { enabled = true }", "").replace('region = "440000"', "")
    settings = read(tmp_path, text + "[authority]")
    assert settings.authority is not None
    assert not settings.provider
    assert read(tmp_path, GOOD).provider


@pytest.mark.parametrize(
    ("issuer", "inside"),
    [
        ("http://localhost", True),
        ("http://gd.localhost:8410", True),
        ("http://[::1]:8410", True),
        ("http://127.9.9.9", True),
        ("https://id.example.cn", False),
    ],
)
def test_loopback_is_known_by_the_issuer(tmp_path: Path, issuer: str, inside: bool) -> None:
    assert read(tmp_path, GOOD, MANYOU_ISSUER=issuer).loopback is inside


@pytest.mark.parametrize(
    ("listen", "address"),
    [("127.0.0.1:8410", ("127.0.0.1", 8410)), ("[::1]:1", ("::1", 1)), ("0.0.0.0:9", ("0.0.0.0", 9))],
)
def test_listen_is_an_address_and_a_port(tmp_path: Path, listen: str, address: tuple[str, int]) -> None:
    assert read(tmp_path, GOOD, MANYOU_HTTP__LISTEN=listen).http.address == address
