"""Form: owns which claims each kind of entity statement may have, and how they must look (OIDF §3.1, §5).

Pure. A claim that the specification does not define is ignored, unless `crit` demands that it is understood.
Imports entity_id, constraints, errors, keys.
"""

from collections.abc import Collection, Mapping

from federation import constraints
from federation.entity_id import is_entity_id
from federation.errors import Invalid, Reason, require
from federation.policy.operators import BY_NAME
from keys.encoding import JoseError
from keys.jose import STATEMENT, peek
from keys.public import is_public

Metadata = Mapping[str, Mapping[str, object]]

_SUBORDINATE_ONLY = frozenset({"constraints", "metadata_policy", "metadata_policy_crit", "source_endpoint"})
_CONFIGURATION_ONLY = frozenset(
    {"authority_hints", "trust_anchor_hints", "trust_marks", "trust_mark_issuers", "trust_mark_owners"}
)
_REGISTRATION_ONLY = frozenset({"aud", "trust_anchor"})
DEFINED = (
    frozenset({"iss", "sub", "iat", "exp", "jwks", "metadata", "crit"})
    | _SUBORDINATE_ONLY
    | _CONFIGURATION_ONLY
    | _REGISTRATION_ONLY
)
"""Claims that the specification defines for entity statements; all are understood."""
UNDERSTOOD = frozenset({"nbf"})
"""Claims of other specifications that are processed in statements (`keys.claims`)."""

_PROTOCOL_KEYS = ("jwks", "jwks_uri", "signed_jwks_uri")
# Needed before anything of a superior is applied, so an entity states them itself (§8.1, §8.2, §8.4).
_OWN_ENDPOINTS = (
    "federation_fetch_endpoint",
    "federation_list_endpoint",
    "federation_trust_mark_status_endpoint",
)


def check_crit(claims: Mapping[str, object]) -> None:
    """Claims that must be understood (§13.4)."""
    if "crit" not in claims:
        return
    names = claims["crit"]
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise Invalid(Reason.CRIT_FORM)
    require(len(set(names)) == len(names) and claims.keys() >= set(names), Reason.CRIT_FORM)
    require(not DEFINED & set(names), Reason.CRIT_DEFINED)
    require(set(names) <= UNDERSTOOD, Reason.CRIT)


def check_configuration(claims: Mapping[str, object], entity_id: str) -> None:
    """What an entity says about itself (§3.1.2)."""
    require(not _SUBORDINATE_ONLY & claims.keys(), Reason.FOREIGN_CLAIM)
    require(not _REGISTRATION_ONLY & claims.keys(), Reason.REGISTRATION_CLAIM)
    hints(claims, "authority_hints", Reason.AUTHORITY_HINTS)
    hints(claims, "trust_anchor_hints", Reason.TRUST_ANCHOR_HINTS)
    _check_trust_marks(claims.get("trust_marks", []))
    for issuers in json_object(claims.get("trust_mark_issuers", {}), Reason.TRUST_MARK_ISSUERS).values():
        require(isinstance(issuers, list) and all(map(_is_entity, issuers)), Reason.TRUST_MARK_ISSUERS)
    for owner in json_object(claims.get("trust_mark_owners", {}), Reason.TRUST_MARK_OWNERS).values():
        said = json_object(owner, Reason.TRUST_MARK_OWNERS)
        require(_is_entity(said.get("sub")), Reason.TRUST_MARK_OWNERS)
        try:
            check_keys(said.get("jwks"))
        except Invalid:
            raise Invalid(Reason.TRUST_MARK_OWNERS) from None
    check_kinds(metadata(claims), entity_id)


def check_subordinate(claims: Mapping[str, object]) -> None:
    """What a superior says about an immediate subordinate (§3.1.3)."""
    require(not _CONFIGURATION_ONLY & claims.keys(), Reason.FOREIGN_CLAIM_SUBORDINATE)
    require(not _REGISTRATION_ONLY & claims.keys(), Reason.REGISTRATION_CLAIM)
    own = metadata(claims).get("federation_entity", {})
    _check_federation_entity(own)
    require(not any(name in own for name in _OWN_ENDPOINTS), Reason.SUPERIOR_ENDPOINT)
    for parameters in json_object(claims.get("metadata_policy", {}), Reason.METADATA_POLICY).values():
        for operators in json_object(parameters, Reason.METADATA_POLICY).values():
            json_object(operators, Reason.METADATA_POLICY)
    _check_policy_crit(claims)
    require(_is_url(claims.get("source_endpoint", "https://absent.example")), Reason.SOURCE_ENDPOINT)
    constraints.read(claims)


def check_kinds(kinds: Metadata, entity_id: str) -> None:
    """Metadata keeps to its entity, as it states it and as a chain leaves it (§5.1)."""
    _check_federation_entity(kinds.get("federation_entity", {}))
    provider = kinds.get("openid_provider")
    # Otherwise an entity could vouch for another's issuer, and be taken for it (mix-up).
    require(provider is None or provider.get("issuer") == entity_id, Reason.OP_ISSUER)


def check_keys(jwks: object) -> None:
    """A set of public keys. A kid that names two keys would let a verifier choose (§3.1.1)."""
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
    require(all(map(_is_entity, found)) and len(set(found)) == len(found), reason)
    return tuple(found)


def metadata(claims: Mapping[str, object]) -> Metadata:
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


def _check_federation_entity(own: Mapping[str, object]) -> None:
    require(not any(name in own for name in _PROTOCOL_KEYS), Reason.FEDERATION_JWKS)
    endpoints = [name for name in own if name.startswith("federation_") and name.endswith("_endpoint")]
    require(all(_is_url(own[name]) for name in endpoints), Reason.ENDPOINT)


def _check_policy_crit(claims: Mapping[str, object]) -> None:
    """Whether the operators are understood is for `policy` to say."""
    if "metadata_policy_crit" not in claims:
        return
    names = claims["metadata_policy_crit"]
    lawful = isinstance(names, list) and names and all(isinstance(name, str) and name for name in names)
    require(bool(lawful), Reason.METADATA_POLICY_CRIT)
    require(isinstance(names, Collection) and not BY_NAME.keys() & set(names), Reason.METADATA_POLICY_CRIT)


def _check_trust_marks(marks: object) -> None:
    """Form only: marks are judged where they are used (§7.3)."""
    if not isinstance(marks, list):
        raise Invalid(Reason.TRUST_MARKS)
    for mark in marks:
        said = json_object(mark, Reason.TRUST_MARKS)
        kind, token = said.get("trust_mark_type"), said.get("trust_mark")
        if not isinstance(kind, str) or not isinstance(token, str):
            raise Invalid(Reason.TRUST_MARKS)
        try:
            inside = peek(token, limits=STATEMENT).claims.get("trust_mark_type")
        except JoseError:
            raise Invalid(Reason.TRUST_MARKS) from None
        require(inside == kind, Reason.TRUST_MARK_TYPE)


def _is_entity(value: object) -> bool:
    return isinstance(value, str) and is_entity_id(value)


def _is_url(value: object) -> bool:
    """An https URL without fragment, perhaps with a query; http on loopback as for entities."""
    if not isinstance(value, str) or "#" in value or not value.isprintable():
        return False
    return is_entity_id(value.partition("?")[0])
