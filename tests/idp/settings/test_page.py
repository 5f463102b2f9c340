"""The page of the settings says something about each, says its default, and its example is right."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from idp.settings import Directory, Peer, Settings, TrustAnchor, TrustMark, load, shape
from idp.settings.table import Table

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "settings.md"
TEXT = PAGE.read_text(encoding="utf-8")


def settings() -> Iterator[str]:
    lists: dict[str, type[Table]] = {
        "directory": Directory,
        "peer": Peer,
        "trust_anchor": TrustAnchor,
        "trust_mark": TrustMark,
    }
    tables: dict[str, type[Table]] = {**shape.tables(), **lists}
    for name in Settings.model_fields:
        if name in tables:
            yield from (f"{name}.{part}" for part in tables[name].model_fields)
        else:
            yield name


@pytest.mark.parametrize("name", sorted(settings()))
def test_every_setting_has_a_heading(name: str) -> None:
    assert f"\n### `{name}`\n" in TEXT


def test_every_heading_is_a_setting() -> None:
    assert set(re.findall(r"^### `(.+)`$", TEXT, flags=re.MULTILINE)) == set(settings())


@pytest.mark.parametrize("name", ["http", "lifetimes", "rotation"])
def test_every_number_is_said_with_its_limits(name: str) -> None:
    for part, field in shape.tables()[name].model_fields.items():
        if isinstance(field.default, int):
            said = TEXT.partition(f"### `{name}.{part}`")[2].partition("\n### ")[0]
            limits = {type(limit).__name__: limit for limit in field.metadata}
            assert f"{limits['Ge'].ge} to {limits['Le'].le}; default {field.default}" in said


def test_the_example_is_accepted(tmp_path: Path) -> None:
    example = TEXT.partition("```toml\n")[2].partition("```")[0]
    assert tomllib.loads(example)
    path = tmp_path / "manyou.toml"
    path.write_text(example, encoding="utf-8")
    assert load(path, {}).provider
