"""Resolution: owns how the policies of a chain become one (OpenID Federation 1.0 §6.1.4.1). Imports
policy.operators, policy.scope, policy.errors.

1. Collect `metadata_policy_crit` of every statement; an operator in it that we do not have ends the chain
   (§6.1.3.2), whether or not a policy uses it.
2. Walk from the most superior statement to the immediate superior.
3. Judge each policy on its own: its shape, its operands, its combinations.
4. Merge it into what its superiors say.
5. Judge the combinations again: two lawful policies can merge into an unlawful one.

An operator that we do not know is left out, and its neighbours stay.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from federation.policy import scope
from federation.policy.errors import InvalidPolicy, Where
from federation.policy.operators import BY_NAME, STANDARD, TOGETHER, Conflict
from federation.policy.values import is_array, items

# Operator name -> operand; parameter -> operators; Entity Type -> parameters.
Operators = Mapping[str, object]
ByParameter = Mapping[str, Operators]
ByType = Mapping[str, ByParameter]


@dataclass(frozen=True, slots=True)
class Policy:
    """A lawful policy, of one statement or merged.

    Attributes:
        types: Entity Type -> parameter -> standard operator -> operand.
    """

    types: ByType


def merge(statements: Sequence[Mapping[str, object]]) -> Policy:
    """One policy of all statements.

    Args:
        statements: claims of the subordinate statements of a chain, the most superior first.

    Raises:
        InvalidPolicy: the chain is invalid.
    """
    places = [_place(number, one, len(statements)) for number, one in enumerate(statements, 1)]
    for place, statement in zip(places, statements, strict=True):
        _understand(statement, place)
    merged: ByType = {}
    for place, statement in zip(places, statements, strict=True):
        merged = _merged(merged, _own(statement, place), place)
    return Policy(merged)


def _place(number: int, statement: Mapping[str, object], count: int) -> Where:
    issuer = statement.get("iss")
    by = f" by {issuer}" if isinstance(issuer, str) else ""
    return Where(statement=f"statement {number} of {count}{by}")


def _understand(statement: Mapping[str, object], place: Where) -> None:
    critical = statement.get("metadata_policy_crit", ())
    if not is_array(critical) or not all(isinstance(one, str) for one in items(critical)):
        raise InvalidPolicy("6.1.3.2", "metadata_policy_crit is not an array of operator names", place)
    for name in items(critical):
        if name not in BY_NAME:
            at = replace(place, operator=str(name))
            raise InvalidPolicy("6.1.3.2", "the operator is critical and not understood", at)


def _own(statement: Mapping[str, object], place: Where) -> ByType:
    """The policy of one statement, judged on its own."""
    types: dict[str, ByParameter] = {}
    for entity_type, parameters in _members(statement.get("metadata_policy", {}), place).items():
        at = replace(place, entity_type=entity_type)
        types[entity_type] = {
            parameter: _operators(operators, replace(at, parameter=parameter))
            for parameter, operators in _members(parameters, at).items()
        }
    return types


def _members(value: object, place: Where) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise InvalidPolicy(
            "6.1.2", "a metadata policy is objects by entity type, parameter, operator", place
        )
    return value


def _operators(operators: object, place: Where) -> Operators:
    known = _members(operators, place)
    read = {
        one.name: _operand(one.name, known[one.name], replace(place, operator=one.name))
        for one in STANDARD
        if one.name in known
    }
    _check_together(read, place)
    return read


def _operand(name: str, value: object, place: Where) -> object:
    operator = BY_NAME[name]
    if not operator.takes(value):
        raise InvalidPolicy(operator.section, f"takes {operator.wants}", place)
    if place.parameter != scope.NAME:
        return value
    try:
        return scope.operand(name, value)
    except Conflict as conflict:
        raise InvalidPolicy(scope.SECTION, str(conflict), place) from None


def _merged(superior: ByType, subordinate: ByType, place: Where) -> ByType:
    types = dict(superior)
    for entity_type, parameters in subordinate.items():
        merged = dict(types.get(entity_type, {}))
        for parameter, operators in parameters.items():
            at = replace(place, entity_type=entity_type, parameter=parameter)
            merged[parameter] = _both(merged.get(parameter, {}), operators, at)
        types[entity_type] = merged
    return types


def _both(superior: Operators, subordinate: Operators, place: Where) -> Operators:
    merged = dict(superior)
    for name, operand in subordinate.items():
        if name not in superior:
            merged[name] = operand
            continue
        try:
            merged[name] = BY_NAME[name].merge(superior[name], operand)
        except Conflict as conflict:
            at = replace(place, operator=name)
            raise InvalidPolicy(BY_NAME[name].section, str(conflict), at) from None
    _check_together(merged, place)
    return merged


def _check_together(operators: Operators, place: Where) -> None:
    present = [one.name for one in STANDARD if one.name in operators]
    for first, second in combinations(present, 2):
        if (first, second) not in TOGETHER:
            continue
        lawful, sentence = TOGETHER[first, second]
        if not lawful(operators[first], operators[second]):
            at = replace(place, operator=f"{first} with {second}")
            raise InvalidPolicy(BY_NAME[first].section, sentence, at)
