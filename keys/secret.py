"""Secret: owns secrets that are not signing keys, above all the one behind pairwise subjects. Imports kek
and encoding.

The pairwise secret is sealed and backed up, and never rotated with the key rings: a new one would make every
citizen a stranger at every site.
"""

import hashlib
import hmac
import secrets

from keys.encoding import b64
from keys.kek import Kek, unwrap, wrap


def new_secret() -> bytes:
    """32 random bytes."""
    return secrets.token_bytes(32)


def seal_bytes(kek: Kek, name: str, value: bytes) -> bytes:
    """`value` sealed as the secret of that name."""
    return wrap(kek, ("secret", name), value)


def open_bytes(kek: Kek, name: str, blob: bytes) -> bytes:
    """The secret of that name.

    Raises:
        keys.kek.SealError: sealed under another key, under another name, or not by us.
    """
    return unwrap(kek, ("secret", name), blob)


def pairwise(secret: bytes, sector: str, source: str, local_id: str) -> str:
    """The subject by which one sector knows one citizen (OIDC Core §8.1): base64url of HMAC-SHA256, 43
    characters.

    Args:
        secret: at least 32 bytes, the same for the whole life of an issuer.
        sector: host of the client's redirect URIs, or a peer's issuer.
        source: who knows the citizen: `account`, `directory:<name>`, a peer's issuer.
        local_id: unique within `source`.

    Raises:
        ValueError: a short secret, or a part with NUL in it, which would let two citizens share a subject.
    """
    parts = (sector, source, local_id)
    if len(secret) < 32 or any("\0" in part for part in parts):
        raise ValueError("a short secret, or NUL in a part of a pairwise subject")
    return b64(hmac.digest(secret, "\0".join(parts).encode("utf-8"), hashlib.sha256))
