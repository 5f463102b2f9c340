"""Kek: owns key-encrypting keys: where they come from, and the two ways of sealing under them. Imports
encoding, algorithms.

A key-encrypting key is a file of 32 bytes, a secret in the environment, or a passphrase stretched by
Argon2id. While one is replaced, the older one still opens what it sealed.
"""

import hashlib
import json
import os
import secrets
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from keys.algorithms import sm3
from keys.encoding import JoseError, b64, unb64

Sealing = Literal["aes-256-gcm", "sm4-gcm"]

_SIZE = 32
_ID = 8
_NONCE = 12
_TAG = 16
_MAGIC: Mapping[Sealing, bytes] = {"aes-256-gcm": b"MYS1", "sm4-gcm": b"MYS4"}
_COST = {"memory": range(8 * 1024, 4 * 1024 * 1024), "iterations": range(1, 64), "lanes": range(1, 64)}
_NEW_COST = {"memory": 64 * 1024, "iterations": 3, "lanes": 4}  # KiB; RFC 9106 §4, second choice


class SealError(Exception):
    """Something sealed that does not open, or a key-encrypting key that is none.

    Attributes:
        reason: `kek_missing`, `kek_size`, `kek_mode`, `kek_format`, `kek_wrong` (sealed under another
            key-encrypting key), `foreign` (sealed as something else, changed since, or damaged), `format`
            (not sealed by us), `mismatch` (the key is not the one named) or `token` (the key is in a token
            that the settings do not name).
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Kek:
    """A key-encrypting key: 32 bytes that stay in this object.

    Attributes:
        secret: the bytes; in no repr.
        sealing: how new things are sealed; what was sealed says itself how.
        older: one that is being replaced, which still opens.
    """

    secret: bytes = field(repr=False)
    sealing: Sealing = "aes-256-gcm"
    older: "Kek | None" = None

    def __post_init__(self) -> None:
        if len(self.secret) != _SIZE:
            raise SealError(
                "kek_size", f"a key-encrypting key has {_SIZE} bytes, this one {len(self.secret)}"
            )

    @property
    def id(self) -> bytes:
        """Tells keys apart without telling anything about them."""
        return hashlib.sha256(b"manyou kek id\0" + self.secret).digest()[:_ID]

    def replacing(self, older: "Kek") -> "Kek":
        """This one, with another that still opens."""
        return replace(self, older=older)

    def sealed_here(self, blob: bytes) -> bool:
        """Whether it was sealed under this very key, in the way that is wanted now."""
        return blob.startswith(_MAGIC[self.sealing] + self.id)


def read_kek(path: Path, *, sealing: Sealing = "aes-256-gcm") -> Kek:
    """The key-encrypting key in a file of 32 bytes that only its owner can read.

    Raises:
        SealError: `kek_missing`, `kek_mode` or `kek_size`.
    """
    return Kek(_read(path), sealing)


def create_kek(path: Path) -> Kek:
    """A fresh key-encrypting key in a new file of mode 0600.

    Raises:
        FileExistsError: there is one already; it is never overwritten, since everything sealed under it would
            be lost.
    """
    secret = secrets.token_bytes(_SIZE)
    _write(path, secret)
    return Kek(secret)


def take_kek(environ: MutableMapping[str, str], name: str, *, sealing: Sealing = "aes-256-gcm") -> Kek:
    """The key-encrypting key in an environment variable: base64url of 32 bytes without padding.

    The variable is removed, so that no child process and no report of the environment has it.

    Raises:
        SealError: `kek_missing`, `kek_format` or `kek_size`.
    """
    text = environ.pop(name, None)
    if text is None:
        raise SealError("kek_missing", f"the environment has no {name}; set it to base64url of {_SIZE} bytes")
    try:
        return Kek(unb64(text), sealing)
    except JoseError:
        raise SealError("kek_format", f"{name} is not base64url of {_SIZE} bytes without padding") from None


def stretch_kek(passphrase: str, path: Path, *, sealing: Sealing = "aes-256-gcm") -> Kek:
    """The key-encrypting key that Argon2id makes of a passphrase (RFC 9106).

    Args:
        path: a file with the salt and the cost, as `create_stretching` made it; not secret.

    Raises:
        SealError: `kek_missing`, `kek_mode` or `kek_format`. A wrong passphrase shows as `kek_wrong` when
            something is opened.
    """
    try:
        stretching = _stretching(json.loads(_read(path)))
    except (ValueError, TypeError, KeyError, JoseError):
        raise SealError("kek_format", f"{path} does not hold the salt and cost of a passphrase") from None
    return Kek(stretching.derive(passphrase.encode("utf-8")), sealing)


def _stretching(said: Mapping[str, object]) -> Argon2id:
    salt, cost = said["salt"], {name: said[name] for name in _COST}
    lawful = said["kdf"] == "argon2id" and all(cost[name] in allowed for name, allowed in _COST.items())
    if not lawful or not isinstance(salt, str):
        raise ValueError("another kind of stretching, or a cost out of bounds")
    memory, iterations, lanes = (int(str(cost[name])) for name in ("memory", "iterations", "lanes"))
    return Argon2id(salt=unb64(salt), length=_SIZE, iterations=iterations, lanes=lanes, memory_cost=memory)


def create_stretching(path: Path) -> None:
    """A new file with a fresh salt and the cost of stretching a passphrase.

    Raises:
        FileExistsError: there is one already; without its salt the passphrase opens nothing.
    """
    said = {"kdf": "argon2id", "salt": b64(secrets.token_bytes(16)), **_NEW_COST}
    _write(path, json.dumps(said, indent=2).encode("ascii"))


def wrap(kek: Kek, names: tuple[str, ...], data: bytes) -> bytes:
    """`data` sealed under the names of what it is."""
    bound = _bound(names)
    head, nonce = _MAGIC[kek.sealing] + kek.id, secrets.token_bytes(_NONCE)
    if kek.sealing == "aes-256-gcm":
        return head + nonce + AESGCM(kek.secret).encrypt(nonce, data, head + bound)
    sealing = Cipher(algorithms.SM4(_sm4(kek)), modes.GCM(nonce)).encryptor()
    sealing.authenticate_additional_data(head + bound)
    return head + nonce + sealing.update(data) + sealing.finalize() + sealing.tag


def unwrap(kek: Kek, names: tuple[str, ...], blob: bytes) -> bytes:
    """The data that was sealed under these names, by this key or the one that it replaces.

    Raises:
        SealError: `format`, `kek_wrong` or `foreign`.
    """
    start = len(_MAGIC["aes-256-gcm"]) + _ID
    head, nonce, rest = blob[:start], blob[start : start + _NONCE], blob[start + _NONCE :]
    sealing = next((name for name, magic in _MAGIC.items() if head.startswith(magic)), None)
    if len(nonce) != _NONCE or sealing is None:
        raise SealError("format", "this was not sealed by Manyou")
    fitting = next((one for one in (kek, kek.older) if one is not None and head.endswith(one.id)), None)
    if fitting is None:
        raise SealError("kek_wrong", "sealed under another key-encrypting key; check [keys] kek_file")
    bound = _bound(names)
    try:
        if sealing == "aes-256-gcm":
            return AESGCM(fitting.secret).decrypt(nonce, rest, head + bound)
        opening = Cipher(
            algorithms.SM4(_sm4(fitting)), modes.GCM(nonce, rest[-_TAG:], min_tag_length=_TAG)
        ).decryptor()
        opening.authenticate_additional_data(head + bound)
        return opening.update(rest[:-_TAG]) + opening.finalize()
    except (InvalidTag, ValueError):  # ValueError: shorter than a tag
        raise SealError("foreign", "sealed as something else, changed since, or damaged") from None


def _bound(names: tuple[str, ...]) -> bytes:
    # JSON keeps the borders between names: ("a", "bc") and ("ab", "c") must not be the same.
    return json.dumps(names).encode("ascii")


def _sm4(kek: Kek) -> bytes:
    """SM4 takes 16 bytes; never the same bytes as AES."""
    return sm3.mac(kek.secret, b"manyou sm4-gcm")[:16]


def _read(path: Path) -> bytes:
    try:
        mode, content = path.stat().st_mode, path.read_bytes()
    except OSError as error:
        raise SealError("kek_missing", f"{path}: {error.strerror}") from None
    if mode & 0o077:
        raise SealError("kek_mode", f"{path} can be read by others; run: chmod 600 {path}")
    return content


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
