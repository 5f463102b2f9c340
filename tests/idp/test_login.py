"""Journeys in progress: who may go on with one, and for how long; over the real store."""

from dataclasses import replace

import pytest

from idp.client import Client
from idp.errors import PageError
from idp.login import Logins, new_id, start_again
from idp.shelf import secret_name
from idp.store import ValkeyStore
from tests.idp.made import NOW, client, login

COOKIE = "cookie-of-the-browser"
PAUSED = login(
    browser=secret_name(COOKIE),
    prompt=frozenset({"login", "consent"}),
    asked=("a", "b"),
    claims={"name": "李"},
)


@pytest.fixture
def logins(store: ValkeyStore) -> Logins:
    made = Logins(store, lifetime=1800)
    made.keep(PAUSED)
    return made


def test_the_browser_that_began_goes_on_with_everything_that_was_kept(logins: Logins) -> None:
    assert logins.get(PAUSED.id, browser=COOKIE, now=NOW + 1800) == PAUSED


def test_a_change_takes_the_place_of_what_was_kept(logins: Logins) -> None:
    logins.keep(replace(PAUSED, trips=1))
    assert logins.get(PAUSED.id, browser=COOKIE, now=NOW).trips == 1


REFUSED = {
    "a sign-in that nobody began": ("another-id", COOKIE, NOW, "expired"),
    "a browser without a cookie": (PAUSED.id, None, NOW, "wrong_browser"),
    "another browser": (PAUSED.id, "cookie-of-the-attacker", NOW, "wrong_browser"),
    "a browser that shows the name instead of the cookie": (PAUSED.id, PAUSED.browser, NOW, "wrong_browser"),
    "a sign-in that takes too long": (PAUSED.id, COOKIE, NOW + 1801, "expired"),
}


@pytest.mark.parametrize("sentence", REFUSED)
def test_nobody_else_goes_on_with_it(logins: Logins, sentence: str) -> None:
    login_id, browser, now, code = REFUSED[sentence]
    with pytest.raises(PageError) as refused:
        logins.get(login_id, browser=browser, now=now)
    assert refused.value.code == code
    assert refused.value.status == (403 if code == "wrong_browser" else 400)


def test_an_old_page_knows_where_to_start_again_but_tells_a_stranger_nothing(logins: Logins) -> None:
    with pytest.raises(PageError) as refused:
        logins.get(PAUSED.id, browser=COOKIE, now=NOW + 1801)
    assert refused.value.client_id == "portal"
    with pytest.raises(PageError) as refused:
        logins.get(PAUSED.id, browser="another", now=NOW + 1801)
    assert refused.value.client_id is None


def test_an_answered_sign_in_is_over_for_every_tab(logins: Logins) -> None:
    logins.finish(PAUSED)
    with pytest.raises(PageError) as refused:
        logins.get(PAUSED.id, browser=COOKIE, now=NOW)
    assert (refused.value.code, refused.value.client_id) == ("expired", "portal")


def test_a_sign_in_that_was_never_bound_to_a_browser_is_nobodys(logins: Logins) -> None:
    logins.keep(replace(PAUSED, browser=""))
    for browser in (None, "", COOKIE):
        with pytest.raises(PageError):
            logins.get(PAUSED.id, browser=browser, now=NOW)


def test_two_sign_ins_side_by_side_do_not_touch_each_other(logins: Logins) -> None:
    other = replace(PAUSED, id="login-of-the-other-tab")
    logins.keep(other)
    logins.finish(PAUSED)
    assert logins.get(other.id, browser=COOKIE, now=NOW) == other


def test_the_store_holds_no_address_of_a_page(logins: Logins, store: ValkeyStore) -> None:
    assert store.get(f"login:{PAUSED.id}") is None
    assert store.get(f"login:{secret_name(PAUSED.id)}") is not None


def test_ids_cannot_be_guessed() -> None:
    assert len({new_id() for _ in range(100)}) == 100
    assert len(new_id()) >= 22


STARTS: dict[str, tuple[Client, str | None]] = {
    "a site that says where a sign-in begins": (
        client(initiate_login_uri="http://a/start", client_uri="http://a/"),
        "http://a/start",
    ),
    "a site with a front page": (client(client_uri="http://a/front"), "http://a/front"),
    "a site that says neither": (
        client(redirect_uris=("https://a.example:1/cb?x=/",)),
        "https://a.example:1/",
    ),
    "an app on a phone": (client(redirect_uris=("cn.gov.app:/cb",)), None),
    "an app whose address has an authority": (client(redirect_uris=("app://open/cb",)), None),
    "a client that is sent nowhere": (client(redirect_uris=()), None),
}


@pytest.mark.parametrize("sentence", STARTS)
def test_where_a_person_starts_again(sentence: str) -> None:
    one, address = STARTS[sentence]
    assert start_again(one) == address
