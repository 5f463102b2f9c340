"""Token: owns signing keys inside a PKCS#11 token, which they never leave. Imports session.

When the token does not sign, nothing else does instead.
"""

import hashlib
import secrets
import time
from collections.abc import Callable
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from keys.hsm.session import Open, Session, TokenSettings, TokenUnavailable

_HALF = 32
_POINT = 2 * _HALF + 1


class Token:
    """A PKCS#11 token.

    Args:
        settings: which one; nothing is opened until it is needed.
        gone: makes the error that is raised when the token does not sign.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        settings: TokenSettings,
        *,
        gone: Callable[[str], Exception] = TokenUnavailable,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._session = Session(settings, gone=gone, clock=clock)

    def generate(self) -> "TokenKey":
        """A fresh P-256 key, made inside the token: sensitive, not extractable.

        Raises:
            the error of `gone`: it was not made.
        """
        identity = secrets.token_bytes(16)
        point = self._session.run(lambda at: _generate(at, identity))
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point[-_POINT:])
        return TokenKey(self, identity, public)

    def key(self, identity: bytes, public: ec.EllipticCurvePublicKey) -> "TokenKey":
        """The key of that CKA_ID; the token is not asked before it signs."""
        return TokenKey(self, identity, public)

    def destroy(self, identity: bytes) -> None:
        """Remove a key and its public half from the token; one that is gone already is no error.

        Raises:
            the error of `gone`: the token does not answer.
        """
        self._session.run(lambda at: _destroy(at, identity))

    def sign(self, identity: bytes, public: ec.EllipticCurvePublicKey, digest: bytes) -> bytes:
        """The signature (`r` and `s`) of a SHA-256 digest by the key of that CKA_ID."""
        return self._session.run(lambda at: _sign(at, identity, public, digest))

    def ready(self) -> None:
        """Log in, to find out early whether it can be done.

        Raises:
            the error of `gone`.
        """
        self._session.run(lambda at: at.since)


class TokenKey:
    """A private key inside a token; signs like one of `cryptography`.

    Args:
        token: where it is.
        identity: its CKA_ID.
        public: its public half.
    """

    __slots__ = ("_public", "_token", "identity")

    def __init__(self, token: Token, identity: bytes, public: ec.EllipticCurvePublicKey) -> None:
        self._token = token
        self.identity = identity
        self._public = public

    def public_key(self) -> ec.EllipticCurvePublicKey:
        """The public half."""
        return self._public

    def public_der(self) -> bytes:
        """The public half as SubjectPublicKeyInfo."""
        return self._public.public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def sign(self, data: bytes) -> bytes:
        """The ES256 signature over `data`: `r` and `s` (RFC 7518 §3.4)."""
        return self._token.sign(self.identity, self._public, hashlib.sha256(data).digest())

    def destroy(self) -> None:
        """Remove the key from its token."""
        self._token.destroy(self.identity)


def _generate(at: Open, identity: bytes) -> bytes:
    """The point of a fresh key, as its DER octet string."""
    import pkcs11
    from pkcs11.util.ec import encode_named_curve_parameters

    attribute = pkcs11.Attribute
    with at.token.open(rw=True) as session:
        curve = session.create_domain_parameters(
            pkcs11.KeyType.EC,
            {attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")},
            local=True,
        )
        private = {attribute.SENSITIVE: True, attribute.EXTRACTABLE: False}
        public, _ = curve.generate_keypair(id=identity, label="manyou", store=True, private_template=private)
        return bytes(public[attribute.EC_POINT])


def _destroy(at: Open, identity: bytes) -> None:
    import pkcs11

    with at.token.open(rw=True) as session:
        for found in list(session.get_objects({pkcs11.Attribute.ID: identity})):
            found.destroy()


def _sign(at: Open, identity: bytes, public: ec.EllipticCurvePublicKey, digest: bytes) -> bytes:
    import pkcs11

    return bytes(_find(at, identity, public).sign(digest, mechanism=pkcs11.Mechanism.ECDSA))


def _find(at: Open, identity: bytes, public: ec.EllipticCurvePublicKey) -> Any:
    """The key, once it has proven that it is the one meant and cannot leave the token."""
    import pkcs11

    found = at.keys.get(identity)
    if found is None:
        found = at.session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, id=identity)
        if found[pkcs11.Attribute.EXTRACTABLE] or not found[pkcs11.Attribute.SENSITIVE]:
            raise pkcs11.KeyUnextractable("a key that may leave its token")
        _prove(found, public)
        at.keys[identity] = found
    return found


def _prove(key: Any, public: ec.EllipticCurvePublicKey) -> None:
    import pkcs11

    probe = secrets.token_bytes(_HALF)
    raw = bytes(key.sign(hashlib.sha256(probe).digest(), mechanism=pkcs11.Mechanism.ECDSA))
    r, s = (int.from_bytes(half, "big") for half in (raw[:_HALF], raw[_HALF:]))
    try:
        public.verify(encode_dss_signature(r, s), probe, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise pkcs11.KeyTypeInconsistent("another key has taken this identifier") from None
