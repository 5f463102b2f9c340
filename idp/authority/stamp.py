"""Stamp: owns signing for the authority with the key that signs statements now. Imports keys, entity.

What is signed is noted, so that the key stays published until it has expired (I2); a key whose end is known
signs nothing that would outlive it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from federation.statement import ALGS
from idp.clock import Clock
from idp.entity import usable
from keys import jose
from keys.key import SigningKey
from keys.ledger import Tally
from keys.ring import KeyRing


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A signed document.

    Attributes:
        issued, expires: seconds since 1970.
    """

    token: str
    kid: str
    issued: int
    expires: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """Signs with the federation ring.

    Attributes:
        issuer: our entity identifier.
        ring: gives the federation ring as it is now.
        alg: the algorithm, once a key of it signs.
        tally: notes until when what was signed counts.
        clock: seconds since 1970.
    """

    issuer: str
    ring: Callable[[], KeyRing]
    alg: str
    tally: Tally
    clock: Clock

    def sign(
        self,
        claims: Callable[[int, int], Mapping[str, object]],
        *,
        typ: str,
        life: int,
        until: float | None = None,
    ) -> Signed:
        """Sign what `claims(issued, expires)` gives.

        Args:
            life: seconds it is to count.
            until: when it must have expired (seconds since 1970), whatever its life.

        Raises:
            Unavailable: `records`.
            keys.ring.NoKey: no key signs.
        """
        now, key = self.clock(), self._signer()
        ends = [now + life, *(end for end in (until, key.forget_at) if end is not None)]
        issued, expires = int(now), int(min(ends))
        token = jose.sign(key, claims(issued, expires), typ=typ)
        self.tally.note(key.kid, at=now, exp=expires)
        return Signed(token=token, kid=key.kid, issued=issued, expires=expires)

    def counts(self, kid: str) -> bool:
        """Whether a signature of this key is one that verifiers can check."""
        return any(key.kid == kid for key in self.ring().published(self.clock()))

    def read(self, token: str, *, typ: str) -> Mapping[str, object] | None:
        """The claims of something that we signed, however long ago; None: we did not, or with a key that was
        in other hands."""
        keys = [dict(key.public) for key in self.ring().keys if key.compromised_at is None and key.published]
        try:
            return jose.verify(
                token,
                {"keys": keys},
                algs=ALGS,
                typ=(typ,),
                issuer=self.issuer,
                audience=None,
                now=self.clock(),
                require=("iat", "sub"),
                expired_ok=True,
                limits=jose.STATEMENT,
            )
        except jose.JoseError:
            return None

    def jwks(self) -> Mapping[str, object]:
        """Our public federation keys."""
        return self.ring().jwks(self.clock())

    def _signer(self) -> SigningKey:
        ring, now = self.ring(), self.clock()
        return ring.signer(now, usable(ring, self.alg, now))
