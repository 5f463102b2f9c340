"""What `[keys]` may say: every mistake is named with what to write instead."""

from pathlib import Path

import pytest

from idp.settings import SettingsError, load
from keys.algorithms import sm2
from keys.public import why_missing

GOOD = """
issuer = "http://gd.localhost:8410"
region = "440000"
namespace = "http://anchor.localhost:8401"
[name]
zh = "广东"
en = "Guangdong"
[accounts]
enabled = true
[keys]
"""


def problems(tmp_path: Path, keys: str) -> str:
    path = tmp_path / "manyou.toml"
    path.write_text(GOOD + keys, encoding="utf-8")
    try:
        load(path, {})
    except SettingsError as error:
        return "\n".join(error.problems)
    return ""


LAWFUL = {
    "nothing": "",
    "all registered algorithms": 'algorithms = ["ES256", "ES384", "RS256", "PS256", "EdDSA"]',
    "post-quantum statements": 'federation_algorithm = "ML-DSA-65"',
    "a secret of the environment": 'kek_env = "NODE_KEK"',
    "a passphrase, replacing a file": 'passphrase_env = "NODE_PASSPHRASE"\nold_kek_file = "data/old"',
    "the national way of sealing": 'sealing = "sm4-gcm"',
}


@pytest.mark.parametrize("case", LAWFUL)
def test_what_is_lawful_is_accepted(tmp_path: Path, case: str) -> None:
    assert problems(tmp_path, LAWFUL[case]) == ""


WRONG = {
    "without ES256": ('algorithms = ["RS256"]', 'must have "ES256"'),
    "a symmetric algorithm": ('algorithms = ["ES256", "HS256"]', "[keys] algorithms"),
    "ML-DSA for ID tokens": ('algorithms = ["ES256", "ML-DSA-65"]', "[keys] algorithms"),
    "SM2 for statements": (f'federation_algorithm = "{sm2.NAME}"', "[keys] federation_algorithm"),
    "a way of sealing that nobody knows": ('sealing = "rot13"', "[keys] sealing"),
    "two sources": ('kek_env = "A"\npassphrase_env = "B"', "kek_env: stands beside passphrase_env"),
    "two old sources": ('old_kek_env = "A"\nold_passphrase_env = "B"', "old_kek_env: stands beside"),
    "a variable that settings would read": ('kek_env = "MANYOU_KEK"', "does not begin with MANYOU_"),
    "a variable in small letters": ('kek_env = "kek"', "[keys] kek_env"),
    "a token without its PIN": ('token_label = "t"', "token_module, token_pin_file: is missing"),
    "a token whose library is not there": (
        'token_module = "/nowhere.so"\ntoken_label = "t"\ntoken_pin_file = "/nowhere"',
        "[keys] token_module: /nowhere.so cannot be read",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_mistake_is_named(tmp_path: Path, case: str) -> None:
    keys, said = WRONG[case]
    assert said in problems(tmp_path, keys)


def test_sm2_is_refused_where_the_system_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = f'algorithms = ["ES256", "{sm2.NAME}"]'
    assert problems(tmp_path, wanted) == why_missing(sm2.NAME)
    monkeypatch.setattr(sm2, "missing", lambda: "nothing there")
    assert "SM2 is not there: nothing there" in problems(tmp_path, wanted)
