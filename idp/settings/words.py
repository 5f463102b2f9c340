"""Words: owns how a problem is said: where, what is wrong, what to write. Imports shape.

It never repeats a value, which may be a secret.
"""

import difflib
import json
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, get_args

from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from idp.settings import shape

_KINDS: dict[Any, str] = {bool: "true or false", int: "a whole number", str: "text", Path: "a path, as text"}
_BOUNDS = {
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "literal_error": "must be {expected}",
    "value_error": "{error}",
    "missing": "is missing",
}


def sentence(detail: ErrorDetails) -> str:
    """One problem that pydantic found."""
    found = shape.spot(detail["loc"])
    where = place(detail["loc"])
    if found.field is None:
        return f"{where}: is not a setting; {nearest(str(found.loc[-1]), found.siblings)}"
    example = _example(str(found.loc[-1]), found.field)
    return f"{where}: {_wrong(detail, found.field)}; write for example {example}"


def place(loc: shape.Loc) -> str:
    """`[http] workers`, `[[peer]] 2 issuer`, `issuer`; members of a list are counted from 1."""
    names = [str(part + 1) if isinstance(part, int) else part for part in loc]
    if len(loc) == 1:
        return names[0]
    head = f"[[{names[0]}]]" if isinstance(loc[1], int) else f"[{names[0]}]"
    return " ".join([head, *names[1:]])


def nearest(name: str, known: Collection[str]) -> str:
    """Advice for a name that is not known."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    if near:
        return f"write {near[0]}"
    return f"remove it, or write one of {', '.join(sorted(known))}" if known else "remove it"


def _wrong(detail: ErrorDetails, field: FieldInfo) -> str:
    if said := _BOUNDS.get(detail["type"]):
        context = detail.get("ctx", {})
        if "expected" in context:
            context["expected"] = context["expected"].replace("'", '"')
        return said.format_map(context)
    if shape.listed(field):
        return "must be a list"
    kind = next((_KINDS[kind] for kind in _kinds(field.annotation) if kind in _KINDS), "a table")
    return f"must be {kind}"


def _kinds(annotation: Any) -> Iterator[Any]:
    """A type and those that it is made of: `Annotated[str, …] | None` has `str` inside."""
    yield annotation
    for inner in get_args(annotation):
        if isinstance(inner, type) or get_args(inner):
            yield from _kinds(inner)


def _example(name: str, field: FieldInfo) -> str:
    if not field.examples:
        return f"[[{name}]]" if shape.listed(field) else f"[{name}]"
    value = field.examples[0]
    if isinstance(value, dict):
        inner = ", ".join(f"{key} = {json.dumps(text, ensure_ascii=False)}" for key, text in value.items())
        return f"{name} = {{ {inner} }}"
    return f"{name} = {json.dumps(value, ensure_ascii=False)}"
