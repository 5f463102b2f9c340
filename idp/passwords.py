"""Passwords: owns how a password is kept and compared. Does not know whose it is.

Imports cryptography and errors. Argon2id, 19 MiB, two passes, one lane (OWASP's and RFC 9106's small
setting), as PHC strings. The sign-in page is all hash, so the number of hashes at once is bounded: a flood
waits or is refused, it does not starve the rest.
"""

import os
import secrets
from collections.abc import Callable
from threading import BoundedSemaphore
from typing import ParamSpec, TypeVar

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from idp.errors import Unavailable

P = ParamSpec("P")
R = TypeVar("R")

_MEMORY = 19 * 1024  # KiB
_PASSES = 2
_LANES = 1
_LONGEST = 1024  # bytes


class Passwords:
    """Makes and checks password hashes.

    Args:
        at_once: how many hashes run at a time; by default one per processor.
        patience: seconds that a caller waits for its turn.
    """

    def __init__(self, at_once: int | None = None, patience: float = 3.0) -> None:
        self._turns = BoundedSemaphore(at_once or os.cpu_count() or 1)
        self._patience = patience
        self._nobody = self._make(secrets.token_urlsafe(16).encode())

    def hash(self, password: str) -> str:
        """A PHC string with a fresh salt.

        Raises:
            ValueError: empty, or longer than 1,024 bytes.
            Unavailable: too many at once.
        """
        data = password.encode("utf-8", "surrogatepass")
        if not 0 < len(data) <= _LONGEST:
            raise ValueError(f"a password has 1 to {_LONGEST} bytes")
        return self._turn(self._make, data)

    def check(self, password: str, phc: str | None) -> bool:
        """Whether this is the password. Takes as long when there is nobody (`phc` None) to compare with.

        Raises:
            Unavailable: too many at once.
        """
        data = password.encode("utf-8", "surrogatepass")
        lawful = 0 < len(data) <= _LONGEST
        same = self._turn(_same, data[:_LONGEST], phc or self._nobody)
        return same and lawful and phc is not None

    def outdated(self, phc: str) -> bool:
        """Whether a hash was made with other settings than ours: to be made anew at the next sign-in."""
        return not phc.startswith(f"$argon2id$v=19$m={_MEMORY},t={_PASSES},p={_LANES}$")

    def _make(self, data: bytes) -> str:
        kind = Argon2id(
            salt=secrets.token_bytes(16), length=32, iterations=_PASSES, lanes=_LANES, memory_cost=_MEMORY
        )
        return kind.derive_phc_encoded(data)

    def _turn(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        if not self._turns.acquire(timeout=self._patience):
            raise Unavailable("passwords", "too many sign-ins at once")
        try:
            return work(*args, **kwargs)
        finally:
            self._turns.release()


def _same(data: bytes, phc: str) -> bool:
    try:
        Argon2id.verify_phc_encoded(data, phc)
    except (InvalidKey, ValueError):  # ValueError: a damaged hash lets nobody in
        return False
    return True
