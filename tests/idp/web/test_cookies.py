"""The cookies of a node: what a browser is told about each, over http and https."""

from http.cookies import Morsel, SimpleCookie
from typing import get_args

import pytest
from flask import Request, Response
from werkzeug.test import EnvironBuilder

from idp.web.cookies import YEAR, Cookies, Name

NAMES: tuple[Name, ...] = get_args(Name)
SCHEMES = {"http": Cookies(secure=False), "https": Cookies(secure=True)}


def written(cookies: Cookies, which: Name, value: str = "value") -> Morsel[str]:
    response = Response()
    cookies.write(response, which, value)
    return only(response)


def only(response: Response) -> Morsel[str]:
    found = SimpleCookie(response.headers["Set-Cookie"])
    (morsel,) = found.values()
    return morsel


def asked(cookie: str) -> Request:
    return Request(EnvironBuilder(headers=[("Cookie", cookie)]).get_environ())


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("which", NAMES)
def test_every_cookie_is_lax_for_the_whole_site_and_out_of_reach_of_scripts(scheme: str, which: Name) -> None:
    morsel = written(SCHEMES[scheme], which)
    assert morsel["samesite"] == "Lax", "Strict breaks roaming, None lets other sites use it"
    assert morsel["path"] == "/"
    assert morsel["domain"] == "", "no subdomain gets it, and none can plant it"
    assert morsel["httponly"]


@pytest.mark.parametrize("which", NAMES)
def test_over_https_it_is_secure_and_bound_to_the_host(which: Name) -> None:
    morsel = written(SCHEMES["https"], which)
    assert morsel.key == f"__Host-manyou_{which}"
    assert morsel["secure"]


@pytest.mark.parametrize("which", NAMES)
def test_over_http_plain_programs_can_send_it(which: Name) -> None:
    morsel = written(SCHEMES["http"], which)
    assert morsel.key == f"manyou_{which}"
    assert not morsel["secure"]


@pytest.mark.parametrize(
    ("which", "kept"), [("session", ""), ("browser", ""), ("device", str(YEAR)), ("home", str(YEAR))]
)
def test_a_session_ends_with_the_browser_and_a_device_is_remembered(which: Name, kept: str) -> None:
    assert written(SCHEMES["http"], which)["max-age"] == kept


@pytest.mark.parametrize("scheme", SCHEMES)
def test_what_was_written_is_read(scheme: str) -> None:
    cookies = SCHEMES[scheme]
    assert cookies.read(asked(f"{cookies.name('session')}=value; other=1"), "session") == "value"
    assert cookies.read(asked("other=1"), "session") is None
    assert cookies.read(asked(f"{cookies.name('session')}="), "session") is None


def test_over_https_a_cookie_planted_over_http_is_not_read() -> None:
    assert SCHEMES["https"].read(asked("manyou_session=planted"), "session") is None


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("which", NAMES)
def test_a_cookie_is_forgotten_with_the_attributes_it_was_written_with(scheme: str, which: Name) -> None:
    cookies, response = SCHEMES[scheme], Response()
    cookies.forget(response, which)
    gone, morsel = only(response), written(cookies, which)
    assert gone["max-age"] == "0"
    assert gone.value == ""
    for attribute in ("path", "secure", "httponly", "samesite", "domain"):
        assert gone[attribute] == morsel[attribute], "browsers drop a __Host- cookie only so"
    assert gone.key == morsel.key


def test_values_cannot_be_guessed() -> None:
    made = {SCHEMES["https"].fresh() for _ in range(100)}
    assert len(made) == 100
    assert all(len(value) >= 43 for value in made)
