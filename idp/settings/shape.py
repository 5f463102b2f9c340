"""Shape: owns walking the model of the settings by name. Does not know values. Imports model."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import get_args, get_origin

from pydantic.fields import FieldInfo

from idp.settings.model import Settings
from idp.settings.table import Table

Loc = tuple[int | str, ...]
Names = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """The deepest setting on the way to a place in the file.

    Attributes:
        loc: the way to it, with the numbers of list members.
        field: what it may be; None when no setting has that name.
        siblings: names that would have been right there.
    """

    loc: Loc
    field: FieldInfo | None
    siblings: tuple[str, ...]


def table(field: FieldInfo) -> type[Table] | None:
    """The table that a field is, or is a list of."""
    for kind in (field.annotation, *get_args(field.annotation)):
        if isinstance(kind, type) and issubclass(kind, Table):
            return kind
    return None


def listed(field: FieldInfo) -> bool:
    """Whether a field is a list."""
    return get_origin(field.annotation) is tuple


def tables() -> Mapping[str, type[Table]]:
    """The tables that are there at most once, by name."""
    found = {name: table(field) for name, field in Settings.model_fields.items() if not listed(field)}
    return {name: kind for name, kind in found.items() if kind is not None and kind.model_fields}


def optional(name: str) -> bool:
    """Whether a table's absence means something."""
    return Settings.model_fields[name].default is None


def overridable() -> Iterator[tuple[Names, FieldInfo]]:
    """Every setting that one environment variable can hold."""
    single = tables()
    for name, field in Settings.model_fields.items():
        if name in single:
            yield from (((name, part), within) for part, within in single[name].model_fields.items())
        elif table(field) is None:
            yield (name,), field


def spot(loc: Loc) -> Spot:
    """What stands at a place, or the nearest setting round it."""
    model: type[Table] | None = Settings
    found = Spot(loc=loc, field=None, siblings=())
    for depth, part in enumerate(loc, 1):
        if model is None:
            break
        if isinstance(part, str):
            field = model.model_fields.get(part)
            found = Spot(loc=loc[:depth], field=field, siblings=tuple(model.model_fields))
            model = None if field is None else table(field)
    return found
