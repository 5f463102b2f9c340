"""History: owns what is said of a key after its time: to others (OIDF §8.7), and of something old that it
signed. Pure. Imports jose, ring, use.

A date in a signed text was written by whoever held the key. While a key is ours alone that is proof; once it
was in other hands, any date may have been written with it, so a compromised key proves nothing, whenever its
texts say that they were made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from keys import jose
from keys.encoding import JoseError
from keys.key import Purpose, SigningKey
from keys.public import ALGORITHMS
from keys.ring import KeyRing
from keys.use import FEDERATION_TYPES

HISTORICAL_TYP = "jwk-set+jwt"
"""Also of the signed key set (OIDF §5.2.1)."""

RING = "manyou_ring"
"""Claim of a history that is not of federation keys: whose it is. A key is believed for one purpose."""

SUPERSEDED, COMPROMISED = "superseded", "compromised"


def historical(ring: KeyRing, now: float) -> list[Mapping[str, object]]:
    """The ring's keys of the past as OIDF §8.7.2 has them: each a JWK with `iat` (made), `nbf` (began to
    sign), `exp` (counted no longer) and `revoked`."""
    return [_told(key) for key in ring.historical(now)]


def learned(document: str, pinned: Mapping[str, object], now: float) -> tuple[SigningKey, ...]:
    """The keys in another node's signed history, to judge what it signed without asking it.

    Args:
        document: as its node published it, of either ring.
        pinned: the federation keys that the reader trusts for that node.
        now: seconds since 1970.

    Raises:
        JoseError: it is not signed by a pinned key, or says nothing usable.
    """
    issuer = jose.peek(document, limits=jose.STATEMENT).iss or ""
    claims = jose.verify(
        document,
        pinned,
        algs=tuple(ALGORITHMS),
        typ=(HISTORICAL_TYP,),
        issuer=issuer,
        audience=None,
        now=now,
        require=("iat", "keys"),
        limits=jose.STATEMENT,
    )
    keys, ring = claims["keys"], claims.get(RING, "federation")
    if not isinstance(keys, list) or ring not in ("oidc", "federation"):
        raise JoseError("key", "not a history of keys")
    purpose: Purpose = "oidc" if ring == "oidc" else "federation"
    return tuple(_learned(key, purpose, issuer) for key in keys)


def _learned(told: object, purpose: Purpose, issuer: str) -> SigningKey:
    revoked = told.get("revoked") if isinstance(told, dict) else None
    if not isinstance(told, dict) or not isinstance(revoked, dict):
        raise JoseError("key", "a key of the past without dates")
    try:
        made, begun, ended, left = (
            int(one) for one in (told["iat"], told["nbf"], told["exp"], revoked["revoked_at"])
        )
        return SigningKey(
            kid=told["kid"],
            alg=told["alg"],
            purpose=purpose,
            issuer=issuer,
            private=None,
            public={name: str(told[name]) for name in told.keys() & set(ALGORITHMS[told["alg"]].members)},
            generated=made,
            published=made,
            active_from=begun,
            retired_at=ended,
            forget_at=ended,
            compromised_at=left if revoked.get("reason") == COMPROMISED else None,
            reason=str(revoked.get("reason")),
        )
    except (KeyError, TypeError, ValueError):
        raise JoseError("key", "a key of the past that is not one") from None


def _told(key: SigningKey) -> Mapping[str, object]:
    left = min(at for at in (key.forget_at, key.compromised_at) if at is not None)
    reason = COMPROMISED if key.compromised_at is not None else SUPERSEDED
    return {
        **key.public,
        "iat": int(key.generated),
        "nbf": int(key.active_from or key.generated),
        "exp": int(left),
        "revoked": {"revoked_at": int(left), "reason": reason},
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What can be said of an old signature that is a key's.

    Attributes:
        kid, alg, purpose: of the key.
        typ: of the text.
        claims: of the text.
        signed: when it says that it was signed (`iat`), seconds since 1970.
        begun, ended: when the key signed; `ended` is None while it does.
        compromised: from when the key was in other hands, or None.
        reason: of its end, for people.
    """

    kid: str
    alg: str
    purpose: Purpose
    typ: str
    claims: Mapping[str, object]
    signed: int
    begun: float | None
    ended: float | None
    compromised: float | None
    reason: str | None

    @property
    def within(self) -> bool:
        """Whether the key signed at that time. Dates in texts are whole seconds, cut off."""
        began = self.begun is not None and self.begun < self.signed + 1
        return began and (self.ended is None or self.signed <= self.ended)

    @property
    def proves(self) -> bool:
        """Whether it proves that the key's owner said so, then."""
        return self.within and self.compromised is None


def judge(token: str, keys: Sequence[SigningKey], now: float) -> Verdict:
    """What can be said of something that one of these keys signed, whenever that was.

    Args:
        token: an ID token, a logout token, an entity configuration, …; expired or not.
        keys: of both rings and of every age.
        now: seconds since 1970.

    Raises:
        JoseError: the envelope is not ours; no such key (`kid`); the key does not sign this (`typ`); another
            issuer's; the signature does not match; no date.
    """
    said = jose.peek(token, limits=jose.STATEMENT)
    key = next((one for one in keys if one.kid == said.kid), None)
    if key is None:
        raise JoseError("kid", "no key of ours, of today or of the past, has this name")
    if (said.typ in FEDERATION_TYPES) != (key.purpose == "federation"):
        raise JoseError("typ", f"a {key.purpose} key does not sign this type")
    claims = jose.verify(
        token,
        {"keys": [dict(key.public)]},
        algs=(key.alg,),
        typ=(said.typ,),
        issuer=key.issuer,
        audience=None,
        now=now,
        require=("iat",),
        expired_ok=True,
        limits=jose.STATEMENT,
    )
    return _verdict(key, said.typ or "", claims)


def _verdict(key: SigningKey, typ: str, claims: Mapping[str, object]) -> Verdict:
    ends = [at for at in (key.retired_at, key.compromised_at) if at is not None]
    return Verdict(
        kid=key.kid,
        alg=key.alg,
        purpose=key.purpose,
        typ=typ,
        claims=claims,
        signed=int(str(claims["iat"])),
        begun=key.active_from,
        ended=min(ends, default=None),
        compromised=key.compromised_at,
        reason=key.reason,
    )
