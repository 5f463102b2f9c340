"""Lawful: owns what may be registered about a subordinate. Pure: judged before anything is saved or signed.

Whatever we sign wrongly breaks everybody below, so each rule here is one that a verifier would apply:

1. an entity identifier (OIDF §1.2), and not our own (§8.1.1);
2. public federation keys, each with a kid of its own (§3.1.1);
3. metadata without null, about no endpoint that only the entity itself may state (§8.1, §8.2, §8.4), without
   protocol keys in `federation_entity` (§5.1.1), and with the entity's own issuer (§5.1.3);
4. a policy that is lawful alone and together with what is said of all (§6.1), its critical operators used;
5. constraints of the standard, in their form (§6.2), together with what is said of all.
"""

from collections.abc import Iterator, Mapping

from federation.authority.subordinate import Policy, Subordinate, Wide
from federation.authority.wide import Contradiction, joined
from federation.constraints import is_name
from federation.entity_id import is_entity_id
from federation.policy import PolicyError, merge
from federation.policy.operators import BY_NAME
from keys.encoding import JoseError
from keys.public import ALGORITHMS, is_public, parse, suits

LONGEST = 512
"""Characters of an entity identifier that we register."""

_OWN_ENDPOINTS = (
    "federation_fetch_endpoint",
    "federation_list_endpoint",
    "federation_trust_mark_status_endpoint",
)
_PROTOCOL_KEYS = ("jwks", "jwks_uri", "signed_jwks_uri")
_SUBTREES = ("permitted", "excluded")


class Unlawful(ValueError):
    """Something that must not be registered.

    Attributes:
        section: of OpenID Federation 1.0.
        sentence: what is wrong, for the admin.
    """

    def __init__(self, section: str, sentence: str) -> None:
        super().__init__(f"{sentence} (OIDF §{section})")
        self.section = section
        self.sentence = sentence


def check(one: Subordinate, wide: Wide, *, issuer: str) -> None:
    """Judge a subordinate before it is saved.

    Args:
        wide: what is said of all.
        issuer: our entity identifier.

    Raises:
        Unlawful: with the section that is broken.
    """
    _require(is_entity_id(one.entity_id), "1.2", f"{one.entity_id[:100]} is not an entity identifier")
    _require(
        len(one.entity_id) <= LONGEST, "1.2", f"an entity identifier has at most {LONGEST} characters here"
    )
    _require(one.entity_id != issuer, "8.1.1", "an entity is not its own subordinate")
    check_keys(one.jwks)
    _require(len(set(one.kinds)) == len(one.kinds), "5.1", "an entity type is named twice")
    for kind, parameters in one.metadata.items():
        _check_metadata(one.entity_id, kind, parameters)
    _check_policy(one.metadata_policy, one.metadata_policy_crit)
    _check_constraints(one.constraints)
    _check_together(one, wide)


def check_wide(wide: Wide) -> None:
    """Judge what is to be said of all; whether it fits each one is for whoever publishes it to try.

    Raises:
        Unlawful: with the section that is broken.
    """
    _check_policy(wide.metadata_policy, wide.metadata_policy_crit)
    _check_constraints(wide.constraints)


def check_keys(jwks: Mapping[str, object]) -> None:
    """Judge federation keys before they are certified.

    Raises:
        Unlawful: not public, without a kid of its own, or no keys at all.
    """
    keys = jwks.get("keys")
    if not isinstance(keys, list | tuple) or not keys or set(jwks) != {"keys"}:
        raise Unlawful("3.1.1", "jwks is not a key set with at least one key")
    kids: set[str] = set()
    for key in keys:
        _require(isinstance(key, Mapping) and is_public(key), "3.1.1", "a key is not public")
        kid = key.get("kid")
        _require(isinstance(kid, str) and kid not in ("", *kids), "3.1.1", "a key has no kid of its own")
        _require(_is_key(key), "3.1.1", f"the key {str(kid)[:80]} is malformed")
        kids.add(kid)


def _is_key(key: Mapping[str, object]) -> bool:
    alg = next((name for name in ALGORITHMS if suits(key, name)), None)
    try:
        return alg is not None and parse(key, alg) is not None
    except JoseError:
        return False


def _check_metadata(entity_id: str, kind: str, parameters: Mapping[str, object]) -> None:
    for name, value in parameters.items():
        _require(value is not None, "5", f"{kind}: {name} is null")
    if kind == "federation_entity":
        for name in _OWN_ENDPOINTS:
            _require(name not in parameters, "8.1", f"{name} is for the entity itself to state")
        for name in _PROTOCOL_KEYS:
            _require(name not in parameters, "5.1.1", f"federation_entity has no {name}")
    same = kind != "openid_provider" or parameters.get("issuer", entity_id) == entity_id
    _require(same, "5.1.3", "the issuer of an openid_provider is the entity itself")


def _check_policy(policy: Policy, critical: tuple[str, ...]) -> None:
    try:
        merge([{"metadata_policy": policy}])
    except PolicyError as error:
        raise Unlawful(error.section, f"metadata_policy: {error}") from None
    used = set(_operators(policy))
    for name in critical:
        _require(name not in BY_NAME, "6.1.3.2", f"metadata_policy_crit: {name} is a standard operator")
        _require(name in used, "6.1.3.2", f"metadata_policy_crit: {name} is used nowhere in the policy")


def _operators(policy: Policy) -> Iterator[str]:
    for parameters in policy.values():
        for operators in parameters.values():
            yield from operators


def _check_constraints(constraints: Mapping[str, object]) -> None:
    for name, value in constraints.items():
        match name:
            case "max_path_length":
                whole = isinstance(value, int) and not isinstance(value, bool) and value >= 0
                _require(whole, "6.2.1", "max_path_length is not a whole number, 0 or more")
            case "naming_constraints":
                _check_names(value)
            case "allowed_entity_types":
                _require(_are_texts(value), "6.2.3", "allowed_entity_types is not an array of entity types")
                listed = isinstance(value, list | tuple) and "federation_entity" in value
                _require(not listed, "6.2.3", "federation_entity is always allowed and must not be listed")
            case _:
                raise Unlawful("6.2", f"{name[:80]} is not a constraint")


def _check_names(value: object) -> None:
    lawful = isinstance(value, Mapping) and bool(value) and set(value) <= set(_SUBTREES)
    _require(lawful, "6.2.2", "naming_constraints has permitted, excluded or both")
    for name in _SUBTREES:
        hosts = value.get(name, []) if isinstance(value, Mapping) else []
        _require(_are_texts(hosts), "6.2.2", f"naming_constraints: {name} is not an array of host names")
        for host in hosts:
            # An underscore is read where others write one, and never written: no host name has it (RFC 952).
            held = is_name(host) and "_" not in host
            _require(held, "6.2.2", f"naming_constraints: {host[:100]} is not a host name")


def _are_texts(value: object) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(one, str) and one for one in value)


def _check_together(one: Subordinate, wide: Wide) -> None:
    try:
        joined(wide, one)
    except PolicyError as error:
        raise Unlawful(error.section, f"with what is said of all: {error}") from None
    except Contradiction as error:
        raise Unlawful("6.2", f"with what is said of all: {error}") from None


def _require(held: bool, section: str, sentence: str) -> None:
    if not held:
        raise Unlawful(section, sentence)
