"""Jose: owns the strict envelope round every signature we make or accept. The only importer of JOSE
libraries.

Reading obeys these rules in order; each closes a family of published attacks on JOSE libraries (RFC 8725).
`envelope` keeps the first four:
 1. at most `Limits.size` characters of ASCII;
 2. exactly three segments of canonical base64url;
 3. strict JSON: no duplicate names, no deep nesting, no NaN;
 4. header members `alg`, `kid`, `typ`, trust chains where asked for, and no others: no key, URL, compression
    or `crit` comes from a token;
 5. `alg` and `typ` are among the caller's, asymmetric only;
 6. the key is the one of the caller's set with that `kid`, and made for that `alg`;
 7. the signature;
 8. the registered claims (`claims.py`).
joserfc makes signatures, PyJWT checks them: two implementations that must agree. Both are handed bytes and
one fixed algorithm; neither parses a token, so that there is one parser only.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any, Protocol
from weakref import WeakKeyDictionary

import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from keys import claims as rules
from keys import use
from keys.encoding import JoseError, b64, strict_json
from keys.envelope import STATEMENT, TOKEN, ChainHeader, Limits, Parts, Unverified, peek, take_apart
from keys.halves import half_hash
from keys.key import SigningKey
from keys.private import PLAIN
from keys.public import ALGORITHMS, holds, parse, required, suits, thumbprint

__all__ = [
    "STATEMENT",
    "TOKEN",
    "ChainHeader",
    "JoseError",
    "Limits",
    "Signatures",
    "Unverified",
    "choose",
    "half_hash",
    "peek",
    "sign",
    "verify",
]

_KINDS = {"EC": ECKey, "RSA": RSAKey, "OKP": OKPKey}
_JOSE = tuple(alg for alg in ALGORITHMS if alg in JWSRegistry.algorithms)
_SIGN = {alg: JWSRegistry.algorithms[alg] for alg in _JOSE}
_VERIFY = {alg: jwt.get_algorithm_by_name(alg) for alg in _JOSE}
# joserfc's form of a private key, made once per key and dropped together with it.
_prepared: WeakKeyDictionary[SigningKey, Any] = WeakKeyDictionary()


class Signatures(Protocol):
    """Signatures that were found good before, so that one costs its arithmetic once."""

    def known(self, token_sha256: str, key_thumbprint: str) -> bool:
        """Whether this key's signature of this very text was good."""

    def remember(self, token_sha256: str, key_thumbprint: str, until: int) -> None:
        """Keep that it was, until a second since 1970: the `exp` of the text."""


def sign(
    key: SigningKey,
    claims: Mapping[str, object],
    *,
    typ: str,
    trust_chain: Sequence[str] = (),
    peer_trust_chain: Sequence[str] = (),
) -> str:
    """The claims as a signed JWT in compact form, header `alg`, `kid`, `typ`.

    Args:
        trust_chain: of the signer, for the header (OIDF §4.3); none is left out.
        peer_trust_chain: of whom it is meant for, for the header (OIDF §4.4); none is left out.
        typ: the token's type (RFC 8725 §3.11): `JWT`, `at+jwt`, `logout+jwt`, `entity-statement+jwt`, …

    Raises:
        TypeError, ValueError: the claims are not JSON, or the private half of the key is destroyed.
        keys.use.KeyMisuse: the key is for another purpose, issuer or time.
        Exception: whatever the key's token raises when it does not sign.
    """
    use.check(key, claims, typ)
    payload = json.dumps(claims, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8")
    chains = {"trust_chain": list(trust_chain), "peer_trust_chain": list(peer_trust_chain)}
    carried = {name: chain for name, chain in chains.items() if chain}
    head = _headed(key.alg, key.kid, typ, carried) if carried else _header(key.alg, key.kid, typ)
    signed = f"{head}.{b64(payload)}"
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
    return _headed(alg, kid, typ, {})


def _headed(alg: str, kid: str, typ: str, chains: Mapping[str, object]) -> str:
    header = {"alg": alg, "kid": kid, "typ": typ, **chains}
    return b64(json.dumps(header, separators=(",", ":")).encode("utf-8"))


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
    headers: Collection[ChainHeader] = (),
    signatures: Signatures | None = None,
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
        headers: the chain headers that may stand in it; others refuse the token.
        signatures: remembers good signatures of tokens with an `exp`; nothing else is remembered.

    Raises:
        JoseError: with the reason.
    """
    parts = take_apart(token, limits, headers)
    if parts.alg not in algs or parts.alg not in ALGORITHMS:
        raise JoseError("alg", "an algorithm that is not accepted here")
    if parts.typ not in typ:
        raise JoseError("typ", "a token of another type")
    jwk = choose(jwks, parts.kid, parts.alg)
    key: Any = parse(jwk, parts.alg)
    names = _names(token, jwk) if signatures is not None else ("", "")
    known = signatures is not None and signatures.known(*names)
    if not known and not _matches(parts, key):
        raise JoseError("signature", "the signature does not match")
    claims = strict_json(parts.payload, depth=limits.depth)
    expected = rules.Expected(
        issuer=issuer, audience=audience, leeway=leeway, require=require, expired_ok=expired_ok
    )
    rules.check(claims, expected, now)
    if signatures is not None and not known and isinstance(until := claims.get("exp"), int):
        signatures.remember(*names, until)
    return claims


def _names(token: str, jwk: Mapping[str, object]) -> tuple[str, str]:
    """What a good signature is remembered under: the whole text, and the key that was chosen for it."""
    members = required({name: value for name, value in jwk.items() if isinstance(value, str)})
    return hashlib.sha256(token.encode("ascii")).hexdigest(), thumbprint(members)


def _matches(parts: Parts, key: Any) -> bool:
    """Rule 7."""
    size = ALGORITHMS[parts.alg].signature
    if size and len(parts.signature) != size:
        return False
    if parts.alg in _VERIFY:
        return bool(_VERIFY[parts.alg].verify(parts.signed, key, parts.signature))
    return holds(key, parts.signed, parts.signature)


def choose(jwks: Mapping[str, object], kid: str | None, alg: str) -> Mapping[str, object]:
    """Rule 6: the one key that is meant. A token without a kid is accepted only where one key can be meant
    (OIDC Core §10.1).

    Raises:
        JoseError: `key` or `kid`: none, or several.
    """
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
