"""A line of the log is one JSON object, and no secret ever gets into it."""

import json
import logging
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
import structlog

from idp import logs

JWT = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"
Lines = Callable[[], list[dict[str, object]]]


@pytest.fixture
def lines(tmp_path: Path) -> Iterator[Lines]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    path = tmp_path / "deep" / "log.jsonl"
    logs.configure(file=path, level="info")
    yield lambda: [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def test_a_line_says_when_how_bad_what_and_for_which_request(lines: Lines) -> None:
    name = logs.begin_request()
    structlog.get_logger("edge").warning("refused", status=400, incident="MY-1", 路="粤")
    (line,) = lines()
    assert list(line)[:6] == ["time", "level", "event", "room", "request_id", "incident"]
    assert (line["level"], line["event"], line["room"], line["request_id"]) == (
        "warning",
        "refused",
        "edge",
        name,
    )
    assert (line["status"], line["路"]) == (400, "粤")


def test_a_request_has_a_name_of_its_own(lines: Lines) -> None:
    first = logs.begin_request()
    structlog.contextvars.bind_contextvars(client="a")
    assert logs.begin_request() != first
    structlog.get_logger().info("x")
    assert "client" not in lines()[0]


def test_lines_below_the_level_are_left_out(lines: Lines) -> None:
    structlog.get_logger().debug("quiet")
    logging.getLogger("some.library").debug("quiet")
    assert lines() == []


def test_libraries_take_the_same_way(lines: Lines) -> None:
    logging.getLogger("some.library").error("failed for %s", "x")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn("old", stacklevel=1)
    first, second = lines()
    assert (first["event"], first["room"], first["level"]) == ("failed for x", "some.library", "error")
    assert second["room"] == "py.warnings"


@pytest.mark.parametrize("name", logs.QUIET)
@pytest.mark.parametrize("level", ["debug", "info"])
def test_libraries_that_print_tokens_are_held_at_warning(
    lines: Lines, tmp_path: Path, name: str, level: str
) -> None:
    logs.configure(file=tmp_path / "other.jsonl", level=level)
    assert logging.getLogger(f"{name}.inner").getEffectiveLevel() == logging.WARNING


SECRETS: Mapping[str, object] = {
    "password": "hunter2",
    "new_password": "hunter2",
    "client_secret": "hunter2",
    "access_token": "hunter2",
    "Authorization": "hunter2",
    "set-cookie": "hunter2",
    "code": "hunter2",
    "client_assertion": "hunter2",
    "login_hint": "hunter2",
    "headers": {"Cookie": "sid=hunter2", "accept": "text/html"},
    "tokens": [{"refresh_token": "hunter2"}],
    "body": b"hunter2",
    "url": "https://a.example/cb?code=hunter2&x=1",
    "form": "grant_type=password&password=hunter2",
    "logout": "https://a.example/out?id_token_hint=hunter2",
    "seen": "Authorization: Bearer hunter2hunter2",
    "basic": "Basic aHVudGVyMjpodW50ZXIy",
}


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_is_struck_out_by_its_name_or_its_look(lines: Lines, tmp_path: Path, name: str) -> None:
    structlog.get_logger().info("seen", **{name: SECRETS[name]})
    text = json.dumps(lines())
    assert logs.REDACTED in text
    assert "hunter2" not in text
    assert "aHVudGVyMjpodW50ZXIy" not in text


def test_a_token_is_struck_out_wherever_it_stands(lines: Lines) -> None:
    try:
        raise ValueError(f"cannot read {JWT}")
    except ValueError as error:
        structlog.get_logger().error(f"crash {JWT}", exc_info=error, parts=[JWT, {"x": f"?{JWT}"}])
    logging.getLogger("some.library").error("token %s", JWT)
    text = json.dumps(lines())
    assert "ValueError: cannot read [redacted]" in text
    assert JWT.split(".")[1] not in text
    assert JWT.split(".")[2] not in text


PLAIN: Mapping[str, object] = {
    "status": 200,
    "error": "invalid_grant",
    "error_code": "x",
    "token_endpoint": "https://a.example/token",
    "region": "440000",
    "route": "/token",
    "client": "portal-gd",
    "cause": "the code was used before",
    "none": None,
}


@pytest.mark.parametrize("name", PLAIN)
def test_what_is_no_secret_stays(lines: Lines, name: str) -> None:
    structlog.get_logger().info("seen", **{name: PLAIN[name]})
    assert lines()[0][name] == PLAIN[name]


def test_the_file_is_private_and_appended_to(lines: Lines, tmp_path: Path) -> None:
    path = tmp_path / "deep" / "log.jsonl"
    structlog.get_logger().info("one")
    logs.configure(file=path, level="info")
    structlog.get_logger().info("two")
    assert [line["event"] for line in lines()] == ["one", "two"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_without_a_file_lines_go_to_standard_error(lines: Lines, capfd: pytest.CaptureFixture[str]) -> None:
    logs.configure(file=None, level="info")
    structlog.get_logger().info("here")
    assert json.loads(capfd.readouterr().err)["event"] == "here"


def test_the_line_of_an_answered_request_reads_like_every_other(lines: Lines) -> None:
    name = logs.begin_request()
    logs.answered(method='G"T', route="/signin/<login_id>", status=303, ms=1.26)
    logs.answered(method="GET", route=None, status=404, ms=0)
    structlog.get_logger("edge").info("request", method="GET", route=None, status=404, ms=0.0)
    first, second, third = lines()
    assert (first["method"], first["route"], first["status"], first["ms"]) == (
        'G"T',
        "/signin/<login_id>",
        303,
        1.3,
    )
    assert first["request_id"] == name
    assert list(second) == list(third)
    assert {**second, "time": 0} == {**third, "time": 0}
    assert len(str(second["time"])) == len(str(third["time"]))


def test_the_line_of_an_answered_request_is_left_out_below_the_level(tmp_path: Path, lines: Lines) -> None:
    quiet = tmp_path / "quiet.jsonl"
    logs.configure(file=quiet, level="warning")
    logs.answered(method="GET", route="/", status=200, ms=1)
    assert quiet.read_text() == ""
