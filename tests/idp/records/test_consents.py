"""A consent is one citizen's word to one client, and the last word counts."""

from dataclasses import replace

import pytest

from idp.consent import Consent
from idp.records.consents import Consents
from idp.records.database import Database

GIVEN = Consent(source="account", local_id="1", client_id="portal", scopes=("openid", "email"), given_at=7.5)


@pytest.fixture
def consents(database: Database) -> Consents:
    return Consents(database)


def test_a_consent_comes_back_equal(consents: Consents) -> None:
    consents.give(GIVEN)
    assert consents.find("account", "1", "portal") == GIVEN


def test_nobody_has_agreed_before_they_do(consents: Consents) -> None:
    consents.give(GIVEN)
    assert consents.find("account", "1", "other") is None
    assert consents.find("account", "2", "portal") is None
    assert consents.find("directory:civil", "1", "portal") is None


def test_the_last_word_counts(consents: Consents) -> None:
    consents.give(GIVEN)
    less = replace(GIVEN, scopes=("openid",), given_at=8.5)
    consents.give(less)
    assert consents.find("account", "1", "portal") == less


def test_what_is_withdrawn_is_gone_and_others_stay(consents: Consents) -> None:
    consents.give(GIVEN)
    consents.give(replace(GIVEN, client_id="other"))
    assert consents.withdraw("account", "1", "portal")
    assert not consents.withdraw("account", "1", "portal")
    assert consents.find("account", "1", "portal") is None
    assert consents.find("account", "1", "other") is not None


@pytest.mark.parametrize(
    ("asked", "covered"),
    [((), True), (("openid",), True), (("email", "openid"), True), (("openid", "phone"), False)],
)
def test_a_consent_covers_what_was_agreed_and_no_more(asked: tuple[str, ...], covered: bool) -> None:
    assert GIVEN.covers(asked) is covered
