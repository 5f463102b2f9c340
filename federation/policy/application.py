"""Application: owns what a chain makes of an entity's metadata (OpenID Federation 1.0 §6.1.4.2). Imports
policy.resolution, policy.operators, policy.scope, policy.errors.

1. The immediate superior's `metadata` goes over the entity's own (`overlay`).
2. Constraints take Entity Types away (§6.2.3); who judges constraints does so here, between the two.
3. The merged policy is applied (`apply`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from federation.policy import scope
from federation.policy.errors import InvalidMetadata, Where
from federation.policy.operators import STANDARD, Conflict
from federation.policy.resolution import Operators, Policy, merge
from federation.policy.values import ABSENT, Absent, fresh

# Entity Type -> parameter -> value.
Metadata = Mapping[str, Mapping[str, object]]


def resolve(statements: Sequence[Mapping[str, object]], metadata: object) -> Metadata:
    """The metadata of a chain's subject as its superiors leave it, where no constraint takes a type away.

    Args:
        statements: claims of the chain's subordinate statements, the most superior first; verified by the
            caller. None at all leaves the metadata alone.
        metadata: the `metadata` of the subject's entity configuration, whatever its form.

    Returns:
        A copy that shares nothing with the arguments, without null parameters.

    Raises:
        InvalidPolicy: the chain is invalid (§6.1.4.1).
        InvalidMetadata: the metadata is malformed or breaks the policy (§6.1.4.2).
    """
    policy = merge(statements)
    return apply(policy, overlay(statements[-1] if statements else {}, metadata))


def overlay(statement: Mapping[str, object], metadata: object) -> Metadata:
    """The entity's metadata with the parameters that its immediate superior states over it (§3.1.3).

    Raises:
        InvalidMetadata: either is not objects by Entity Type and parameter, or has a null parameter (§5).
    """
    own = _checked(metadata, Where(statement="the entity's own metadata"))
    stated = _checked(statement.get("metadata", {}), Where(statement="metadata of the immediate superior"))
    return {
        entity_type: {**own.get(entity_type, {}), **stated.get(entity_type, {})}
        for entity_type in [*own, *(one for one in stated if one not in own)]
    }


def apply(policy: Policy, metadata: Metadata) -> Metadata:
    """The metadata under a merged policy. A policy about a type that the entity has not makes none.

    Raises:
        InvalidMetadata: a parameter breaks the policy.
    """
    resolved: dict[str, Mapping[str, object]] = {}
    for entity_type, parameters in metadata.items():
        left = dict(parameters)
        for name, operators in policy.types.get(entity_type, {}).items():
            place = Where(statement="merged policy", entity_type=entity_type, parameter=name)
            value = _governed(left.get(name, ABSENT), operators, place)
            if isinstance(value, Absent):
                left.pop(name, None)
            else:
                left[name] = value
        resolved[entity_type] = {name: fresh(value) for name, value in left.items()}
    return resolved


def _checked(metadata: object, place: Where) -> Metadata:
    if not isinstance(metadata, Mapping):
        raise InvalidMetadata("5", "metadata is not an object", place)
    for entity_type, parameters in metadata.items():
        at = replace(place, entity_type=entity_type)
        if not isinstance(parameters, Mapping):
            raise InvalidMetadata("5", "the metadata of an entity type is not an object", at)
        for name, value in parameters.items():
            if value is None:
                raise InvalidMetadata("5", "the parameter is null", replace(at, parameter=name))
    return metadata


def _governed(value: object, operators: Operators, place: Where) -> object:
    """One parameter after its operators, in their order."""
    if not operators:
        return value
    if place.parameter == scope.NAME:
        value = _scope(value, place)
    for operator in STANDARD:
        if operator.name not in operators:
            continue
        try:
            value = operator.act(value, operators[operator.name])
        except Conflict as conflict:
            at = replace(place, operator=operator.name)
            raise InvalidMetadata(operator.section, str(conflict), at) from None
    if place.parameter == scope.NAME and not isinstance(value, Absent):
        return scope.joined(value)
    return value


def _scope(value: object, place: Where) -> object:
    if isinstance(value, Absent):
        return value
    if not isinstance(value, str):
        raise InvalidMetadata(scope.SECTION, "scope is not a string", place)
    return scope.split(value)
