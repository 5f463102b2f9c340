"""`manyou citizens` opens local accounts; passwords are neither shown nor kept."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.person import Person
from idp.accounts import LocalAccounts
from idp.passwords import Passwords
from idp.settings import load
from idp.wiring import open_records
from tests.idp.cli.conftest import Run

File = Callable[[Any], str]


@pytest.fixture
def check(tmp_path: Path) -> Callable[[str, str], Person | None]:
    """Signs in with an account as the running node would."""

    def sign_in(username: str, password: str) -> Person | None:
        records = open_records(load(tmp_path / "manyou.toml", {}))
        try:
            return LocalAccounts(records.accounts, Passwords(), {}).check(username, password)
        finally:
            records.database.close()

    return sign_in


@pytest.fixture
def file(tmp_path: Path) -> File:
    def write(content: Any) -> str:
        path = tmp_path / "people.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return str(path)

    return write


def test_a_made_up_password_is_printed_once_and_works(
    node: Run, check: Callable[[str, str], Person | None], audit: Callable[[], list[str]]
) -> None:
    claims = (
        "--claim",
        "email=wang@example.cn",
        "--claim",
        "email_verified=true",
        "--claim",
        "phone_number=13800000000",
    )
    made = node("citizens", "add", "Wang", "--name", "王芳", "--rl", "3", "--generate", *claims, "--json")
    assert made.json["username"] == "wang"
    person = check("WANG", made.json["password"])
    assert person is not None
    assert (person.rl, person.attributes["name"]) == (3, "王芳")
    assert person.attributes["email_verified"] is True
    assert person.attributes["phone_number"] == "13800000000"
    assert audit()[-1] == "account.added"
    listed = node("citizens", "list", "--json")
    assert listed.json[0]["username"] == "wang"
    assert made.json["password"] not in listed.out
    assert "argon2" not in listed.out


def test_a_password_can_come_from_a_file_or_the_keyboard(
    node: Run,
    check: Callable[[str, str], Person | None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "password").write_text("correct horse \n", encoding="utf-8")
    made = node("citizens", "add", "li", "--name", "李", "--password-file", "password", "--json")
    assert made.json == {"username": "li"}
    assert check("li", "correct horse ") is not None
    monkeypatch.setattr("click.prompt", lambda *_args, **_kwargs: "battery staple")
    assert node("citizens", "add", "zhao", "--name", "赵").code == 0
    assert check("zhao", "battery staple") is not None


REFUSED = {
    "a short password": (["--password-file", "short"], "shorter than 8"),
    "a claim that the protocol decides": (
        ["--generate", "--claim", "sub=x"],
        "sub is decided by the protocol",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_is_refused(node: Run, tmp_path: Path, case: str) -> None:
    (tmp_path / "short").write_text("1234567", encoding="utf-8")
    words, said = REFUSED[case]
    refused = node("citizens", "add", "li", "--name", "李", *words)
    assert (refused.code, said in refused.err) == (1, True)
    assert "1234567" not in refused.err
    assert node("citizens", "list", "--json").json == []


def test_a_name_is_given_once_in_any_spelling(node: Run) -> None:
    assert node("citizens", "add", "li", "--name", "李", "--generate").code == 0
    again = node("citizens", "add", "ＬＩ", "--name", "李", "--generate")
    assert (again.code, "there is an account li already" in again.err) == (1, True)


def test_a_claim_is_a_pair(node: Run) -> None:
    assert node("citizens", "add", "li", "--name", "李", "--generate", "--claim", "email").code == 2
    assert node("citizens", "add", "li", "--name", "李", "--generate", "--claim", "address={").code == 2


def test_a_list_is_imported_and_those_there_are_kept(
    node: Run, file: File, check: Callable[[str, str], Person | None]
) -> None:
    people: list[dict[str, Any]] = [
        {"username": "li", "password": "first password", "name": "李", "rl": 3, "claims": {"gender": "male"}},
        {"username": "zhao", "password": "first password", "name": "赵"},
    ]
    assert node("citizens", "import", file(people), "--json").json == {"opened": 2, "kept": 0}
    people[0]["password"] = "second password"
    assert node("citizens", "import", file(people), "--json").json == {"opened": 0, "kept": 2}
    person = check("li", "first password")
    assert person is not None
    assert (person.rl, person.attributes["gender"]) == (3, "male")


BAD = {
    "not JSON": ("{", "Invalid JSON"),
    "not a list": ({}, "valid array"),
    "a password left out": ([{"username": "li", "name": "李"}], "0.password"),
    "a short password": ([{"username": "li", "name": "李", "password": "hunter2"}], "shorter than 8"),
    "no name": ([{"username": " ", "name": "李", "password": "hunter2hunter2"}], "the user name is empty"),
    "a level that is none": (
        [{"username": "a", "name": "李", "password": "hunter2hunter2", "rl": 6}],
        "from 1 to 5",
    ),
    "a wrong one at the end": (
        [
            {"username": "li", "name": "李", "password": "hunter2hunter2"},
            {"username": "zhao", "name": "赵", "password": "hunter2"},
        ],
        "1: the password",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_list_with_a_mistake_is_not_imported_at_all(node: Run, file: File, case: str) -> None:
    content, said = BAD[case]
    refused = node("citizens", "import", file(content))
    assert (refused.code, said in refused.err) == (1, True)
    assert "hunter2" not in refused.err
    assert node("citizens", "list", "--json").json == []
