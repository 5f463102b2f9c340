"""Statement: owns what makes an entity statement valid. Pure: text and time in, a verified statement out.

The rules of OIDF §3.2, in the order in which they are applied; `form` has the last two:
 1. a signed JWT in strict form, typ `entity-statement+jwt`, an accepted algorithm, a kid;
 2. signed by a key that the caller trusts for the issuer, whose kid matches exactly;
 3. iss and sub are the entities that were asked for; iat is past and exp is to come;
 4. jwks holds public keys with unique kids; in a configuration, the one that signed is among them;
 5. crit asks for nothing that is not understood (§13.4);
 6. no claim of the other kind of statement, nor of explicit registration (§3.1.2 to §3.1.5), and those that
    are there have their form.
That the issuer of a subordinate statement is among the subject's authority_hints shows where both are at hand
(`chain`). Imports form, entity_id, errors, keys.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from federation import form
from federation.entity_id import is_entity_id
from federation.errors import Invalid, Reason, require
from keys.encoding import JoseError
from keys.jose import STATEMENT, Signatures, choose, peek, verify
from keys.public import required, thumbprint

__all__ = [
    "ALGS",
    "LEEWAY",
    "TYP",
    "Invalid",
    "Reason",
    "Statement",
    "verify_configuration",
    "verify_self_signed",
    "verify_subordinate",
]

TYP = "entity-statement+jwt"
LEEWAY = 10.0
"""Seconds that the clocks of two entities may differ; ours follow a time service, and S of `keys.lifetimes`
counts them."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A verified entity statement; nothing unverified has this type.

    Attributes:
        iss, sub: who states, and about whom; equal in an entity configuration.
        issued, expires: seconds since 1970.
        kid: the key that signed.
        jwks: the subject's federation keys, public.
        metadata: by entity type.
        authority_hints: the subject's immediate superiors; empty for a trust anchor, and in a statement about
            somebody else.
        claims: all claims.
        token: the text that was verified.
    """

    iss: str
    sub: str
    issued: int
    expires: int
    kid: str
    jwks: Mapping[str, object]
    metadata: Mapping[str, Mapping[str, object]]
    authority_hints: tuple[str, ...]
    claims: Mapping[str, object] = field(repr=False)
    token: str = field(repr=False)


def verify_configuration(
    token: str,
    *,
    entity_id: str,
    jwks: Mapping[str, object],
    now: float,
    leeway: float = LEEWAY,
    signatures: Signatures | None = None,
) -> Statement:
    """The entity configuration in `token`, verified by the rules above.

    Args:
        token: as fetched from the entity.
        entity_id: whose configuration was asked for.
        jwks: the federation keys that the caller trusts for this entity (pinned, or of its superior's
            statement).
        now: seconds since 1970.
        leeway: seconds that clocks may differ.
        signatures: remembers good ones.

    Raises:
        Invalid: with the reason and the section that is broken.
    """
    claims, kid = _verified(token, entity_id, entity_id, jwks, _Terms(now, leeway, signatures))
    _check_self_signed(token, claims, jwks)
    form.check_configuration(claims, entity_id)
    return _statement(token, claims, kid)


def verify_self_signed(
    token: str,
    *,
    entity_id: str,
    now: float,
    leeway: float = LEEWAY,
    signatures: Signatures | None = None,
) -> Statement:
    """An entity configuration that is checked by the keys it lists itself.

    It tells where to climb (`authority_hints`), and nothing else: anybody who answers under the entity's name
    can sign one. Only a chain makes it believed.

    Raises:
        Invalid: with the reason and the section that is broken.
    """
    try:
        jwks = form.json_object(peek(token, limits=STATEMENT).claims.get("jwks"), Reason.JWKS)
    except JoseError as error:
        raise Invalid(reason_of(error)) from error
    return verify_configuration(
        token, entity_id=entity_id, jwks=jwks, now=now, leeway=leeway, signatures=signatures
    )


def verify_subordinate(
    token: str,
    *,
    issuer: str,
    subject: str,
    jwks: Mapping[str, object],
    now: float,
    leeway: float = LEEWAY,
    signatures: Signatures | None = None,
) -> Statement:
    """A superior's statement about an immediate subordinate.

    Args:
        token: as fetched from the superior.
        issuer: the superior.
        subject: the subordinate that was asked for.
        jwks: the superior's federation keys, as the caller trusts them.
        now: seconds since 1970.
        leeway: seconds that clocks may differ.
        signatures: remembers good ones.

    Raises:
        Invalid: with the reason and the section that is broken.
    """
    require(issuer != subject, Reason.NOT_SUBORDINATE)
    claims, kid = _verified(token, issuer, subject, jwks, _Terms(now, leeway, signatures))
    form.check_subordinate(claims)
    return _statement(token, claims, kid)


def reason_of(error: JoseError) -> Reason:
    """Why a token that does not pass its envelope is no statement."""
    return _REASONS.get(error.reason, Reason.FORMAT)


@dataclass(frozen=True, slots=True)
class _Terms:
    now: float
    leeway: float
    signatures: Signatures | None


def _verified(
    token: str, issuer: str, subject: str, jwks: Mapping[str, object], terms: _Terms
) -> tuple[Mapping[str, object], str]:
    """Rules 1 to 5, which all statements share."""
    require(is_entity_id(issuer) and is_entity_id(subject), Reason.ENTITY_ID)
    try:
        kid = peek(token, limits=STATEMENT).kid
        if kid is None:
            raise Invalid(Reason.KID)
        claims = verify(
            token,
            jwks,
            algs=ALGS,
            typ=(TYP,),
            issuer=issuer,
            audience=None,
            now=terms.now,
            leeway=terms.leeway,
            require=("exp", "iat", "sub"),
            expired_ok=False,
            limits=STATEMENT,
            signatures=terms.signatures,
        )
    except JoseError as error:
        raise Invalid(reason_of(error)) from error
    require(claims["sub"] == subject, Reason.SUB)
    form.check_keys(claims.get("jwks"))
    form.check_crit(claims)
    return claims, kid


def _statement(token: str, claims: Mapping[str, object], kid: str) -> Statement:
    return Statement(
        iss=str(claims["iss"]),
        sub=str(claims["sub"]),
        issued=_int(claims["iat"]),
        expires=_int(claims["exp"]),
        kid=kid,
        jwks=form.json_object(claims["jwks"], Reason.JWKS),
        metadata=form.metadata(claims),
        authority_hints=form.hints(claims, "authority_hints", Reason.AUTHORITY_HINTS),
        claims=claims,
        token=token,
    )


def _check_self_signed(token: str, claims: Mapping[str, object], jwks: Mapping[str, object]) -> None:
    """Rule 4. A trusted key verified the text; it must be the very key that the text names under this kid."""
    head = peek(token, limits=STATEMENT)
    try:
        own = choose(form.json_object(claims["jwks"], Reason.JWKS), head.kid, head.alg)
        trusted = choose(jwks, head.kid, head.alg)
    except JoseError as error:
        raise Invalid(Reason.SELF_SIGNED) from error
    require(_print(own) == _print(trusted), Reason.SELF_SIGNED)


def _print(jwk: Mapping[str, object]) -> str:
    try:
        return thumbprint(required({name: value for name, value in jwk.items() if isinstance(value, str)}))
    except ValueError:
        raise Invalid(Reason.SELF_SIGNED) from None


def _int(value: object) -> int:
    return value if isinstance(value, int) else 0
