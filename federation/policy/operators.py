"""Operators: owns the seven standard operators as data: what each takes, how two merge, what it does, and
beside which others it may stand (OpenID Federation 1.0 §6.1.3.1). Imports policy.values.
"""

from collections.abc import Callable
from dataclasses import dataclass

from federation.policy.values import (
    ABSENT,
    Absent,
    Kind,
    among,
    holds_null,
    intersection,
    is_array,
    items,
    kind,
    same,
    union,
    within,
)

_ELEMENTS = frozenset({Kind.STRING, Kind.NUMBER, Kind.OBJECT})


class Conflict(Exception):
    """A rule of an operator is broken; the text is a sentence, the place is added by who knows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """One operator.

    Attributes:
        name: as in a policy.
        section: where the specification defines it.
        takes: whether it can have this operand.
        wants: the operands that it takes, in words.
        merge: superior's and subordinate's operand into one; raises `Conflict`.
        act: the parameter (or `ABSENT`) and the operand into the parameter; raises `Conflict`.
    """

    name: str
    section: str
    takes: Callable[[object], bool]
    wants: str
    merge: Callable[[object, object], object]
    act: Callable[[object, object], object]


def _no_null(operand: object) -> bool:
    """`value` may be null, which removes; null inside would be output, which is never allowed."""
    return operand is None or not holds_null(operand)


def _present(operand: object) -> bool:
    return not holds_null(operand)


def _array(operand: object) -> bool:
    return is_array(operand) and all(kind(one) in _ELEMENTS and not holds_null(one) for one in items(operand))


def _some(operand: object) -> bool:
    return _array(operand) and bool(items(operand))


def _boolean(operand: object) -> bool:
    return kind(operand) is Kind.BOOLEAN


def _equal(superior: object, subordinate: object) -> object:
    if not same(superior, subordinate):
        raise Conflict("differs from what the superiors say")
    return superior


def _common(superior: object, subordinate: object) -> object:
    left = intersection(superior, subordinate)
    if not left:
        raise Conflict("shares no value with what the superiors allow")
    return left


def _either(superior: object, subordinate: object) -> object:
    return superior is True or subordinate is True


def _set(_: object, operand: object) -> object:
    return ABSENT if operand is None else operand


def _add(parameter: object, operand: object) -> object:
    if isinstance(parameter, Absent):
        return union(operand, ())
    return union(_as_array(parameter), operand)


def _fill(parameter: object, operand: object) -> object:
    return operand if isinstance(parameter, Absent) else parameter


def _choose(parameter: object, operand: object) -> object:
    if not isinstance(parameter, Absent) and not among(parameter, operand):
        raise Conflict("the parameter is none of the allowed values")
    return parameter


def _narrow(parameter: object, operand: object) -> object:
    if isinstance(parameter, Absent):
        return parameter
    return intersection(_as_array(parameter), operand)


def _hold(parameter: object, operand: object) -> object:
    if not isinstance(parameter, Absent) and not within(operand, _as_array(parameter)):
        raise Conflict("the parameter lacks a value that it must hold")
    return parameter


def _demand(parameter: object, operand: object) -> object:
    if operand is True and isinstance(parameter, Absent):
        raise Conflict("the parameter must be there and is not")
    return parameter


def _as_array(parameter: object) -> object:
    if not is_array(parameter):
        raise Conflict(f"the parameter is {kind(parameter).value}, not an array")
    return parameter


_VALUES = "an array of strings, numbers or objects"
# In the order in which they act (§6.1.4.2).
STANDARD: tuple[Operator, ...] = (
    Operator(
        name="value",
        section="6.1.3.1.1",
        takes=_no_null,
        wants="a value without null inside, or null",
        merge=_equal,
        act=_set,
    ),
    Operator(name="add", section="6.1.3.1.2", takes=_array, wants=_VALUES, merge=union, act=_add),
    Operator(
        name="default",
        section="6.1.3.1.3",
        takes=_present,
        wants="a value without null",
        merge=_equal,
        act=_fill,
    ),
    Operator(
        name="one_of",
        section="6.1.3.1.4",
        takes=_some,
        wants=f"{_VALUES}, not empty",
        merge=_common,
        act=_choose,
    ),
    Operator(
        name="subset_of", section="6.1.3.1.5", takes=_array, wants=_VALUES, merge=intersection, act=_narrow
    ),
    Operator(name="superset_of", section="6.1.3.1.6", takes=_array, wants=_VALUES, merge=union, act=_hold),
    Operator(
        name="essential",
        section="6.1.3.1.7",
        takes=_boolean,
        wants="true or false",
        merge=_either,
        act=_demand,
    ),
)
BY_NAME = {one.name: one for one in STANDARD}

# Pairs in the order of the operators, and when they may stand together; a pair that is not here always may.
TOGETHER: dict[tuple[str, str], tuple[Callable[[object, object], bool], str]] = {
    ("value", "add"): (lambda value, add: within(add, value), "add has what value has not"),
    ("value", "default"): (lambda value, _: value is not None, "value is null beside default"),
    ("value", "one_of"): (among, "value is none of one_of"),
    ("value", "subset_of"): (within, "value is no subset of subset_of"),
    ("value", "superset_of"): (
        lambda value, least: within(least, value),
        "value is no superset of superset_of",
    ),
    ("value", "essential"): (
        lambda value, essential: not (value is None and essential is True),
        "value is null and essential is true",
    ),
    ("add", "one_of"): (lambda _, __: False, "add and one_of exclude each other"),
    ("add", "subset_of"): (within, "add has what subset_of has not"),
    ("one_of", "subset_of"): (lambda _, __: False, "one_of and subset_of exclude each other"),
    ("one_of", "superset_of"): (lambda _, __: False, "one_of and superset_of exclude each other"),
    ("subset_of", "superset_of"): (
        lambda most, least: within(least, most),
        "superset_of has what subset_of has not",
    ),
}
