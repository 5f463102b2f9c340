"""Badge: owns how this node says to another server who it is: a client assertion. Imports pen.

The same at a token endpoint and when a peer's keys are read, so that the peer knows who has them.
"""

import secrets
from collections.abc import Mapping

from idp.clock import Clock
from idp.errors import Unavailable
from idp.pen import Pen
from keys.kek import SealError
from keys.ring import NoKey

ASSERTION_LIFETIME = 60
"""Seconds."""


class Badge:
    """Makes assertions.

    Args:
        issuer: ours; peers know us by it.
        pen: signs with the ring that signs tokens.
    """

    def __init__(self, issuer: str, pen: Pen, clock: Clock) -> None:
        self._issuer = issuer
        self._pen = pen
        self._clock = clock

    def assertion(self, audience: str) -> str:
        """A client assertion for a peer: `aud` is its issuer alone, good once, for a minute (RFC 7523 §3).

        Raises:
            Unavailable: `records`.
            keys.ring.NoKey: no key signs.
        """
        now = int(self._clock())
        claims = {
            "iss": self._issuer,
            "sub": self._issuer,
            "aud": audience,
            "iat": now,
            "exp": now + ASSERTION_LIFETIME,
            "jti": secrets.token_urlsafe(16),
        }
        return self._pen.sign(claims, typ="JWT")

    def headers(self, audience: str) -> Mapping[str, str]:
        """What goes with a request that anybody may make, to say that we made it; nothing when we cannot
        sign just now."""
        try:
            return {"Authorization": f"Bearer {self.assertion(audience)}"}
        except (Unavailable, NoKey, SealError, ValueError):
            return {}
