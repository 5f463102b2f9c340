"""Signatures: owns which signatures were found good, until what they sign ends (OIDF §10.2). Imports bounded.

Kept in this process only: whoever can write to a shared cache must not be able to say that a signature is
good.
"""

from collections.abc import Callable

from federation.bounded import Bounded


class KnownSignatures:
    """Good signatures by the SHA-256 of the text and the thumbprint of the key.

    Args:
        clock: seconds since 1970.
        count: how many are kept.
    """

    def __init__(self, clock: Callable[[], float], count: int) -> None:
        self._clock = clock
        self._good: Bounded[tuple[str, str], int] = Bounded(count)

    def known(self, token_sha256: str, key_thumbprint: str) -> bool:
        """Whether this key's signature of this very text was good."""
        until = self._good.get((token_sha256, key_thumbprint))
        return until is not None and self._clock() < until

    def remember(self, token_sha256: str, key_thumbprint: str, until: int) -> None:
        """Keep that it was, until a second since 1970."""
        self._good.put((token_sha256, key_thumbprint), until)
