"""Constraints: owns what a superior demands of the chains below it (OIDF §6.2). Pure. Imports errors.

Every statement's constraints are applied by themselves; a constraint that we do not know is ignored.
 1. `max_path_length`: how many intermediates may stand between the issuer and the chain's subject (§6.2.1).
 2. `naming_constraints`: the hosts that entity identifiers below the issuer may have (§6.2.2).
 3. `allowed_entity_types`: strips all other types from the subject's metadata; refuses nothing (§6.2.3).
"""

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from federation.errors import Invalid, Reason

ALWAYS_ALLOWED = "federation_entity"


def check(claims: Mapping[str, object], below: Sequence[str]) -> None:
    """Judge the chain below one statement.

    Args:
        claims: of the statement.
        below: the entities below its issuer, the chain's subject first, the statement's subject last.

    Raises:
        Invalid: `CONSTRAINTS`, `MAX_PATH_LENGTH`, `NAMING_CONSTRAINTS`.
    """
    constraints = _constraints(claims)
    longest = constraints.get("max_path_length")
    if longest is not None:
        if not isinstance(longest, int) or isinstance(longest, bool) or longest < 0:
            raise Invalid(Reason.CONSTRAINTS)
        if len(below) - 1 > longest:
            raise Invalid(Reason.MAX_PATH_LENGTH)
    naming = constraints.get("naming_constraints", {})
    if not isinstance(naming, dict):
        raise Invalid(Reason.CONSTRAINTS)
    permitted, excluded = (
        _texts(naming[name]) if name in naming else None for name in ("permitted", "excluded")
    )
    for entity_id in below:
        host = urlsplit(entity_id).hostname or ""
        if permitted is not None and not any(_within(host, name) for name in permitted):
            raise Invalid(Reason.NAMING_CONSTRAINTS)
        if any(_within(host, name) for name in excluded or ()):
            raise Invalid(Reason.NAMING_CONSTRAINTS)


def strip(
    claims: Mapping[str, object], metadata: Mapping[str, Mapping[str, object]]
) -> Mapping[str, Mapping[str, object]]:
    """The metadata without the entity types that one statement does not allow.

    Raises:
        Invalid: `CONSTRAINTS`.
    """
    constraints = _constraints(claims)
    if "allowed_entity_types" not in constraints:
        return metadata
    allowed = _texts(constraints["allowed_entity_types"])
    return {kind: value for kind, value in metadata.items() if kind in allowed or kind == ALWAYS_ALLOWED}


def _constraints(claims: Mapping[str, object]) -> Mapping[str, object]:
    constraints = claims.get("constraints", {})
    if not isinstance(constraints, dict):
        raise Invalid(Reason.CONSTRAINTS)
    return constraints


def _texts(value: object) -> Sequence[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
        raise Invalid(Reason.CONSTRAINTS)
    return value


def _within(host: str, name: str) -> bool:
    """RFC 5280 §4.2.1.10 for hosts: a leading dot means one or more labels in front, none means exactly."""
    name = name.lower()
    return host.endswith(name) if name.startswith(".") else host == name
