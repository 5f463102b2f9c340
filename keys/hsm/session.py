"""Session: owns the one login of this process at a PKCS#11 token. Knows no keys. Imports none of ours.

Rules: one call at a time, since python-pkcs11 starts a vendor's library without asking for locks, and such a
library crashes when two threads are in it (several worker processes sign side by side); a token that went
away is opened anew once per call, and never more often than every `PAUSE` seconds; a PIN that was refused is
never tried again, since a few wrong ones lock the token.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

PAUSE = 1.0
"""Least seconds between two attempts to reach a token that does not answer."""

T = TypeVar("T")
_inside: dict[Path, threading.Lock] = {}


class TokenUnavailable(Exception):
    """The token does not do what it was asked; nothing else signs instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenSettings:
    """Which token.

    Attributes:
        module: the vendor's PKCS#11 library.
        label: the token's name.
        pin: of the user; in no repr.
        wait: seconds to wait while others sign.
    """

    module: Path
    label: str
    pin: str = field(repr=False)
    wait: float = 3.0


@dataclass(slots=True)
class Open:
    """A token that we are logged in at.

    Attributes:
        token: of python-pkcs11, which opens sessions for writing.
        session: of python-pkcs11, for reading and signing.
        since: monotonic seconds.
        keys: that were found, by CKA_ID.
    """

    token: Any
    session: Any
    since: float
    keys: dict[bytes, Any] = field(default_factory=dict)


class Session:
    """The login at one token.

    Args:
        settings: which token; nothing is opened until it is needed.
        gone: makes the error that is raised when the token does not do what it is asked.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        settings: TokenSettings,
        *,
        gone: Callable[[str], Exception] = TokenUnavailable,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._gone = gone
        self._clock = clock
        self._inside = _inside.setdefault(settings.module, threading.Lock())
        self._open: Open | None = None
        self._tried = False
        self._retry_at = 0.0
        self._locked_out = False
        self._process = os.getpid()

    def run(self, work: Callable[[Open], T]) -> T:
        """Do it at the token; when that went away meanwhile, once more after a fresh login.

        Raises:
            the error of `gone`.
        """
        try:
            import pkcs11
        except ImportError:
            raise self._gone("python-pkcs11 is not installed; install manyou[hsm]") from None
        with self._alone():
            try:
                return work(self._at_hand())
            except pkcs11.PKCS11Error as error:
                if not self._dropped():
                    raise self._gone(f"the token refused ({type(error).__name__})") from None
            try:
                return work(self._at_hand())
            except pkcs11.PKCS11Error as error:
                raise self._gone(f"the token refused ({type(error).__name__})") from None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if not self._inside.acquire(timeout=self._settings.wait):
            raise self._gone("the token is busy")
        try:
            yield
        finally:
            self._inside.release()

    def _at_hand(self) -> Open:
        import pkcs11

        if self._process != os.getpid():  # a login does not survive a fork
            self._open, self._process = None, os.getpid()
        if self._open is not None:
            return self._open
        if self._locked_out:
            raise self._gone("the token refused the PIN; put the right one into pin_file and restart")
        if self._clock() < self._retry_at:
            raise self._gone("the token did not answer a moment ago")
        try:
            self._open = self._log_in()
        except (pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLocked, pkcs11.PinExpired):
            self._locked_out = True
            raise self._gone("the token refused the PIN") from None
        except (pkcs11.PKCS11Error, RuntimeError, OSError) as error:
            self._retry_at = self._clock() + PAUSE
            raise self._gone(f"no token {self._settings.label!r} ({type(error).__name__})") from None
        return self._open

    def _log_in(self) -> Open:
        import pkcs11

        library = pkcs11.lib(str(self._settings.module))
        if self._tried:
            library.reinitialize()  # a token that came back is only seen by a fresh start of its library
        self._tried = True
        token = library.get_token(token_label=self._settings.label)
        return Open(token, token.open(user_pin=self._settings.pin), self._clock())

    def _dropped(self) -> bool:
        """Forget a login that stopped working, unless it was made a moment ago."""
        if self._open is not None and self._clock() < self._open.since + PAUSE:
            return False
        self._open = None
        return True
