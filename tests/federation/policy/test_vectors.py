"""The published vectors of metadata policy: all of them, to the letter."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from federation.policy import PolicyError, merge, resolve
from tests.federation.policy.chains import RP, statement

FILE = "metadata-policy-test-vectors-2025-02-13.json"
COUNT = 2019


def folder() -> Path:
    """Where data lies that may not be copied into the repository."""
    beside = Path(__file__).resolve().parents[4] / "shared" / "data"
    return Path(os.environ.get("MANYOU_TEST_DATA", beside))


@pytest.fixture(scope="module")
def vectors() -> list[dict[str, Any]]:
    path = folder() / FILE
    if not path.exists():
        pytest.skip(f"{FILE} is not in {path.parent}; MANYOU_TEST_DATA says where it lies")
    read: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return read


def chain(vector: dict[str, Any]) -> list[dict[str, Any]]:
    return [statement(vector["TA"]), statement(vector["INT"])]


def given(vector: dict[str, Any]) -> tuple[Any, Any]:
    """Resolved metadata and error, as we find them."""
    try:
        return resolve(chain(vector), {RP: vector["metadata"]})[RP], None
    except PolicyError as error:
        return None, error.error


def test_every_vector_resolves_as_published(vectors: list[dict[str, Any]]) -> None:
    wrong = [one["n"] for one in vectors if given(one) != (one.get("resolved"), one.get("error"))]
    assert (len(vectors), wrong) == (COUNT, [])


def test_every_vector_merges_as_published(vectors: list[dict[str, Any]]) -> None:
    lawful = [one for one in vectors if "merged" in one]
    wrong = [one["n"] for one in lawful if merge(chain(one)).types[RP] != one["merged"]]
    assert (len(lawful), wrong) == (COUNT - 564, [])
