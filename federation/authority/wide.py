"""Wide: owns how what is said of all and what is said of one become one statement. Pure.

A statement has one policy and one set of constraints. Both are joined as two statements of a chain would be
(OIDF §6.1.4.1, §6.2): what is said of one can only tighten what is said of all.
"""

from collections.abc import Mapping
from dataclasses import replace

from federation.authority.names import covers
from federation.authority.subordinate import Policy, Subordinate, Wide
from federation.policy import merge
from federation.policy.operators import BY_NAME


class Contradiction(ValueError):
    """What is said of one contradicts what is said of all."""


def joined(wide: Wide, one: Subordinate) -> Subordinate:
    """The subordinate with what is said of all put into it.

    Raises:
        Contradiction: constraints that allow what is forbidden to all, or two operands of an operator that we
            do not know.
        federation.policy.InvalidPolicy: the policies contradict each other.
    """
    crit = dict.fromkeys((*wide.metadata_policy_crit, *one.metadata_policy_crit))
    return replace(
        one,
        metadata_policy=_policy(wide.metadata_policy, one.metadata_policy),
        metadata_policy_crit=tuple(crit),
        constraints=_constraints(wide.constraints, one.constraints),
    )


def _policy(wide: Policy, own: Policy) -> Policy:
    known = merge([{"metadata_policy": wide}, {"metadata_policy": own}]).types
    result: dict[str, dict[str, dict[str, object]]] = {}
    for kind, parameters in known.items():
        for parameter, operators in parameters.items():
            foreign = {**_foreign(wide, kind, parameter)}
            for name, operand in _foreign(own, kind, parameter).items():
                if foreign.setdefault(name, operand) != operand:
                    raise Contradiction(f"{kind}, {parameter}: two operands for {name}")
            result.setdefault(kind, {})[parameter] = {**operators, **foreign}
    return result


def _foreign(policy: Policy, kind: str, parameter: str) -> Mapping[str, object]:
    """Operators that are not of the standard: for others to understand, passed on as they are."""
    operators = policy.get(kind, {}).get(parameter, {})
    return {name: operand for name, operand in operators.items() if name not in BY_NAME}


def _constraints(wide: Mapping[str, object], own: Mapping[str, object]) -> Mapping[str, object]:
    result = {**wide, **own}
    lengths = [value for one in (wide, own) if isinstance(value := one.get("max_path_length"), int)]
    if lengths:
        result["max_path_length"] = min(lengths)
    if "allowed_entity_types" in wide and "allowed_entity_types" in own:
        allowed, narrower = _texts(wide["allowed_entity_types"]), _texts(own["allowed_entity_types"])
        result["allowed_entity_types"] = [kind for kind in narrower if kind in allowed]
    if "naming_constraints" in wide and "naming_constraints" in own:
        result["naming_constraints"] = _names(wide["naming_constraints"], own["naming_constraints"])
    return result


def _names(wide: object, own: object) -> Mapping[str, object]:
    of_all, of_one = (value if isinstance(value, dict) else {} for value in (wide, own))
    excluded = dict.fromkeys((*_texts(of_all.get("excluded")), *_texts(of_one.get("excluded"))))
    permitted = _texts(of_one["permitted"] if "permitted" in of_one else of_all.get("permitted"))
    if "permitted" in of_all:
        # Both must hold; the narrower alone says so, if it lies inside the wider.
        for name in permitted:
            if not any(covers(wider, name) for wider in _texts(of_all["permitted"])):
                raise Contradiction(f"naming_constraints: {name} is not within what is permitted to all")
    result: dict[str, object] = {}
    if "permitted" in of_all or "permitted" in of_one:
        result["permitted"] = permitted
    if excluded:
        result["excluded"] = list(excluded)
    return result


def _texts(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list | tuple) else []
