"""`manyou federation policy resolve` answers every line, whatever stands in it."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from idp.cli.federation import policy
from tests.idp.cli.conftest import Run

RP = "openid_relying_party"
Ask = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def ask(run: Run, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Sends lines in, reads the answers."""

    def send(*lines: bytes) -> list[dict[str, Any]]:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\n".join(lines))))
        said = run("federation", "policy", "resolve")
        assert (said.code, said.err) == (0, "")
        return [json.loads(line) for line in said.out.splitlines()]

    return send


def line(policy: Any, **metadata: Any) -> bytes:
    chain = [{"iss": "https://a.example", "metadata_policy": {RP: policy}}]
    return json.dumps({"statements": chain, "metadata": {RP: metadata}}).encode()


def test_metadata_comes_back_resolved(ask: Ask) -> None:
    lines = line({"p": {"subset_of": ["a"]}}, p=["a", "b"]), line({"scope": {"add": ["电"]}}, scope="openid")
    assert ask(*lines) == [{"resolved": {RP: {"p": ["a"]}}}, {"resolved": {RP: {"scope": "openid 电"}}}]


def test_a_refusal_names_its_place_and_section(ask: Ask) -> None:
    policy, metadata = ask(line({"p": {"add": "a"}}), line({"p": {"essential": True}}))
    assert policy == {
        "error": "invalid_policy",
        "reason": "statement 1 of 1 by https://a.example, openid_relying_party, p, add:"
        " takes an array of strings, numbers or objects",
        "section": "6.1.3.1.2",
    }
    assert (metadata["error"], metadata["section"]) == ("invalid_metadata", "6.1.3.1.7")


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"x",
        b"[]",
        b"\xff",
        b"{}",
        b'{"statements": {}, "metadata": {}}',
        b'{"statements": [1], "metadata": {}}',
        b'{"statements": [], "metadata": {"a": {"b": ' + b"[" * 100 + b"]" * 100 + b"}}}",
        b'{"statements": [], "metadata": {"a": {"b": NaN}}}',
        b'{"statements": [], "metadata": {"a": {"b": 1e999}}}',
    ],
)
def test_a_bad_line_gets_an_error_line_and_the_next_its_answer(ask: Ask, bad: bytes) -> None:
    error, good = ask(bad, line({}, p=1))
    assert (error["error"], error["section"], bool(error["reason"])) == ("invalid_policy", "6.1.2", True)
    assert good == {"resolved": {RP: {"p": 1}}}


def test_no_name_stands_twice_in_one_object(ask: Ask) -> None:
    twice = b'{"statements": [{"metadata_policy": {"a": {"p": {"value": 1, "value": 2}}}}], "metadata": {}}'
    (answer,) = ask(twice)
    assert answer["error"] == "invalid_policy"
    assert "twice" in answer["reason"]


def test_metadata_that_is_missing_is_invalid(ask: Ask) -> None:
    (answer,) = ask(b'{"statements": []}')
    assert (answer["error"], answer["section"]) == ("invalid_metadata", "5")


@pytest.mark.parametrize("length", [0, 1, 63, 64, 65, 200])
def test_a_line_that_is_too_long_is_not_kept_and_the_next_is_answered(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, length: int
) -> None:
    good = b'{"statements": [], "metadata": {}}'
    monkeypatch.setattr(policy, "_LINE", len(good) + 10)
    long, answer = ask(good + b" " * (11 + length), good)
    assert "longer than" in long["reason"]
    assert answer == {"resolved": {}}
    assert ask(good + b" " * 10, good) == [{"resolved": {}}] * 2
