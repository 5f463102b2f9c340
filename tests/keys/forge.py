"""Forge: makes tokens that no decent issuer would, with `cryptography` alone, so that the tests trust no JOSE
library."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from keys import jose
from keys.key import Purpose, SigningKey, generate
from keys.ring import KeyRing

ISSUER = "http://gd.localhost:8410"
AUDIENCE = "http://hub.localhost:8402"
NOW = 1_800_000_000.0


def key(alg: str = "ES256", name: str = "", purpose: Purpose = "oidc") -> SigningKey:
    """One key per name, made once: RSA keys are slow to make."""
    return _key(alg, name, purpose)


@lru_cache
def _key(alg: str, name: str, purpose: Purpose) -> SigningKey:
    return generate(alg=alg, purpose=purpose, issuer=ISSUER, now=NOW - 1000, active_from=NOW - 1000)


def private(alg: str = "ES256", name: str = "") -> Any:
    """The private half of `key`."""
    half = key(alg, name).private
    assert half is not None
    return half


def ring(*algs: str) -> KeyRing:
    return KeyRing(purpose="oidc", keys=tuple(key(alg) for alg in algs or ("ES256",)))


def claims(**changes: object) -> dict[str, object]:
    """Lawful claims, with changes."""
    lawful: dict[str, object] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "somebody",
        "iat": int(NOW) - 5,
        "nbf": int(NOW) - 5,
        "exp": int(NOW) + 300,
        "jti": "one",
    }
    return {**lawful, **changes}


def without(name: str) -> dict[str, object]:
    return {claim: value for claim, value in claims().items() if claim != name}


def header(**changes: object) -> dict[str, object]:
    """The lawful header, with changes."""
    return {"alg": "ES256", "kid": key().kid, "typ": "JWT", **changes}


def segment(value: object) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def forge(head: object = None, body: object = None, *, signer: SigningKey | None = None) -> str:
    """A token with any header and any payload (bytes are taken as they are), properly signed with ES256."""
    text = f"{segment(header() if head is None else head)}.{segment(claims() if body is None else body)}"
    private = (signer or key()).private
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    r, s = decode_dss_signature(private.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
    size = (private.curve.key_size + 7) // 8
    return f"{text}.{segment(r.to_bytes(size, 'big') + s.to_bytes(size, 'big'))}"


def unchecked(signer: SigningKey, body: Mapping[str, object], *, typ: str) -> str:
    """What `keys.jose.sign` makes, without its last look at what the key is for."""
    text = f"{segment({'alg': signer.alg, 'kid': signer.kid, 'typ': typ})}.{segment(dict(body))}"
    return f"{text}.{segment(jose._signature(signer, text.encode()))}"


def forge_hmac(alg: str, secret: bytes, head: Mapping[str, object] | None = None) -> str:
    """A token signed with a shared secret that everybody knows: an encoding of a public key."""
    text = f"{segment({**header(), **(head or {}), 'alg': alg})}.{segment(claims())}"
    digest = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}[alg]
    return f"{text}.{segment(hmac.new(secret, text.encode(), digest).digest())}"
