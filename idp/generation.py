"""Generation: owns the spelling of refresh tokens. Does not know which are good (`families`).

Imports nothing of ours. A token is the name of its grant, a secret, and a tag that only we can make:

1. The secret of the first comes from the code, that of each later one from the token before it, under a key
   of ours: only who has both can make the next, and a lost answer can be given again although no token is
   kept.
2. The tag binds it to its client and tells a token that was ours once from one that was made up: only the
   first can raise an alarm, so nobody ends the tokens of others by guessing.
"""

import base64
import binascii
import hashlib
import hmac

_NAME = 32
_SECRET = 32
_TAG = 16
_LENGTH = (_NAME + _SECRET + _TAG) * 4 // 3 + 1  # without padding


class Generations:
    """Makes and reads refresh tokens.

    Args:
        key: secret of this issuer.
    """

    def __init__(self, key: bytes) -> None:
        self._secrets = hmac.digest(key, b"refresh token secrets", hashlib.sha256)
        self._tags = hmac.digest(key, b"refresh token tags", hashlib.sha256)

    def first(self, code: str, *, gid: str, client_id: str) -> str:
        """The refresh token that comes with a code's access token.

        Args:
            gid: name of the grant that the code is redeemed into.
        """
        return self._made(gid, client_id, code)

    def after(self, token: str, *, gid: str, client_id: str) -> str:
        """The one that follows a token."""
        return self._made(gid, client_id, token)

    def read(self, token: str, *, client_id: str) -> str | None:
        """The name of the grant of a token that we made for this client once; None for anything else."""
        if len(token) != _LENGTH or not token.isascii():
            return None
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except binascii.Error:
            return None
        body, tag = raw[:-_TAG], raw[-_TAG:]
        if _encoded(raw) != token or not hmac.compare_digest(tag, self._tag(body, client_id)):
            return None
        return _encoded(body[:_NAME])

    def _made(self, gid: str, client_id: str, before: str) -> str:
        name = base64.urlsafe_b64decode(gid + "=" * (-len(gid) % 4))
        body = name + hmac.digest(self._secrets, f"{client_id}\0{before}".encode(), hashlib.sha256)
        return _encoded(body + self._tag(body, client_id))

    def _tag(self, body: bytes, client_id: str) -> bytes:
        return hmac.digest(self._tags, body + client_id.encode(), hashlib.sha256)[:_TAG]


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
