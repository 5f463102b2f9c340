"""Local accounts are a source like any other: a name and a password, or nobody."""

from dataclasses import replace

import pytest

from adapters.names import fold
from idp.accounts import Account, LocalAccounts
from idp.errors import Unavailable
from idp.passwords import Passwords

PASSWORDS = Passwords()
LI = Account(
    id="a1",
    username="li.na",
    password=PASSWORDS.hash("right"),
    name="李娜",
    claims={"email": "li@example.org"},
    rl=3,
)


class Kept:
    """Accounts in a list."""

    def __init__(self, *accounts: Account) -> None:
        self.accounts = list(accounts)

    def find(self, username: str) -> Account | None:
        return next((one for one in self.accounts if one.username == fold(username)), None)

    def set_password(self, account_id: str, phc: str) -> bool:
        self.accounts = [replace(one, password=phc) if one.id == account_id else one for one in self.accounts]
        return True


@pytest.fixture
def source() -> LocalAccounts:
    return LocalAccounts(Kept(LI), PASSWORDS, {"zh": "账号", "en": "Account"})


@pytest.mark.parametrize("username", ["li.na", "LI.NA", " li.na ", "ｌｉ.ｎａ"])
def test_name_and_password_are_the_person(source: LocalAccounts, username: str) -> None:
    person = source.check(username, "right")
    assert person is not None
    assert (person.local_id, person.rl) == ("a1", 3)
    assert person.attributes == {"name": "李娜", "email": "li@example.org"}


@pytest.mark.parametrize(
    ("username", "password"), [("li.na", "wrong"), ("li.na", ""), ("nobody", "right"), ("", "right")]
)
def test_anything_else_is_nobody(source: LocalAccounts, username: str, password: str) -> None:
    assert source.check(username, password) is None


def test_a_closed_account_is_nobody() -> None:
    closed = LocalAccounts(Kept(replace(LI, disabled=True)), PASSWORDS, {})
    assert closed.check("li.na", "right") is None


@pytest.mark.parametrize(
    "accounts", [(), (LI,), (replace(LI, disabled=True),)], ids=["none", "open", "closed"]
)
def test_one_hash_is_made_whoever_is_asked_for(
    accounts: tuple[Account, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    monkeypatch.setattr("idp.passwords._same", lambda _data, phc: made.extend([phc]))
    LocalAccounts(Kept(*accounts), PASSWORDS, {}).check("li.na", "right")
    assert len(made) == 1


def test_an_old_hash_is_made_anew_at_a_right_sign_in_and_only_then(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Kept(LI)
    source = LocalAccounts(kept, PASSWORDS, {})
    monkeypatch.setattr(PASSWORDS, "outdated", lambda _phc: True)
    source.check("li.na", "wrong")
    assert kept.accounts[0].password == LI.password
    assert source.check("li.na", "right") is not None
    assert kept.accounts[0].password != LI.password
    assert source.check("li.na", "right") is not None


def test_the_hash_is_not_printed() -> None:
    assert LI.password not in repr(LI)


def test_a_name_is_known_in_any_spelling_and_others_are_not(source: LocalAccounts) -> None:
    assert source.knows("LI.NA")
    assert not source.knows("nobody")


def test_while_the_records_do_not_answer_nobody_is_known_and_signing_in_says_so() -> None:
    class Gone(Kept):
        def find(self, username: str) -> Account | None:
            raise Unavailable("records")

    gone = LocalAccounts(Gone(), PASSWORDS, {})
    assert not gone.knows("li.na")
    with pytest.raises(Unavailable):
        gone.check("li.na", "right")
