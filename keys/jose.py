"""Jose: owns the strict envelope round every signature we make or accept. The only importer of JOSE
libraries.

Reading obeys these rules in order; each closes a family of published attacks on JOSE libraries (RFC 8725):
 1. at most `Limits.size` characters of ASCII;
 2. exactly three segments of canonical base64url;
 3. strict JSON: no duplicate names, no deep nesting, no NaN;
 4. header members `alg`, `kid`, `typ` and no others: no key, URL, compression or `crit` comes from a token;
 5. `alg` and `typ` are among the caller's, asymmetric only;
 6. the key is the one of the caller's set with that `kid`, and made for that `alg`;
 7. the signature;
 8. the registered claims (`claims.py`).
joserfc makes signatures, PyJWT checks them: two implementations that must agree. Both are handed bytes and
one fixed algorithm; neither parses a token, so that there is one parser only.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from keys import claims as rules
from keys import use
from keys.encoding import JoseError, b64, strict_json, unb64
from keys.halves import half_hash
from keys.key import SigningKey
from keys.private import PLAIN
from keys.public import ALGORITHMS, holds, parse, suits

__all__ = ["STATEMENT", "TOKEN", "JoseError", "Limits", "Unverified", "half_hash", "peek", "sign", "verify"]

_HEADER = frozenset({"alg", "kid", "typ"})
_KINDS = {"EC": ECKey, "RSA": RSAKey, "OKP": OKPKey}
_JOSE = tuple(alg for alg in ALGORITHMS if alg in JWSRegistry.algorithms)
_SIGN = {alg: JWSRegistry.algorithms[alg] for alg in _JOSE}
_VERIFY = {alg: jwt.get_algorithm_by_name(alg) for alg in _JOSE}
# joserfc's form of a private key, made once per key and dropped together with it.
_prepared: WeakKeyDictionary[SigningKey, Any] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of a token is read.

    Attributes:
        size: characters of the whole token.
        depth: arrays and objects inside each other.
    """

    size: int
    depth: int


TOKEN = Limits(size=8 * 1024, depth=6)
STATEMENT = Limits(size=256 * 1024, depth=8)  # entity statements carry key sets of several roles


@dataclass(frozen=True, slots=True, kw_only=True)
class Unverified:
    """What a token says about itself before anything was checked: good for choosing keys, and for nothing
    else."""

    alg: str
    kid: str | None
    typ: str | None
    iss: str | None
    sub: str | None


@dataclass(frozen=True, slots=True)
class _Parts:
    alg: str
    kid: str | None
    typ: str | None
    payload: bytes
    signed: bytes
    signature: bytes


def sign(key: SigningKey, claims: Mapping[str, object], *, typ: str) -> str:
    """The claims as a signed JWT in compact form, header `alg`, `kid`, `typ`.

    Args:
        typ: the token's type (RFC 8725 §3.11): `JWT`, `at+jwt`, `logout+jwt`, `entity-statement+jwt`, …

    Raises:
        TypeError, ValueError: the claims are not JSON, or the private half of the key is destroyed.
        keys.use.KeyMisuse: the key is for another purpose, issuer or time.
        Exception: whatever the key's token raises when it does not sign.
    """
    use.check(key, claims, typ)
    payload = json.dumps(claims, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8")
    signed = f"{_header(key.alg, key.kid, typ)}.{b64(payload)}"
    return f"{signed}.{b64(_signature(key, signed.encode('ascii')))}"


def _signature(key: SigningKey, data: bytes) -> bytes:
    if key.private is None:
        raise ValueError("the private half of this key is gone")
    if isinstance(key.private, PLAIN):
        return key.private.sign(data)
    prepared = _prepared.get(key)
    if prepared is None:
        prepared = _prepared[key] = _KINDS[ALGORITHMS[key.alg].kty](key.private, key.private)
    made: bytes = _SIGN[key.alg].sign(data, prepared)
    return made


@lru_cache(maxsize=128)
def _header(alg: str, kid: str, typ: str) -> str:
    return b64(json.dumps({"alg": alg, "kid": kid, "typ": typ}, separators=(",", ":")).encode("utf-8"))


def peek(token: str, *, limits: Limits = TOKEN) -> Unverified:
    """What an unverified token says about itself.

    Raises:
        JoseError: it does not pass the envelope.
    """
    parts = _open(token, limits)
    claims = strict_json(parts.payload, depth=limits.depth)
    iss, sub = claims.get("iss"), claims.get("sub")
    return Unverified(
        alg=parts.alg,
        kid=parts.kid,
        typ=parts.typ,
        iss=iss if isinstance(iss, str) else None,
        sub=sub if isinstance(sub, str) else None,
    )


def verify(
    token: str,
    jwks: Mapping[str, object],
    *,
    algs: Collection[str],
    typ: Collection[str | None],
    issuer: str,
    audience: str | Collection[str] | None,
    now: float,
    leeway: float = 10,
    require: Collection[str] = ("exp", "iat"),
    expired_ok: bool = False,
    limits: Limits = TOKEN,
) -> Mapping[str, object]:
    """The claims of a token that holds in every respect.

    Args:
        jwks: the issuer's public keys, `{"keys": […]}`.
        algs: the algorithms that this issuer may use for this purpose.
        typ: the types accepted, exactly; None stands for a token without one.
        issuer: who must have issued it.
        audience: what it must be meant for; with several, every audience it names must be among them; None
            does not look.
        now: seconds since 1970.
        leeway: seconds that clocks may differ.
        require: claims that must be there, besides `iss` (and `aud` when an audience is given).
        expired_ok: accept a past `exp` (an `id_token_hint`, OIDC RP-Initiated Logout §2).
        limits: how much is read.

    Raises:
        JoseError: with the reason.
    """
    parts = _open(token, limits)
    if parts.alg not in algs or parts.alg not in ALGORITHMS:
        raise JoseError("alg", "an algorithm that is not accepted here")
    if parts.typ not in typ:
        raise JoseError("typ", "a token of another type")
    key: Any = parse(_choose(jwks, parts.kid, parts.alg), parts.alg)
    if not _matches(parts, key):
        raise JoseError("signature", "the signature does not match")
    claims = strict_json(parts.payload, depth=limits.depth)
    expected = rules.Expected(
        issuer=issuer, audience=audience, leeway=leeway, require=require, expired_ok=expired_ok
    )
    rules.check(claims, expected, now)
    return claims


def _matches(parts: _Parts, key: Any) -> bool:
    """Rule 7."""
    size = ALGORITHMS[parts.alg].signature
    if size and len(parts.signature) != size:
        return False
    if parts.alg in _VERIFY:
        return bool(_VERIFY[parts.alg].verify(parts.signed, key, parts.signature))
    return holds(key, parts.signed, parts.signature)


def _open(token: str, limits: Limits) -> _Parts:
    """Rules 1 to 4."""
    if not isinstance(token, str) or len(token) > limits.size:
        raise JoseError("size", f"longer than {limits.size} characters")
    segments = token.split(".", 3)
    if len(segments) != 3:
        raise JoseError("segments", "not three segments")
    head, payload, signature = (unb64(segment) for segment in segments)
    header = strict_json(head, depth=limits.depth)
    if "crit" in header:
        raise JoseError("crit", "an extension that must be understood and is not")
    if not header.keys() <= _HEADER:
        raise JoseError("header", "a header member that is not accepted")
    alg = _member(header, "alg")
    if alg is None:
        raise JoseError("alg", "no algorithm")
    signed = token[: -len(segments[2]) - 1].encode("ascii")
    return _Parts(alg, _member(header, "kid"), _member(header, "typ"), payload, signed, signature)


def _member(header: Mapping[str, object], name: str) -> str | None:
    value = header.get(name)
    if name in header and not (isinstance(value, str) and value):
        raise JoseError(name, f"{name} is not a string")
    return value if isinstance(value, str) else None


def _choose(jwks: Mapping[str, object], kid: str | None, alg: str) -> Mapping[str, object]:
    """Rule 6. A token without a kid is accepted only where one key can be meant (OIDC Core §10.1)."""
    keys = jwks.get("keys")
    if not isinstance(keys, list | tuple):
        raise JoseError("key", "not a key set")
    known = [key for key in keys if isinstance(key, Mapping) and (kid is None or key.get("kid") == kid)]
    if kid is not None and not known:
        raise JoseError("kid", "no key of that name")
    fitting = [key for key in known if suits(key, alg)]
    if not fitting:
        raise JoseError("key", "no key for that algorithm")
    if len(fitting) > 1:
        raise JoseError("kid", "more than one key can be meant")
    return fitting[0]
