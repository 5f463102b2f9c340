"""Live is not ready, and not ready says why."""

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from idp.errors import Unavailable
from idp.web.health import blueprint


class Part:
    """A part that can be switched off, and counts how often it is asked."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.asked = 0

    def ping(self) -> None:
        self.asked += 1
        if self.error:
            raise self.error


def country(now: Callable[[], float] = lambda: 0.0) -> tuple[FlaskClient, Part, Part]:
    store, records = Part(), Part()
    app = Flask(__name__)
    app.register_blueprint(blueprint(clock=now, store=store.ping, records=records.ping))
    return app.test_client(), store, records


def test_ready_when_every_part_answers() -> None:
    client, _store, _records = country()
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json == {"status": "ok", "parts": {"store": "ok", "records": "ok"}}
    assert response.headers["Cache-Control"] == "no-store"


def test_a_part_that_does_not_answer_is_named_and_its_cause_is_not() -> None:
    client, store, _records = country()
    store.error = Unavailable("store", "connection to /run/private.sock refused")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json == {"status": "unavailable", "parts": {"store": "does not answer", "records": "ok"}}
    assert response.headers["Retry-After"] == "1"
    assert "private" not in response.text


def test_a_part_that_breaks_in_another_way_is_not_ready_either() -> None:
    client, _store, records = country()
    records.error = ValueError("no such table: secrets")
    response = client.get("/readyz")
    assert (response.status_code, response.json["parts"]["records"]) == (503, "fails")  # type: ignore[index]
    assert "table" not in response.text


def test_live_while_nothing_else_is() -> None:
    client, store, _records = country()
    store.error = Unavailable("store")
    assert client.get("/livez").status_code == 200
    assert store.asked == 0


def test_parts_are_asked_once_a_second_however_many_probes_come() -> None:
    time = [100.0]
    client, store, _records = country(lambda: time[0])
    for _ in range(5):
        client.get("/readyz")
    assert store.asked == 1
    store.error = Unavailable("store")
    time[0] += 0.9
    assert client.get("/readyz").status_code == 200
    time[0] += 0.2
    assert client.get("/readyz").status_code == 503
    time[0] -= 3600
    store.error = None
    assert client.get("/readyz").status_code == 200
