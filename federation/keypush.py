"""Key push: owns how a subordinate tells its superior about new keys, and what of that is proven. Pure.

The specification leaves the way to the two (OIDF §11.2). Ours is a JWT of type `jwk-set+jwt`, as others use,
with all federation keys of the subordinate, and within it a proof of each new one:

1. the push is signed with a key that the superior certifies; a stranger cannot push;
2. it is from the subordinate about itself, for this superior alone, and lives minutes; its `jti` counts once;
3. every key that is not certified yet has a proof: a JWT of type `key-proof+jwt`, signed with that key, which
   names the same two, the same `jti`, the key that signs the push, and the whole set. A proof of one push is
   none in another;
4. a kid that is certified stands for the same key.

A push only proves who holds which keys. Whoever stole one certified key can make one for a key of their own:
so nothing is certified by a push alone (`keychange`).
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from federation.authority.lawful import Unlawful, check_keys
from federation.keyset import Jwks, members, prints
from federation.statement import ALGS, LEEWAY
from keys.encoding import JoseError, b64
from keys.jose import Limits, peek, sign, verify
from keys.key import SigningKey
from keys.use import PROOF

TYP = "jwk-set+jwt"
PROOFS = "manyou_proofs"
LIFE = 120
"""Seconds that our pushes live."""

LONGEST = 600
"""Seconds that a push may live: so long its `jti` is remembered."""

LIMITS = Limits(size=64 * 1024, depth=8)
MOST = 16
"""Keys of one set."""

_JTI = 256
_NEEDED = ("exp", "iat", "sub", "jti")


class NotProven(Exception):
    """A push that is refused.

    Attributes:
        code: of OIDF §8.9.
        sentence: what is wrong, for the other side's engineer.
    """

    def __init__(self, code: Literal["invalid_client", "invalid_request"], sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """A push that holds.

    Attributes:
        jti: counts once.
        jwks: all federation keys that it has.
        fresh: thumbprints of those that are not certified yet; their holder made the push.
    """

    jti: str
    jwks: Jwks
    fresh: frozenset[str]


def build(
    *, superior: str, signer: SigningKey, jwks: Jwks, fresh: Sequence[SigningKey], jti: str, now: float
) -> str:
    """A push of our own.

    Args:
        superior: whom it is for.
        signer: a key that the superior certifies, and that signs now.
        jwks: all our federation keys, public.
        fresh: those that the superior does not certify, with their private halves.
        jti: a name that nobody can guess, new each time.
        now: seconds since 1970.

    Raises:
        keys.use.KeyMisuse: a key must not sign.
    """
    common = {
        "iss": signer.issuer,
        "sub": signer.issuer,
        "aud": superior,
        "iat": int(now),
        "exp": int(now) + LIFE,
        "jti": jti,
    }
    bound = {"by": prints({"keys": [dict(signer.public)]})[signer.kid], "keys_sha256": digest(jwks)}
    proofs = [sign(key, {**common, **bound}, typ=PROOF) for key in fresh]
    return sign(signer, {**common, **jwks, PROOFS: proofs}, typ=TYP)


def judge(token: str, *, subordinate: str, superior: str, certified: Jwks, now: float) -> Push:
    """A push by the rules above; that its `jti` is new is for the caller to see.

    Args:
        token: as it came.
        subordinate: who claims to have made it.
        superior: ourselves.
        certified: the keys that we certify for it.
        now: seconds since 1970.

    Raises:
        NotProven: with the code to answer.
    """
    terms = _Terms(subordinate, superior, now)
    try:
        claims = _read(token, certified, TYP, terms)
        by = prints(certified)[str(peek(token, limits=LIMITS).kid)]
    except (JoseError, KeyError) as error:
        raise NotProven(
            "invalid_client", f"The push is not signed with a certified key, for us alone ({error})."
        ) from None
    jti, expires = str(claims["jti"]), claims["exp"]
    if len(jti) > _JTI or not isinstance(expires, int) or expires > now + LONGEST + LEEWAY:
        raise NotProven("invalid_request", "The push lives too long, or its jti is too long.")
    jwks = _listed(claims)
    known, listed = prints(certified), prints(jwks)
    if any(listed[kid] != known[kid] for kid in listed.keys() & known.keys()):
        raise NotProven("invalid_request", "A kid that is certified names another key.")
    fresh = {kid: found for kid, found in listed.items() if kid not in known}
    if set(fresh.values()) & set(known.values()):
        raise NotProven("invalid_request", "A certified key has a new name.")
    bound = {"jti": jti, "by": by, "keys_sha256": digest(jwks)}
    _check_proofs(claims.get(PROOFS, []), fresh, jwks, bound, terms)
    return Push(jti=jti, jwks=jwks, fresh=frozenset(fresh.values()))


def digest(jwks: Jwks) -> str:
    """Names a set by the keys in it."""
    text = json.dumps(sorted(prints(jwks).items()), separators=(",", ":"))
    return b64(hashlib.sha256(text.encode()).digest())


@dataclass(frozen=True, slots=True)
class _Terms:
    subordinate: str
    superior: str
    now: float


def _read(token: str, jwks: Jwks, typ: str, terms: _Terms) -> Mapping[str, object]:
    """Rule 2, for the push and for each proof."""
    claims = verify(
        token,
        jwks,
        algs=ALGS,
        typ=(typ,),
        issuer=terms.subordinate,
        audience=terms.superior,
        now=terms.now,
        leeway=LEEWAY,
        require=_NEEDED,
        limits=LIMITS,
    )
    if claims["sub"] != terms.subordinate or not isinstance(claims["aud"], str):
        raise JoseError("sub", "about somebody else, or not for us alone")
    return claims


def _listed(claims: Mapping[str, object]) -> Jwks:
    jwks = {"keys": claims.get("keys")}
    try:
        check_keys(jwks)
    except Unlawful as error:
        raise NotProven("invalid_request", f"{error}.") from None
    if len(members(jwks)) > MOST or len(set(prints(jwks).values())) != len(members(jwks)):
        raise NotProven("invalid_request", f"More than {MOST} keys, or one key under two names.")
    return jwks


def _check_proofs(
    proofs: object,
    fresh: Mapping[str, str],
    jwks: Jwks,
    bound: Mapping[str, str],
    terms: _Terms,
) -> None:
    """Rule 3."""
    if not isinstance(proofs, list) or len(proofs) > MOST:
        raise NotProven("invalid_request", f"{PROOFS} is not an array of at most {MOST} proofs.")
    proven = set()
    for proof in proofs:
        try:
            claims = _read(proof, jwks, PROOF, terms)
            kid = str(peek(proof, limits=LIMITS).kid)
        except JoseError as error:
            raise NotProven("invalid_request", f"A proof does not hold ({error}).") from None
        if any(claims.get(name) != value for name, value in bound.items()):
            raise NotProven("invalid_request", "A proof belongs to another push.")
        proven.add(kid)
    if proven != set(fresh):
        raise NotProven("invalid_request", "Every new key needs a proof that you hold it, and no other key.")
