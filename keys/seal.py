"""Seal: owns how secrets lie at rest: AES-256-GCM under a key-encrypting key from a file. Imports key.

A sealed thing is bound to what it is (purpose, issuer, kid), so that a row copied to another place does not
open there.
"""

import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from keys.key import PrivateKey, Purpose, SigningKey

_SIZE = 32
_MAGIC = b"MYS1"
_ID = 8
_NONCE = 12


class SealError(Exception):
    """Something sealed that does not open, or a key file that is none.

    Attributes:
        reason: `kek_missing`, `kek_size`, `kek_mode`, `kek_wrong` (sealed under another key-encrypting key),
            `foreign` (sealed as something else, or damaged), `format` (not sealed by us) or `mismatch` (the
            key is not the one named).
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Kek:
    """A key-encrypting key: 32 bytes that stay in this object."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != _SIZE:
            raise SealError(
                "kek_size", f"a key-encrypting key has {_SIZE} bytes, this one {len(self.secret)}"
            )

    @property
    def id(self) -> bytes:
        """Tells keys apart without telling anything about them."""
        return hashlib.sha256(b"manyou kek id\0" + self.secret).digest()[:_ID]


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedKey:
    """A `SigningKey` as it is stored: its private half sealed (None once destroyed), all else readable (dates
    in seconds since 1970)."""

    kid: str
    alg: str
    purpose: Purpose
    issuer: str
    public: Mapping[str, str]
    generated: float
    published: float | None = None
    active_from: float | None = None
    retired_at: float | None = None
    forget_at: float | None = None
    compromised_at: float | None = None
    destroyed_at: float | None = None
    reason: str | None = None
    sealed: bytes | None = field(repr=False)


_OPEN = tuple(f.name for f in fields(SealedKey) if f.name not in {"public", "sealed"})


def read_kek(path: Path) -> Kek:
    """The key-encrypting key in a file of 32 bytes that only its owner can read.

    Raises:
        SealError: `kek_missing`, `kek_mode` or `kek_size`.
    """
    try:
        mode, secret = path.stat().st_mode, path.read_bytes()
    except OSError as error:
        raise SealError("kek_missing", f"{path}: {error.strerror}") from None
    if mode & 0o077:
        raise SealError("kek_mode", f"{path} can be read by others; run: chmod 600 {path}")
    return Kek(secret)


def create_kek(path: Path) -> Kek:
    """A fresh key-encrypting key in a new file of mode 0600.

    Raises:
        FileExistsError: there is one already; it is never overwritten, since everything sealed under it would
            be lost.
    """
    secret = secrets.token_bytes(_SIZE)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
    return Kek(secret)


def seal(kek: Kek, key: SigningKey) -> SealedKey:
    """The key as it may be stored."""
    return SealedKey(
        **{name: getattr(key, name) for name in _OPEN}, public=dict(key.public), sealed=_closed(kek, key)
    )


def unseal(kek: Kek, stored: SealedKey) -> SigningKey:
    """The key that was stored.

    Raises:
        SealError: another key-encrypting key, another row's blob, or a key that is not the one named.
    """
    der = None
    if stored.sealed is not None:
        der = unwrap(kek, ("key", stored.purpose, stored.issuer, stored.kid), stored.sealed)
    try:
        return SigningKey(
            **{name: getattr(stored, name) for name in _OPEN},
            public=stored.public,
            private=None if der is None else _private(der),
        )
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise SealError("mismatch", "what was sealed is not the key of this row") from None


def _closed(kek: Kek, key: SigningKey) -> bytes | None:
    if key.private is None:
        return None
    der = key.private.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return wrap(kek, ("key", key.purpose, key.issuer, key.kid), der)


def wrap(kek: Kek, names: tuple[str, ...], data: bytes) -> bytes:
    """`data` sealed under the names of what it is."""
    head, nonce = _MAGIC + kek.id, secrets.token_bytes(_NONCE)
    return head + nonce + AESGCM(kek.secret).encrypt(nonce, data, _bound(head, names))


def unwrap(kek: Kek, names: tuple[str, ...], blob: bytes) -> bytes:
    """The data that was sealed under these names.

    Raises:
        SealError: `format`, `kek_wrong` or `foreign`.
    """
    head, nonce = blob[: len(_MAGIC) + _ID], blob[len(_MAGIC) + _ID : len(_MAGIC) + _ID + _NONCE]
    if len(nonce) != _NONCE or not head.startswith(_MAGIC):
        raise SealError("format", "this was not sealed by Manyou")
    if head != _MAGIC + kek.id:
        raise SealError("kek_wrong", "sealed under another key-encrypting key; check [keys] kek_file")
    try:
        return AESGCM(kek.secret).decrypt(nonce, blob[len(head) + _NONCE :], _bound(head, names))
    except InvalidTag:
        raise SealError("foreign", "sealed as something else, or damaged") from None


def _bound(head: bytes, names: tuple[str, ...]) -> bytes:
    # JSON keeps the borders between names: ("a", "bc") and ("ab", "c") must not be the same.
    return head + json.dumps(names).encode("ascii")


def _private(der: bytes) -> PrivateKey:
    # What was sealed is authenticated, so what comes out is what went in: the long check of an RSA key's
    # primes (a tenth of a second) would find nothing.
    key = serialization.load_der_private_key(der, password=None, unsafe_skip_rsa_key_validation=True)
    if isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey):
        return key
    raise ValueError("a kind of key that Manyou does not use")
