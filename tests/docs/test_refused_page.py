"""The page about what is refused names files and tests that exist, and every attack that is tried on the country."""

import ast
import re
from functools import lru_cache
from pathlib import Path

import pytest

from tests.docs.pages import REFERENCE, ROOT, read

ROW = re.compile(r"^\| (.+) \| `([^`]+\.py)` \| (.+) \|$", re.MULTILINE)
ROWS = ROW.findall(read(REFERENCE / "refused.md"))


@lru_cache
def functions_of(file: Path) -> frozenset[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return frozenset(
        one.name for one in tree.body if isinstance(one, ast.FunctionDef) and one.name.startswith("test_")
    )


def named() -> list[str]:
    return [test for _, _, tests in ROWS for test in re.findall(r"`([^`]+)`", tests)]


def test_every_line_of_a_table_is_an_attack() -> None:
    lines = [line for line in read(REFERENCE / "refused.md").splitlines() if line.startswith("| ")]
    assert len(ROWS) == len([line for line in lines if line != "| Attack | Refused in | Tests |"])


@pytest.mark.parametrize(("attack", "file", "tests"), ROWS, ids=[attack for attack, _, _ in ROWS])
def test_where_it_is_refused_and_what_tries_it_exist(attack: str, file: str, tests: str) -> None:
    assert (ROOT / file).is_file()
    for test in re.findall(r"`([^`]+)`", tests):
        path, _, name = test.partition("::")
        assert name in functions_of(ROOT / path), test


def test_every_attack_on_the_country_is_on_the_page() -> None:
    tried = {
        f"{file.relative_to(ROOT)}::{name}"
        for file in (ROOT / "tests" / "journeys").glob("test_attacks_*.py")
        for name in functions_of(file)
    }
    assert tried <= set(named())
