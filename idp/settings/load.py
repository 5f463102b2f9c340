"""Load: owns reading the file, laying the environment over it, gathering problems. Does not know the rules.

A wrong value is replaced by its field's example for the rest of the reading, so that one mistake does not
hide the next. Imports model, shape, judge and words.
"""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from idp.settings import judge, shape, words
from idp.settings.model import Settings

PREFIX = "MANYOU_"
OWN_NAMES = frozenset({"MANYOU_SETTINGS"})  # where the file is: read by the command line and the workers
_ROUNDS = 4  # a stand-in can uncover what the wrong value hid, a level deeper each time


class SettingsError(Exception):
    """Settings that cannot be used.

    Args:
        path: the settings file.
        problems: every problem, each with what to write instead.
    """

    def __init__(self, path: Path, problems: list[str]) -> None:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__(f"{path}: {count}:\n" + "\n".join(f"  {problem}" for problem in problems))
        self.path = path
        self.problems = problems


def load(path: Path, environ: Mapping[str, str], *, check_files: bool = True) -> Settings:
    """Read, overlay, validate and judge.

    Args:
        path: the TOML file; relative paths in it, and in the environment, are relative to its folder.
        environ: the environment; `MANYOU_A__B` overrides `b` of table `[a]`.
        check_files: whether the files that are named must be there (not while they are being made).

    Raises:
        SettingsError: with every problem at once.
    """
    path = path.absolute()
    raw = _read(path)
    problems = list(_overlay(raw, environ))
    for name in shape.tables():
        if name != "name" and not shape.optional(name):
            raw.setdefault(name, {})
    settings, wrong, found = _validate(raw, path.parent)
    problems += found
    if settings is not None:
        rules = [*judge.rules(settings), *(judge.files(settings) if check_files else ())]
        problems += [rule.text for rule in rules if not _touches(rule.reads, wrong)]
    if settings is None or problems:
        raise SettingsError(path, problems)
    return settings


def override(*names: str) -> str:
    """The environment name of a setting: `override("store", "url")` is `MANYOU_STORE__URL`."""
    return PREFIX + "__".join(names).upper()


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        text = f"cannot be read ({error.strerror}); name a file that is there, or make it with `manyou init`"
        raise SettingsError(path, [text]) from error
    except ValueError as error:  # TOMLDecodeError and UnicodeDecodeError
        raise SettingsError(path, [f"is not TOML in UTF-8: {error}; correct it there"]) from error


def _overlay(raw: dict[str, Any], environ: Mapping[str, str]) -> Iterator[str]:
    fields = {override(*names): (names, field) for names, field in shape.overridable()}
    for name in sorted(environ):
        if not name.startswith(PREFIX) or name in OWN_NAMES:
            continue
        if name not in fields:
            yield f"{name}: is not an override of a setting; {words.nearest(name, {*fields, *OWN_NAMES})}"
            continue
        names, field = fields[name]
        table: Any = raw
        for part in names[:-1]:
            table = table.setdefault(part, {})
        if isinstance(table, dict):
            table[names[-1]] = _typed(environ[name], field)


def _typed(text: str, field: FieldInfo) -> object:
    """The environment knows only text: give it the type of its field, or leave it for the message."""
    if field.annotation is bool:
        return {"true": True, "false": False}.get(text.lower(), text)
    if field.annotation is int:
        return int(text) if text.isascii() and text.isdigit() else text
    if shape.listed(field):
        return [part.strip() for part in text.split(",") if part.strip()]
    return text


def _validate(raw: dict[str, Any], base: Path) -> tuple[Settings | None, set[str], list[str]]:
    wrong: set[str] = set()
    problems: list[str] = []
    for _round in range(_ROUNDS):
        try:
            return Settings.model_validate(raw, context={"base": base}), wrong, problems
        except ValidationError as error:
            for detail in error.errors(include_url=False, include_input=False):
                problems.append(words.sentence(detail))
                wrong.add(".".join(part for part in detail["loc"] if isinstance(part, str)))
                _stand_in(raw, shape.spot(detail["loc"]))
    return None, wrong, problems


def _stand_in(raw: dict[str, Any], spot: shape.Spot) -> None:
    place: Any = raw
    for part in spot.loc[:-1]:
        place = place[part]
    last = spot.loc[-1]
    if spot.field is not None and spot.field.examples:
        place[last] = spot.field.examples[0]
    else:
        del place[last]


def _touches(reads: tuple[str, ...], wrong: set[str]) -> bool:
    def same(name: str, bad: str) -> bool:
        return bad == name or bad.startswith(f"{name}.") or name.startswith(f"{bad}.")

    return any(same(name, bad) for name in reads for bad in wrong)
