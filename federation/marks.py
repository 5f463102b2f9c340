"""Marks: owns what makes a trust mark believed (OIDF §7). Pure: text, verified chains and time in, a verified
mark out. Imports trustchain, statement, errors, keys.

Whether a mark was revoked since is not seen here; its issuer says so (§8.4). The rules, in order:
 1. the issuer's chain holds now and ends at the trust anchor that is asked (§7.3);
 2. a signed JWT in strict form, typ `trust-mark+jwt`, an accepted algorithm, a kid;
 3. signed with a federation key of the issuer, as its immediate superior states it;
 4. iss is the issuer, sub the entity that shows it; iat is past; exp, where there is one, is to come;
 5. the anchor lists the issuer for the type in `trust_mark_issuers`; an empty array lets everybody issue it.
    A type that is not listed is not the federation's: otherwise any member could invent what it holds;
 6. where the anchor names an owner for the type, a delegation is there;
 7. a delegation is of its own typ, by the owner that the anchor names, signed with the keys that the anchor
    names for the owner (never with those of the owner's site), for this issuer and this type, and holds now
    (§7.2.2).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from federation.errors import Reason
from federation.statement import ALGS, LEEWAY, Statement
from federation.trustchain import TrustChain
from keys.encoding import JoseError
from keys.jose import STATEMENT, Signatures, peek
from keys.jose import verify as verify_token

TYP = "trust-mark+jwt"
DELEGATION_TYP = "trust-mark-delegation+jwt"

_MARK = {
    "typ": Reason.MARK_TYP,
    "alg": Reason.MARK_ALG,
    "kid": Reason.MARK_KID,
    "key": Reason.MARK_SIGNATURE,
    "signature": Reason.MARK_SIGNATURE,
    "iss": Reason.MARK_ISS,
    "sub": Reason.MARK_SUB,
    "iat": Reason.MARK_IAT,
    "exp": Reason.MARK_EXP,
    "claims": Reason.MARK_TYPE,
}
_DELEGATION = {
    "typ": Reason.DELEGATION_TYP,
    "kid": Reason.DELEGATION_SIGNATURE,
    "key": Reason.DELEGATION_SIGNATURE,
    "signature": Reason.DELEGATION_SIGNATURE,
    "iss": Reason.DELEGATION_OWNER,
    "sub": Reason.DELEGATION_SUB,
    "iat": Reason.DELEGATION_IAT,
    "exp": Reason.DELEGATION_EXP,
    "claims": Reason.DELEGATION_TYPE,
}


class Unmarked(Exception):
    """A trust mark that is not believed.

    Attributes:
        reason: why.
        section: the section of OpenID Federation 1.0 that is broken.
        sentence: what is wrong, for an engineer.
    """

    def __init__(self, reason: Reason) -> None:
        super().__init__(f"{reason.sentence} (OIDF §{reason.section})")
        self.reason = reason
        self.section = reason.section
        self.sentence = reason.sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustMark:
    """A verified trust mark; nothing unverified has this type.

    Attributes:
        iss, sub: who issued it, and to whom.
        type: its `trust_mark_type`.
        expires: the first end of the mark and of its delegation; None: neither has one.
        token: the text that was verified.
    """

    iss: str
    sub: str
    type: str
    expires: int | None
    token: str = field(repr=False)


def verify(
    token: str,
    *,
    subject: str,
    issuer: TrustChain,
    anchor: Statement,
    now: float,
    leeway: float = LEEWAY,
    signatures: Signatures | None = None,
) -> TrustMark:
    """The trust mark in `token`, verified by the rules above.

    Args:
        subject: the entity whose configuration shows it.
        issuer: the chain of the mark's issuer.
        anchor: the verified configuration of the trust anchor.
        now: seconds since 1970.
        leeway: seconds that clocks may differ.
        signatures: remembers good ones.

    Raises:
        Unmarked: the first rule that does not hold.
    """
    _require(issuer.anchor == anchor.iss == anchor.sub, Reason.MARK_ANCHOR)
    _require(issuer.expires > now - leeway, Reason.MARK_CHAIN)
    reader = _Reader(now, leeway, signatures)
    claims = reader.read(token, TYP, issuer.subject, issuer.jwks, _MARK)
    _require(claims["sub"] == subject, Reason.MARK_SUB)
    kind = claims["trust_mark_type"]
    if not isinstance(kind, str) or not kind:
        raise Unmarked(Reason.MARK_TYPE)
    _check_issuer(kind, issuer.subject, anchor)
    ends = [_end(claims), reader.delegated(claims, kind, issuer.subject, anchor)]
    return TrustMark(
        iss=issuer.subject,
        sub=subject,
        type=kind,
        expires=min((end for end in ends if end is not None), default=None),
        token=token,
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    now: float
    leeway: float
    signatures: Signatures | None

    def read(
        self,
        token: str,
        typ: str,
        issuer: str,
        jwks: Mapping[str, object],
        reasons: Mapping[str, Reason],
    ) -> Mapping[str, object]:
        """Rules 2 to 4, of a mark or of a delegation."""
        try:
            if peek(token, limits=STATEMENT).kid is None:
                raise Unmarked(reasons["kid"])
            return verify_token(
                token,
                jwks,
                algs=ALGS,
                typ=(typ,),
                issuer=issuer,
                audience=None,
                now=self.now,
                leeway=self.leeway,
                require=("iat", "sub", "trust_mark_type"),
                limits=STATEMENT,
                signatures=self.signatures,
            )
        except JoseError as error:
            other = Reason.MARK_FORMAT if reasons is _MARK else Reason.DELEGATION_FORMAT
            raise Unmarked(reasons.get(error.reason, other)) from None

    def delegated(self, mark: Mapping[str, object], kind: str, issuer: str, anchor: Statement) -> int | None:
        """Rules 6 and 7; when the delegation ends, None where it does not, or where none is needed."""
        owners = anchor.claims.get("trust_mark_owners", {})
        owner = owners.get(kind) if isinstance(owners, Mapping) else None
        if "delegation" not in mark:
            _require(owner is None, Reason.DELEGATION_MISSING)
            return None
        if not isinstance(owner, Mapping):
            raise Unmarked(Reason.DELEGATION_OWNER)
        token = mark["delegation"]
        if not isinstance(token, str):
            raise Unmarked(Reason.DELEGATION_FORMAT)
        claims = self.read(token, DELEGATION_TYP, str(owner["sub"]), owner["jwks"], _DELEGATION)
        _require(claims["sub"] == issuer, Reason.DELEGATION_SUB)
        _require(claims["trust_mark_type"] == kind, Reason.DELEGATION_TYPE)
        return _end(claims)


def _check_issuer(kind: str, issuer: str, anchor: Statement) -> None:
    """Rule 5."""
    listed = anchor.claims.get("trust_mark_issuers", {})
    issuers = listed.get(kind) if isinstance(listed, Mapping) else None
    if not isinstance(issuers, list):
        raise Unmarked(Reason.MARK_UNLISTED)
    _require(not issuers or issuer in issuers, Reason.MARK_ISSUER)


def _end(claims: Mapping[str, object]) -> int | None:
    return _int(claims["exp"]) if "exp" in claims else None


def _int(value: object) -> int:
    return value if isinstance(value, int) else 0


def _require(held: bool, reason: Reason) -> None:
    if not held:
        raise Unmarked(reason)
