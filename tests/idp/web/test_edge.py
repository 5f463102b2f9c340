"""Where HTTP ends: every error in both forms, headers on everything, one number for page and log."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask.testing import FlaskClient
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from idp.errors import PageError, WireError
from idp.web.edge import HEADERS
from tests.idp.made import ZJ
from tests.idp.web.edge_app import ERRORS, HTML, NUMBER, app


@pytest.fixture
def browser() -> FlaskClient:
    return app().test_client()


def fail(browser: FlaskClient, room: str, kind: str) -> tuple[TestResponse, list[Any]]:
    """Ask for an error; the answer, and the lines of the log."""
    with capture_logs() as said:
        answer = browser.get(f"/{room}/fail/{kind}", headers=HTML)
    return answer, [line for line in said if line["event"] in ("refused", "crash")]


PROGRAMS = {
    "wire": (401, "invalid_client"),
    "page": (403, "expired"),
    "unavailable": (503, "temporarily_unavailable"),
    "crash": (500, "server_error"),
}
PEOPLE = {
    "page": (403, "expired"),
    "unavailable": (503, "temporarily_unavailable"),
    "crash": (500, "server_error"),
}


@pytest.mark.parametrize("kind", PROGRAMS)
def test_a_program_gets_every_error_as_json_that_nobody_keeps(browser: FlaskClient, kind: str) -> None:
    answer, said = fail(browser, "token", kind)
    status, code = PROGRAMS[kind]
    assert (answer.status_code, answer.mimetype) == (status, "application/json")
    assert answer.headers["Cache-Control"] == "no-store"
    body = answer.get_json()
    assert set(body) == {"error", "error_description"}
    assert body["error"] == code
    assert NUMBER.findall(body["error_description"]) == [said[0]["incident"]]
    assert len(said) == 1


@pytest.mark.parametrize("kind", PEOPLE)
def test_a_person_gets_every_error_as_a_page_that_nobody_keeps(browser: FlaskClient, kind: str) -> None:
    answer, said = fail(browser, "signin", kind)
    status, code = PEOPLE[kind]
    assert (answer.status_code, answer.mimetype) == (status, "text/html")
    assert answer.headers["Cache-Control"] == "no-store"
    assert set(NUMBER.findall(answer.text)) == {said[0]["incident"]}
    assert f">{code}<" in answer.text
    assert "<h1>" in answer.text


def test_a_refusal_of_the_token_endpoint_keeps_its_headers(browser: FlaskClient) -> None:
    assert fail(browser, "token", "wire")[0].headers["WWW-Authenticate"] == "Basic"


@pytest.mark.parametrize("room", ["token", "signin"])
def test_who_must_wait_is_told_how_long(browser: FlaskClient, room: str) -> None:
    assert fail(browser, room, "unavailable")[0].headers["Retry-After"] == "7"


@pytest.mark.spec("RFC 9207 2")
def test_a_refusal_goes_back_to_the_client_with_state_and_iss(browser: FlaskClient) -> None:
    answer, said = fail(browser, "signin", "refused")
    assert answer.status_code == 303
    url = urlsplit(answer.headers["Location"])
    assert f"{url.scheme}://{url.netloc}{url.path}" == "https://rp.example/cb"
    params = dict(parse_qsl(url.query))
    assert (params["x"], params["error"], params["state"], params["iss"]) == (
        "1",
        "login_required",
        "s t",
        ZJ,
    )
    assert said[0]["incident"] in params["error_description"]
    assert "no session" not in answer.headers["Location"]


@pytest.mark.parametrize("room", ["token", "signin"])
@pytest.mark.parametrize("kind", ERRORS)
def test_no_cause_and_no_stack_leaves_the_house(browser: FlaskClient, room: str, kind: str) -> None:
    answer, said = fail(browser, room, kind)
    error = ERRORS[kind]()
    cause = getattr(error, "cause", str(error))
    sent = answer.text + str(answer.headers)
    assert cause not in sent
    assert "Traceback" not in sent
    assert "RuntimeError" not in sent
    assert cause in str(said), "the log has it"


def test_the_log_always_says_why(browser: FlaskClient) -> None:
    ERRORS["terse"] = lambda: WireError("invalid_request", "The parameter code is missing.")
    _, said = fail(browser, "token", "terse")
    del ERRORS["terse"]
    assert said[0]["cause"] == "The parameter code is missing."


def test_a_page_that_ends_a_sign_in_leads_back_to_the_site(browser: FlaskClient) -> None:
    page = fail(browser, "signin", "page")[0].text
    assert 'href="https://rp.example/start/portal"' in page
    assert "The portal" in page
    assert "rp.example" not in fail(browser, "signin", "crash")[0].text


def test_a_page_about_a_stranger_leads_to_how_its_chain_was_looked_for(browser: FlaskClient) -> None:
    ERRORS["stranger"] = lambda: PageError("invalid_trust_chain", "no chain", entity="https://rp.example/a")
    page = fail(browser, "signin", "stranger")[0].text
    del ERRORS["stranger"]
    assert 'href="/federation/chain?sub=https%3A%2F%2Frp.example%2Fa"' in page
    assert "/federation/chain" not in fail(browser, "signin", "page")[0].text


@pytest.mark.parametrize("kind", [*ERRORS, None])
@pytest.mark.parametrize("room", ["token", "signin"])
def test_every_answer_carries_the_same_headers_once(
    browser: FlaskClient, room: str, kind: str | None
) -> None:
    answer = browser.get(f"/{room}/fail/{kind}" if kind else f"/{room}/query")
    for name, value in HEADERS.items():
        assert answer.headers.getlist(name) == [value]


def test_the_policy_lets_nothing_in_from_outside_and_stops_no_form() -> None:
    policy = dict(one.strip().partition(" ")[::2] for one in HEADERS["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert "form-action" not in policy
    assert not any("unsafe" in value or "*" in value or "http" in value for value in policy.values())
    assert HEADERS["X-Content-Type-Options"] == "nosniff"
    assert HEADERS["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(("issuer", "sent"), [("https://zj.example", True), (ZJ, False)])
def test_https_is_for_ever_where_it_is_https(issuer: str, sent: bool) -> None:
    answer = app(issuer).test_client().get("/signin/query")
    assert ("Strict-Transport-Security" in answer.headers) is sent
