"""What the edge takes in: parameters once, bodies of a bounded size, addresses that exist; and how it answers."""

import json

import pytest
from flask.testing import FlaskClient
from structlog.testing import capture_logs
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from idp.answer import Answer
from idp.web.edge import HEADERS, LARGEST, respond, see_other
from tests.idp.web.edge_app import HTML, NUMBER, app


@pytest.fixture
def browser() -> FlaskClient:
    return app().test_client()


TWICE = [("a", "1"), ("b", "2"), ("a", "1")]
ONCE = [("a", "1"), ("b", "2")]


@pytest.mark.spec("RFC 6749 3.1")
@pytest.mark.parametrize("room", ["token", "signin"])
@pytest.mark.parametrize("where", ["query", "form"])
def test_a_parameter_that_occurs_twice_is_refused(browser: FlaskClient, room: str, where: str) -> None:
    def send(params: list[tuple[str, str]]) -> TestResponse:
        if where == "query":
            return browser.get(f"/{room}/query", query_string=MultiDict(params))
        return browser.post(f"/{room}/form", data=MultiDict(params))

    refused = send(TWICE)
    assert refused.status_code == 400
    assert "invalid_request" in refused.text
    assert refused.mimetype == ("application/json" if room == "token" else "text/html")
    assert json.loads(send(ONCE).text) == {"a": "1", "b": "2"}


def test_the_name_of_a_parameter_is_shown_shortened_and_harmless(browser: FlaskClient) -> None:
    name = "<script>" + "x" * 100
    answer = browser.get("/signin/query", query_string=MultiDict([(name, "1"), (name, "2")]), headers=HTML)
    assert "<script>" not in answer.text
    assert "x" * 50 not in answer.text.partition("<main")[2]
    answer = browser.get("/token/query", query_string=MultiDict([('"\\\n', "1"), ('"\\\n', "2")]))
    assert answer.get_json()["error"] == "invalid_request"


@pytest.mark.parametrize(("room", "form"), [("token", "application/json"), ("signin", "text/html")])
def test_a_body_that_is_too_large_is_not_read(browser: FlaskClient, room: str, form: str) -> None:
    assert browser.post(f"/{room}/form", data={"a": "x" * (LARGEST - 10)}).status_code == 200
    answer = browser.post(f"/{room}/form", data={"a": "x" * LARGEST}, headers=HTML)
    assert (answer.status_code, answer.mimetype) == (413, form)
    assert NUMBER.search(answer.text)


@pytest.mark.parametrize(("path", "status"), [("/nowhere", 404), ("/signin/form", 405), ("/token/form", 405)])
@pytest.mark.parametrize(("headers", "form"), [(HTML, "text/html"), ({}, "application/json")])
def test_where_nothing_is_everybody_gets_what_they_can_read(
    browser: FlaskClient, path: str, status: int, headers: dict[str, str], form: str
) -> None:
    with capture_logs() as said:
        answer = browser.get(path, headers=headers)
    assert (answer.status_code, answer.mimetype) == (status, form)
    assert set(NUMBER.findall(answer.text)) == {said[0]["incident"]}
    if status == 405:
        assert answer.headers["Allow"] == "OPTIONS, POST" or "POST" in answer.headers["Allow"]
    for name, value in HEADERS.items():
        assert answer.headers[name] == value


def test_every_request_is_logged_by_its_route_and_without_its_parameters(browser: FlaskClient) -> None:
    with capture_logs() as said:
        browser.get("/signin/query?code=very-secret")
    assert [line["event"] for line in said] == ["request"]
    assert (said[0]["method"], said[0]["route"], said[0]["status"]) == ("GET", "/signin/query", 200)
    assert "very-secret" not in str(said)


def test_an_answer_of_the_rooms_below_is_sent_as_it_is() -> None:
    sent = respond(Answer(201, "body", (("X-One", "1"), ("Content-Type", "text/plain"))))
    assert (sent.status_code, sent.get_data(as_text=True)) == (201, "body")
    assert (sent.headers["X-One"], sent.mimetype) == ("1", "text/plain")


def test_a_browser_is_sent_on_with_get_and_the_way_is_not_kept() -> None:
    sent = see_other("https://rp.example/cb")
    assert (sent.status_code, sent.headers["Location"]) == (303, "https://rp.example/cb")
    assert sent.headers["Cache-Control"] == "no-store"
