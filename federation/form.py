"""Form: owns which claims each kind of entity statement may have, and how they must look (OIDF §3.1, §5).
Pure. Imports entity_id, errors, keys.

A claim that this specification does not define is ignored, unless `crit` demands that it is understood.
"""

from collections.abc import Mapping

from federation.entity_id import is_entity_id
from federation.errors import Invalid, Reason, require
from keys.public import is_public

_SUBORDINATE_ONLY = frozenset({"constraints", "metadata_policy", "metadata_policy_crit", "source_endpoint"})
_CONFIGURATION_ONLY = frozenset(
    {"authority_hints", "trust_anchor_hints", "trust_marks", "trust_mark_issuers", "trust_mark_owners"}
)
_REGISTRATION_ONLY = frozenset({"aud", "trust_anchor"})
_PROTOCOL_KEYS = ("jwks", "jwks_uri", "signed_jwks_uri")


def check_crit(claims: Mapping[str, object]) -> None:
    """Rule 5."""
    require("crit" not in claims, Reason.CRIT)


def check_configuration(claims: Mapping[str, object], entity_id: str) -> None:
    """What an entity says about itself (§3.1.2)."""
    require(not (_SUBORDINATE_ONLY | _REGISTRATION_ONLY) & claims.keys(), Reason.FOREIGN_CLAIM)
    hints(claims, "authority_hints", Reason.AUTHORITY_HINTS)
    hints(claims, "trust_anchor_hints", Reason.TRUST_ANCHOR_HINTS)
    _check_trust_marks(claims)
    kinds = metadata(claims)
    own = kinds.get("federation_entity", {})
    require(not any(name in own for name in _PROTOCOL_KEYS), Reason.FEDERATION_JWKS)
    provider = kinds.get("openid_provider")
    # Otherwise an entity could vouch for another's issuer, and be taken for it (mix-up).
    require(provider is None or provider.get("issuer") == entity_id, Reason.OP_ISSUER)


def check_subordinate(claims: Mapping[str, object]) -> None:
    """What a superior says about an immediate subordinate (§3.1.3)."""
    require(not (_CONFIGURATION_ONLY | _REGISTRATION_ONLY) & claims.keys(), Reason.FOREIGN_CLAIM_SUBORDINATE)
    metadata(claims)


def check_keys(jwks: object) -> None:
    """Rule 4. A kid that names two keys would let a verifier choose (OIDF §3.1.1)."""
    keys = json_object(jwks, Reason.JWKS).get("keys")
    if not isinstance(keys, list) or not keys:
        raise Invalid(Reason.JWKS)
    kids: set[str] = set()
    for key in keys:
        require(isinstance(key, dict) and is_public(key) and isinstance(key.get("kty"), str), Reason.JWKS)
        kid = key.get("kid")
        require(isinstance(kid, str) and kid != "" and kid not in kids, Reason.KIDS)
        kids.add(kid)


def hints(claims: Mapping[str, object], name: str, reason: Reason) -> tuple[str, ...]:
    """An array of entity identifiers that is absent, and then empty here, or has one at least."""
    if name not in claims:
        return ()
    found = claims[name]
    if not isinstance(found, list) or not found:
        raise Invalid(reason)
    require(all(isinstance(hint, str) and is_entity_id(hint) for hint in found), reason)
    require(len(set(found)) == len(found), reason)
    return tuple(found)


def metadata(claims: Mapping[str, object]) -> Mapping[str, Mapping[str, object]]:
    """Metadata by entity type, none of it null (§5)."""
    value = json_object(claims.get("metadata", {}), Reason.METADATA)
    kinds = {name: json_object(kind, Reason.METADATA) for name, kind in value.items()}
    require(not any(item is None for kind in kinds.values() for item in kind.values()), Reason.METADATA_NULL)
    return kinds


def json_object(value: object, reason: Reason) -> dict[str, object]:
    """The value, which must be an object."""
    if not isinstance(value, dict):
        raise Invalid(reason)
    return value


def _check_trust_marks(claims: Mapping[str, object]) -> None:
    """Rule 7, form only: marks are judged where they are used (OIDF §7.3)."""
    for name in ("trust_mark_issuers", "trust_mark_owners"):
        require(isinstance(claims.get(name, {}), dict), Reason.TRUST_MARKS)
    marks = claims.get("trust_marks", [])
    if not isinstance(marks, list):
        raise Invalid(Reason.TRUST_MARKS)
    for mark in marks:
        names = ("trust_mark_type", "trust_mark")
        require(
            isinstance(mark, dict) and all(isinstance(mark.get(n), str) for n in names), Reason.TRUST_MARKS
        )
