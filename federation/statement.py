"""Statement: owns what makes an entity configuration valid. Pure: text and time in, a verified statement out.

The rules of OIDF §3.2 as far as they concern an entity configuration, in the order in which they are applied:
 1. a signed JWT in strict form, typ `entity-statement+jwt`, an accepted algorithm, a kid;
 2. signed by a key that the caller pinned for the entity, whose kid matches exactly;
 3. iss and sub are the entity that was asked for; iat is past and exp is to come;
 4. jwks holds public keys with unique kids, the one that signed among them;
 5. crit asks for nothing that is not understood (§13.4);
 6. no claim of a subordinate statement or of explicit registration (§3.1.3 to §3.1.5);
 7. authority_hints, trust_anchor_hints and trust_marks have their form (§3.1.2);
 8. metadata is an object of objects without null, and keeps to its entity (§5).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from federation.entity_id import is_entity_id
from federation.errors import Invalid, Reason
from keys.encoding import JoseError
from keys.jose import STATEMENT, peek, verify
from keys.public import is_public

__all__ = ["ALGS", "TYP", "Invalid", "Reason", "Statement", "verify_configuration"]

TYP = "entity-statement+jwt"
ALGS = ("ES256", "ES384", "RS256", "PS256", "EdDSA", "ML-DSA-65")

_REASONS = {
    "size": Reason.SIZE,
    "typ": Reason.TYP,
    "alg": Reason.ALG,
    "kid": Reason.KID,
    "key": Reason.KEY,
    "signature": Reason.SIGNATURE,
    "iss": Reason.ISS,
    "sub": Reason.SUB,
    "iat": Reason.IAT,
    "exp": Reason.EXP,
}
_FOREIGN = frozenset(
    {"constraints", "metadata_policy", "metadata_policy_crit", "source_endpoint", "aud", "trust_anchor"}
)
_PROTOCOL_KEYS = ("jwks", "jwks_uri", "signed_jwks_uri")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A verified entity statement; nothing unverified has this type.

    Attributes:
        iss, sub: who states, and about whom; equal in an entity configuration.
        issued, expires: seconds since 1970.
        kid: the key that signed.
        jwks: the subject's federation keys, public.
        metadata: by entity type.
        authority_hints: the subject's immediate superiors; empty for a trust anchor.
    """

    iss: str
    sub: str
    issued: int
    expires: int
    kid: str
    jwks: Mapping[str, object]
    metadata: Mapping[str, Mapping[str, object]]
    authority_hints: tuple[str, ...]


def verify_configuration(
    token: str, *, entity_id: str, jwks: Mapping[str, object], now: float, leeway: float = 10
) -> Statement:
    """The entity configuration in `token`, verified by the rules above.

    Args:
        token: as fetched from the entity.
        entity_id: whose configuration was asked for.
        jwks: the federation keys that the caller trusts for this entity (pinned, or of its superior's
            statement).
        now: seconds since 1970.
        leeway: seconds that clocks may differ.

    Raises:
        Invalid: with the reason and the section that is broken.
    """
    _require(is_entity_id(entity_id), Reason.ENTITY_ID)
    try:
        head = peek(token, limits=STATEMENT)
        if head.kid is None:
            raise Invalid(Reason.KID)
        claims = _verify(token, entity_id, jwks, now, leeway)
    except JoseError as error:
        raise Invalid(_REASONS.get(error.reason, Reason.FORMAT)) from error
    _require(claims["sub"] == entity_id, Reason.SUB)
    _check_keys(claims.get("jwks"))
    _check_self_signed(token, claims, now, leeway)
    _require("crit" not in claims, Reason.CRIT)
    _require(not _FOREIGN & claims.keys(), Reason.FOREIGN_CLAIM)
    hints = _hints(claims, "authority_hints", Reason.AUTHORITY_HINTS)
    _hints(claims, "trust_anchor_hints", Reason.TRUST_ANCHOR_HINTS)
    _check_trust_marks(claims)
    return Statement(
        iss=entity_id,
        sub=entity_id,
        issued=_int(claims["iat"]),
        expires=_int(claims["exp"]),
        kid=head.kid,
        jwks=_object(claims["jwks"], Reason.JWKS),
        metadata=_metadata(claims.get("metadata", {}), entity_id),
        authority_hints=hints,
    )


def _verify(
    token: str, entity_id: str, jwks: Mapping[str, object], now: float, leeway: float
) -> Mapping[str, object]:
    return verify(
        token,
        jwks,
        algs=ALGS,
        typ=(TYP,),
        issuer=entity_id,
        audience=None,
        now=now,
        leeway=leeway,
        require=("exp", "iat", "sub"),
        expired_ok=False,
        limits=STATEMENT,
    )


def _check_keys(jwks: object) -> None:
    """Rule 4. A kid that names two keys would let a verifier choose (OIDF §3.1.1)."""
    keys = _object(jwks, Reason.JWKS).get("keys")
    if not isinstance(keys, list) or not keys:
        raise Invalid(Reason.JWKS)
    kids: set[str] = set()
    for key in keys:
        _require(isinstance(key, dict) and is_public(key) and isinstance(key.get("kty"), str), Reason.JWKS)
        kid = key.get("kid")
        _require(isinstance(kid, str) and kid != "" and kid not in kids, Reason.KIDS)
        kids.add(kid)


def _check_self_signed(token: str, claims: Mapping[str, object], now: float, leeway: float) -> None:
    """Rule 4. The pinned key verified the text; it must be the very key that the text names under this
    kid."""
    try:
        _verify(token, str(claims["iss"]), _object(claims["jwks"], Reason.JWKS), now, leeway)
    except JoseError as error:
        raise Invalid(Reason.SELF_SIGNED) from error


def _hints(claims: Mapping[str, object], name: str, reason: Reason) -> tuple[str, ...]:
    if name not in claims:
        return ()
    hints = claims[name]
    if not isinstance(hints, list) or not hints:
        raise Invalid(reason)
    _require(all(isinstance(hint, str) and is_entity_id(hint) for hint in hints), reason)
    _require(len(set(hints)) == len(hints), reason)
    return tuple(hints)


def _check_trust_marks(claims: Mapping[str, object]) -> None:
    """Rule 7, form only: marks are judged where they are used (OIDF §7.3)."""
    for name in ("trust_mark_issuers", "trust_mark_owners"):
        _require(isinstance(claims.get(name, {}), dict), Reason.TRUST_MARKS)
    marks = claims.get("trust_marks", [])
    if not isinstance(marks, list):
        raise Invalid(Reason.TRUST_MARKS)
    for mark in marks:
        names = ("trust_mark_type", "trust_mark")
        _require(
            isinstance(mark, dict) and all(isinstance(mark.get(n), str) for n in names), Reason.TRUST_MARKS
        )


def _metadata(value: object, entity_id: str) -> Mapping[str, Mapping[str, object]]:
    kinds = {name: _object(kind, Reason.METADATA) for name, kind in _object(value, Reason.METADATA).items()}
    _require(not any(item is None for kind in kinds.values() for item in kind.values()), Reason.METADATA_NULL)
    own = kinds.get("federation_entity", {})
    _require(not any(name in own for name in _PROTOCOL_KEYS), Reason.FEDERATION_JWKS)
    provider = kinds.get("openid_provider")
    # Otherwise an entity could vouch for another's issuer, and be taken for it (mix-up).
    _require(provider is None or provider.get("issuer") == entity_id, Reason.OP_ISSUER)
    return kinds


def _object(value: object, reason: Reason) -> dict[str, object]:
    if not isinstance(value, dict):
        raise Invalid(reason)
    return value


def _int(value: object) -> int:
    return value if isinstance(value, int) else 0


def _require(held: bool, reason: Reason) -> None:
    if not held:
        raise Invalid(reason)
