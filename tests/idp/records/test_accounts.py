"""Accounts come back as they were kept, one for each name."""

from dataclasses import replace

import pytest

from idp.accounts import Account
from idp.records.accounts import Accounts
from idp.records.database import Database

LI = Account(
    id="1", username="li.na", password="$phc", name="李娜", claims={"address": {"region": "粤"}}, rl=3
)


@pytest.fixture
def accounts(database: Database) -> Accounts:
    return Accounts(database)


def test_an_account_comes_back_equal(accounts: Accounts) -> None:
    assert accounts.add(LI)
    assert accounts.find("li.na") == LI
    assert accounts.list() == (LI,)


def test_one_name_in_several_spellings_is_one_account(accounts: Accounts) -> None:
    assert accounts.add(replace(LI, username=" Li.NA "))
    assert not accounts.add(replace(LI, id="2", username="ＬＩ.na"))
    assert accounts.find("LI.na") == LI


def test_an_id_is_never_given_twice(accounts: Accounts) -> None:
    accounts.add(LI)
    assert not accounts.add(replace(LI, username="wang"))


@pytest.mark.parametrize("username", ["", "  ", "\u200b"])
def test_an_account_needs_a_name(accounts: Accounts, username: str) -> None:
    with pytest.raises(ValueError, match="needs a name"):
        accounts.add(replace(LI, username=username))


@pytest.mark.parametrize("username", ["", "li.n_", "li%", "li.na' OR '1'='1"])
def test_nobody_else_is_found(accounts: Accounts, username: str) -> None:
    accounts.add(LI)
    assert accounts.find(username) is None


def test_what_is_changed_stays_changed_and_nothing_else_is(accounts: Accounts) -> None:
    accounts.add(LI)
    accounts.add(replace(LI, id="2", username="wang"))
    assert accounts.set_password("1", "$new")
    assert accounts.set_disabled("1", True)
    assert accounts.find("li.na") == replace(LI, password="$new", disabled=True)
    assert accounts.find("wang") == replace(LI, id="2", username="wang")
    assert accounts.set_disabled("1", False)
    assert accounts.remove("1")
    assert accounts.find("li.na") is None


def test_what_is_not_there_cannot_be_changed(accounts: Accounts) -> None:
    assert not accounts.set_password("1", "$new")
    assert not accounts.set_disabled("1", True)
    assert not accounts.remove("1")
