"""Values: owns what JSON values are and when two are the same. Imports nothing of ours.

Python holds `True == 1` and `[True] == [1]`; JSON does not (RFC 8259 §3), and a policy that compared so would
let `1` pass where `true` is asked for.
"""

from collections.abc import Hashable, Iterable, Mapping
from enum import Enum
from typing import Final


class Kind(Enum):
    """The JSON type of a value."""

    NULL = "null"
    BOOLEAN = "a boolean"
    NUMBER = "a number"
    STRING = "a string"
    ARRAY = "an array"
    OBJECT = "an object"


class Absent(Enum):
    """No value at all, which is not null."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT


def kind(value: object) -> Kind:
    """The JSON type; a tuple is an array and any mapping an object, so that frozen claims can be read.

    Raises:
        TypeError: not a JSON value: a fault of the caller, not of a statement.
    """
    if value is None:
        return Kind.NULL
    if isinstance(value, bool):
        return Kind.BOOLEAN
    if isinstance(value, int | float):
        return Kind.NUMBER
    if isinstance(value, str):
        return Kind.STRING
    if isinstance(value, list | tuple):
        return Kind.ARRAY
    if isinstance(value, Mapping):
        return Kind.OBJECT
    raise TypeError(f"{type(value).__name__} is not a JSON value")


def identity(value: object) -> Hashable:
    """What two values share when they are the same: type by type, numbers by their number (1 is 1.0), arrays
    in order, objects without one. Hashable, so that sets of a stranger's size cost linear time."""
    of = kind(value)
    if isinstance(value, list | tuple):
        return (of, tuple(identity(one) for one in value))
    if isinstance(value, Mapping):
        return (of, frozenset((name, identity(inner)) for name, inner in value.items()))
    return (of, value)


def same(one: object, other: object) -> bool:
    """Whether two JSON values are the same."""
    return identity(one) == identity(other)


def items(value: object) -> tuple[object, ...]:
    """The elements of an array; of anything else none."""
    return tuple(value) if isinstance(value, list | tuple) else ()


def is_array(value: object) -> bool:
    """Whether it is an array."""
    return kind(value) is Kind.ARRAY


def among(value: object, array: object) -> bool:
    """Whether a value is an element of an array."""
    return identity(value) in {identity(one) for one in items(array)}


def within(part: object, whole: object) -> bool:
    """Whether both are arrays, and the first one's elements are all in the second."""
    if not (is_array(part) and is_array(whole)):
        return False
    known = {identity(one) for one in items(whole)}
    return all(identity(one) in known for one in items(part))


def union(first: object, second: object) -> list[object]:
    """The elements of both, each once, in the order of their first appearance."""
    return _once((*items(first), *items(second)))


def intersection(first: object, second: object) -> list[object]:
    """The elements that are in both, each once, in the order of the first."""
    known = {identity(one) for one in items(second)}
    return _once(one for one in items(first) if identity(one) in known)


def _once(values: Iterable[object]) -> list[object]:
    first: dict[Hashable, object] = {}
    for one in values:
        first.setdefault(identity(one), one)
    return list(first.values())


def holds_null(value: object) -> bool:
    """Whether null stands anywhere in a value."""
    if isinstance(value, Mapping):
        return any(holds_null(inner) for inner in value.values())
    return value is None or any(holds_null(one) for one in items(value))


def fresh(value: object) -> object:
    """A copy that shares nothing that can be edited: what leaves us must not lead back to a statement."""
    if isinstance(value, Mapping):
        return {name: fresh(inner) for name, inner in value.items()}
    return [fresh(one) for one in items(value)] if is_array(value) else value
