"""Statements as short as a test can say them."""

from collections.abc import Mapping
from typing import Any

from federation.policy import PolicyError, resolve

RP = "openid_relying_party"


def statement(policy: Mapping[str, Any], **claims: Any) -> dict[str, Any]:
    """A subordinate statement with a policy about relying parties."""
    return {"metadata_policy": {RP: policy}, **claims}


def resolved(metadata: Mapping[str, Any], *policies: Mapping[str, Any]) -> Mapping[str, Any]:
    """What policies, the most superior first, make of a relying party."""
    return resolve([statement(one) for one in policies], {RP: metadata})[RP]


def outcome(metadata: Mapping[str, Any], *policies: Mapping[str, Any]) -> Any:
    """The same, or `(error, section)`."""
    try:
        return resolved(metadata, *policies)
    except PolicyError as error:
        return error.error, error.section
