"""Marks: owns what a trust mark and the right to issue it say (OIDF §7.1, §7.2), and which types are lawful.

Pure; verifying the marks of others is elsewhere (`federation.marks`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from federation.authority.lawful import LONGEST, Unlawful, check_keys
from federation.entity_id import is_entity_id
from federation.statement import ALGS
from keys.encoding import JoseError, strict_json, unb64
from keys.jose import TOKEN, peek, verify

MARK_TYP = "trust-mark+jwt"
DELEGATION_TYP = "trust-mark-delegation+jwt"


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkType:
    """A type of trust marks, as an authority knows it.

    Attributes:
        type: its identifier, a URL.
        issued: whether we issue marks of it.
        issuers: who may issue it in our federation; empty: anybody; None: we say nothing.
        owner: whose type it is; None: nobody owns it and nobody delegates it.
        owner_jwks: the owner's federation keys, unless the owner is we.
        delegation: the owner's word that we may issue it.
        logo_uri, ref: for people, in each mark.
    """

    type: str
    issued: bool = True
    issuers: tuple[str, ...] | None = None
    owner: str | None = None
    owner_jwks: Mapping[str, object] | None = None
    delegation: str | None = None
    logo_uri: str | None = None
    ref: str | None = None


def mark_claims(
    of: MarkType, *, issuer: str, subject: str, issued: int, expires: int
) -> Mapping[str, object]:
    """What a mark says (OIDF §7.1)."""
    optional = {"logo_uri": of.logo_uri, "ref": of.ref, "delegation": of.delegation}
    return {
        "iss": issuer,
        "sub": subject,
        "trust_mark_type": of.type,
        "iat": issued,
        "exp": expires,
        **{name: value for name, value in optional.items() if value is not None},
    }


def delegation_claims(
    mark_type: str, *, owner: str, issuer: str, issued: int, expires: int
) -> Mapping[str, object]:
    """What an owner says to whoever issues its marks (OIDF §7.2.1)."""
    return {"iss": owner, "sub": issuer, "trust_mark_type": mark_type, "iat": issued, "exp": expires}


def delegation_end(of: MarkType) -> int | None:
    """Until when its delegation counts (seconds since 1970): no mark may outlive it; None: without an end."""
    if of.delegation is None:
        return None
    claims = strict_json(unb64(of.delegation.split(".")[1]), depth=TOKEN.depth)
    expires = claims.get("exp")
    return expires if isinstance(expires, int) else None


def check_type(of: MarkType, *, entity_id: str, now: float) -> None:
    """Judge a type before it is saved.

    Args:
        entity_id: ours.
        now: seconds since 1970.

    Raises:
        Unlawful: with the section that is broken.
    """
    lawful = of.type.startswith(("https://", "http://")) and len(of.type) <= LONGEST and of.type.isprintable()
    _require(lawful and of.type.isascii(), "7.1", "a trust mark type is a URL")
    for name in of.issuers or ():
        _require(is_entity_id(name), "7.1", f"{name[:100]} is not an entity identifier")
    if of.owner is None:
        _require(of.owner_jwks is None and of.delegation is None, "7.2", "what nobody owns nobody delegates")
        return
    _require(is_entity_id(of.owner), "7.2", "the owner is not an entity identifier")
    if of.owner == entity_id:
        # Our own keys change: what we say of them is always what we publish.
        _require(
            of.owner_jwks is None and of.delegation is None, "7.2", "we need no delegation from ourselves"
        )
        return
    if of.owner_jwks is None:
        raise Unlawful("7.2.2", "the keys of the owner are needed to verify its delegations")
    check_keys(of.owner_jwks)
    _require(of.delegation is not None or not of.issued, "7.2", "marks of another owner need its delegation")
    if of.delegation is not None:
        _check_delegation(of, of.delegation, of.owner_jwks, entity_id, now)


def _check_delegation(
    of: MarkType, token: str, jwks: Mapping[str, object], entity_id: str, now: float
) -> None:
    try:
        said = verify(
            token,
            jwks,
            algs=ALGS,
            typ=(DELEGATION_TYP,),
            issuer=of.owner or "",
            audience=None,
            now=now,
            require=("iat", "sub", "trust_mark_type"),
        )
        kid = peek(token).kid
    except JoseError as error:
        raise Unlawful("7.2.2", f"the delegation does not verify: {error}") from None
    _require(kid is not None, "7.2.1", "the delegation names no key: nobody would believe our marks")
    ours = (said["sub"], said["trust_mark_type"]) == (entity_id, of.type)
    _require(ours, "7.2.2", "the delegation is for somebody else, or for another type")


def _require(held: bool, section: str, sentence: str) -> None:
    if not held:
        raise Unlawful(section, sentence)
