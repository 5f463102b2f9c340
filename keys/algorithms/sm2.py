"""Sm2: owns SM2 keys and their signatures with SM3 (GB/T 32918.2, GB/T 32918.5). Imports libcrypto.

A signature is `r` and `s`, 32 bytes each, as JOSE writes those of other curves. No JOSE name is registered:
`NAME` and `CURVE` are the object identifiers of GM/T 0006, which no other algorithm can collide with
(RFC 7515 §4.1.1), and they mean something only between parties that agreed on them.
"""

from functools import cache

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from keys.algorithms import libcrypto

NAME = "urn:oid:1.2.156.10197.1.501"
CURVE = "urn:oid:1.2.156.10197.1.301"
IDENTITY = b"1234567812345678"
"""The distinguishing identifier of a signer who has agreed on no other (GM/T 0009 §10)."""

_SIZE = 32
# DER of a public and of a private key up to their numbers; both have one length only.
_PUBLIC = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d03420004")
_PRIVATE = bytes.fromhex("30770201010420")
_MIDDLE = bytes.fromhex("a00a06082a811ccf5501822da14403420004")


class PublicKey:
    """A point of the SM2 curve.

    Args:
        x, y: coordinates, 32 bytes each, big-endian.

    Raises:
        ValueError: no point of the curve.
        libcrypto.Missing: the system has no SM2.
    """

    __slots__ = ("_handle", "x", "y")

    def __init__(self, x: bytes, y: bytes) -> None:
        if (len(x), len(y)) != (_SIZE, _SIZE):
            raise ValueError("coordinate size")
        self.x, self.y = x, y
        self._handle = libcrypto.load(_PUBLIC + x + y, private=False)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PublicKey) and (self.x, self.y) == (other.x, other.y)

    def __hash__(self) -> int:
        return hash((self.x, self.y))

    def verify(self, signature: bytes, data: bytes) -> bool:
        """Whether `signature` (`r` and `s`) is this key's over `data`."""
        if len(signature) != 2 * _SIZE:
            return False
        r, s = (int.from_bytes(half, "big") for half in (signature[:_SIZE], signature[_SIZE:]))
        return libcrypto.verify(self._handle, data, encode_dss_signature(r, s), IDENTITY)


class PrivateKey:
    """A private SM2 key.

    Args:
        der: an ECPrivateKey with its public half (RFC 5915 §3), as `private_der` gives it.

    Raises:
        ValueError: another form or curve.
        libcrypto.Missing: the system has no SM2.
    """

    __slots__ = ("_der", "_handle", "_public")

    def __init__(self, der: bytes) -> None:
        border = len(_PRIVATE) + _SIZE
        point = border + len(_MIDDLE)
        if (der[: len(_PRIVATE)], der[border:point], len(der)) != (_PRIVATE, _MIDDLE, point + 2 * _SIZE):
            raise ValueError("not a private SM2 key")
        self._der = der
        self._handle = libcrypto.load(der, private=True)
        self._public = PublicKey(der[point : point + _SIZE], der[point + _SIZE :])

    @classmethod
    def generate(cls) -> "PrivateKey":
        """A fresh key."""
        return cls(libcrypto.private_der(libcrypto.generate()))

    def public_key(self) -> PublicKey:
        """The public half."""
        return self._public

    def private_der(self) -> bytes:
        """The key in clear, to be sealed."""
        return self._der

    def sign(self, data: bytes) -> bytes:
        """The signature over `data`: `r` and `s`."""
        r, s = decode_dss_signature(libcrypto.sign(self._handle, data, IDENTITY))
        return r.to_bytes(_SIZE, "big") + s.to_bytes(_SIZE, "big")


@cache
def missing() -> str:
    """Why there is no SM2 on this system; empty where there is. A key is made, signs and verifies."""
    try:
        key = PrivateKey.generate()
        if key.public_key().verify(key.sign(b"probe"), b"probe"):
            return ""
        return "the system's OpenSSL does not accept its own SM2 signatures"
    except (libcrypto.Missing, ValueError) as error:
        return str(error)
