"""What opens the private keys, as settings name it; secrets do not stay in the environment."""

from pathlib import Path
from typing import Any

import pytest

from idp.errors import Unavailable
from idp.settings.model import Keys
from idp.wiring import custody
from idp.wiring.custody import handed_on, open_kek, open_token
from keys.encoding import b64
from keys.kek import Kek, SealError, create_kek, create_stretching, stretch_kek, unwrap, wrap
from tests.keys.hsm.softhsm import MODULE, PIN, open_slot, softhsm

SECRET, OLDER = bytes(range(32)), bytes(32)


@pytest.fixture(autouse=True)
def _nothing_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(custody, "_taken", {})


def keys(**changes: Any) -> Keys:
    return Keys.model_validate(changes)


def test_a_file_opens(tmp_path: Path) -> None:
    made = create_kek(tmp_path / "kek")
    assert open_kek(keys(kek_file=tmp_path / "kek"), {}) == made
    assert open_kek(keys(kek_file=tmp_path / "kek", sealing="sm4-gcm"), {}).sealing == "sm4-gcm"


def test_a_secret_of_the_environment_is_taken_out_and_kept_for_the_workers() -> None:
    environ = {"NODE_KEK": b64(SECRET), "PATH": "/bin"}
    settings = keys(kek_env="NODE_KEK")
    assert open_kek(settings, environ) == Kek(SECRET)
    assert environ == {"PATH": "/bin"}
    assert open_kek(settings, environ) == Kek(SECRET)
    assert handed_on(settings) == {"NODE_KEK": b64(SECRET)}
    assert handed_on(keys()) == {}


def test_a_passphrase_is_taken_out_and_stretched(tmp_path: Path) -> None:
    create_stretching(tmp_path / "kek")
    environ = {"NODE_PASSPHRASE": "correct horse"}
    settings = keys(kek_file=tmp_path / "kek", passphrase_env="NODE_PASSPHRASE")
    assert open_kek(settings, environ) == stretch_kek("correct horse", tmp_path / "kek")
    assert environ == {}


@pytest.mark.parametrize("name", ["kek_env", "passphrase_env"])
def test_a_variable_that_is_not_set_is_named(name: str) -> None:
    with pytest.raises(SealError, match="NODE_X"):
        open_kek(keys(**{name: "NODE_X"}), {})


def test_while_one_is_replaced_both_open(tmp_path: Path) -> None:
    old = create_kek(tmp_path / "old")
    environ = {"NODE_KEK": b64(SECRET)}
    both = open_kek(keys(kek_env="NODE_KEK", old_kek_file=tmp_path / "old"), environ)
    assert unwrap(both, ("x",), wrap(old, ("x",), b"data")) == b"data"
    assert both.sealed_here(wrap(both, ("x",), b"data"))
    late = {"NODE_KEK": b64(SECRET), "OLD_KEK": b64(OLDER)}
    both = open_kek(keys(kek_env="NODE_KEK", old_kek_env="OLD_KEK"), late)
    assert (both.secret, both.older, late) == (SECRET, Kek(OLDER), {})


def test_without_a_token_there_is_none() -> None:
    assert open_token(keys()) is None


@softhsm
@pytest.mark.softhsm
def test_a_token_of_the_settings_signs_and_one_that_is_gone_is_unavailable(tmp_path: Path) -> None:
    slot = open_slot(tmp_path)
    (tmp_path / "pin").write_text(PIN + "\n")
    settings = keys(token_module=MODULE, token_label=slot.label, token_pin_file=tmp_path / "pin")
    token = open_token(settings)
    assert token is not None
    key = token.generate()
    assert len(key.sign(b"data")) == 64
    absent = open_token(settings.model_copy(update={"token_label": "nobody"}))
    assert absent is not None
    with pytest.raises(Unavailable) as caught:
        absent.generate()
    assert caught.value.part == "token"
