"""Secret: owns whether a password is the one that an entry holds (RFC 3112's form, as OpenLDAP writes it)."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Sequence

_SCHEMES = {b"SSHA512": "sha512", b"SSHA384": "sha384", b"SSHA256": "sha256", b"SSHA": "sha1"}
_FORM = re.compile(rb"\{([A-Za-z0-9-]+)\}(.*)", re.DOTALL)

# what somebody without a password is compared with, so that the work is the same
NOBODY = b"{SSHA512}" + base64.b64encode(bytes(80))


def fits(held: Sequence[bytes], password: bytes) -> bool:
    """Whether one of the values of `userPassword` is this password."""
    right = [_one(value, password) for value in held or [NOBODY]]
    return bool(password) and bool(held) and any(right)


def _one(value: bytes, password: bytes) -> bool:
    form = _FORM.fullmatch(value)
    if form is None:
        return hmac.compare_digest(value, password)
    algorithm = _SCHEMES.get(form[1].upper())
    if algorithm is None:
        return False
    try:
        raw = base64.b64decode(form[2], validate=True)
    except binascii.Error:
        return False
    size = hashlib.new(algorithm, usedforsecurity=False).digest_size
    made = hashlib.new(algorithm, password + raw[size:], usedforsecurity=False).digest()
    return len(raw) >= size and hmac.compare_digest(raw[:size], made)
