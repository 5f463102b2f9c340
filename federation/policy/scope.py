"""Scope: owns the one parameter that is an array written as a string (OpenID Federation 1.0 §6.1.3.1.8).
Imports policy.values, policy.operators.

Only `scope` is read so: a space in any other string is a space.
"""

from federation.policy.operators import Conflict
from federation.policy.values import is_array, items

NAME = "scope"
SECTION = "6.1.3.1.8"


def split(value: object) -> list[object]:
    """The values of a `scope` string; an array of single values is taken too, as policies write it.

    Raises:
        Conflict: neither, or an element that would be written back as several values or as none.
    """
    if isinstance(value, str):
        return [one for one in value.split(" ") if one]
    if not is_array(value) or not all(
        isinstance(one, str) and one and " " not in one for one in items(value)
    ):
        raise Conflict("scope is neither a string nor an array of single values")
    return list(items(value))


def operand(operator: str, value: object) -> object:
    """An operand about `scope`, its strings as arrays: `one_of` lists whole scopes, the others values.

    Raises:
        Conflict: as `split`.
    """
    if value is None or operator == "essential":
        return value
    return [split(one) for one in items(value)] if operator == "one_of" else split(value)


def joined(value: object) -> str:
    """The string to write back."""
    return " ".join(str(one) for one in items(value))
