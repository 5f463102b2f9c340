"""Seal: owns signing keys as they are stored. Imports kek, key, private.

The private half is sealed, and the seal covers the whole row and the version of its ring: whoever can write
the database, and cannot open the seal, cannot give a key another purpose, issuer or date, cannot take back
that it was compromised, and cannot put an older row back. A key whose private half was destroyed keeps a seal
round nothing, for the same reason.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from cryptography.exceptions import UnsupportedAlgorithm

from keys.hsm import Token
from keys.kek import Kek, SealError, Sealing, create_kek, read_kek, unwrap, wrap
from keys.key import Purpose, SigningKey
from keys.private import NoTokenError, pack, unpack

__all__ = [
    "Kek",
    "SealError",
    "SealedKey",
    "Sealing",
    "create_kek",
    "read_kek",
    "seal",
    "unseal",
    "unwrap",
    "wrap",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedKey:
    """A `SigningKey` as it is stored: its private half sealed, all else readable (dates in seconds since
    1970)."""

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
    sealed: bytes = field(repr=False)


_OPEN = tuple(f.name for f in fields(SealedKey) if f.name not in {"public", "sealed"})


def seal(kek: Kek, key: SigningKey, *, version: int) -> SealedKey:
    """The key as it may be stored.

    Args:
        version: of the ring that the row will belong to: one more than the version it replaces.
    """
    row = SealedKey(**{name: getattr(key, name) for name in _OPEN}, public=dict(key.public), sealed=b"")
    return _with_seal(row, wrap(kek, _names(row, version), pack(key.private)))


def unseal(kek: Kek, stored: SealedKey, *, version: int, token: Token | None = None) -> SigningKey:
    """The key that was stored.

    Args:
        version: of the ring that the row was read with.
        token: where keys in tokens are looked for, once they sign.

    Raises:
        SealError: another key-encrypting key, a row that was changed or put back, a key that is not the one
            named, or one in a token that nobody named.
    """
    data = unwrap(kek, _names(stored, version), stored.sealed)
    try:
        return SigningKey(
            **{name: getattr(stored, name) for name in _OPEN},
            public=stored.public,
            private=unpack(data, stored.alg, token),
        )
    except NoTokenError:
        raise SealError("token", "this key is in a PKCS#11 token; write [keys] token_module") from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise SealError("mismatch", "what was sealed is not the key of this row") from None


def _with_seal(row: SealedKey, sealed: bytes) -> SealedKey:
    return SealedKey(**{f.name: getattr(row, f.name) for f in fields(row)} | {"sealed": sealed})


def _names(row: SealedKey, version: int) -> tuple[str, ...]:
    """What the seal covers, the same whether SQL gives a number back as it was put in or as a float."""
    said = {name: getattr(row, name) for name in _OPEN}
    plain = {name: float(value) if isinstance(value, int | float) else value for name, value in said.items()}
    return ("key", str(version), json.dumps({**plain, "public": dict(row.public)}, sort_keys=True))
