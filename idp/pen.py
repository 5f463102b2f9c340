"""Pen: owns signing with whatever key signs now, and that it is noted until when that counts.

Does not know what is signed. Imports keys. Nothing here waits for SQL or the store: what is noted stays
in memory until the keeper takes it.
"""

from collections.abc import Callable, Mapping

from idp.clock import Clock
from keys import jose
from keys.ledger import Tally
from keys.ring import KeyRing


class Pen:
    """Signs for one issuer and purpose.

    Args:
        ring: gives the ring to sign with, asked anew each time; raises `Unavailable` when this process
            may have missed a change of it for too long.
        tally: notes the latest `exp` of each key.
        clock: seconds since 1970.
    """

    def __init__(self, ring: Callable[[], KeyRing], tally: Tally, clock: Clock) -> None:
        self._ring = ring
        self._tally = tally
        self._clock = clock

    def sign(
        self, claims: Mapping[str, object], *, typ: str, alg: str = "ES256", until: float | None = None
    ) -> str:
        """The claims as a signed token.

        Args:
            until: how long it is believed, seconds since 1970; else its `exp` says it.

        Raises:
            Unavailable: `records`.
            keys.ring.NoKey: no key of this algorithm signs.
        """
        now = self._clock()
        key = self._ring().signer(now, alg)
        token = jose.sign(key, claims, typ=typ)
        self._tally.note(key.kid, at=now, exp=float(str(claims["exp"])) if until is None else until)
        return token
