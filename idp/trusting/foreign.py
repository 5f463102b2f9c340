"""Foreign: owns the sessions that came from other identity providers, and their end when one of those is
trusted no longer. Imports session, origins.

Its sessions are denied at once (`origins`), whatever else has to be done, and then ended one by one, so that
their sites are told.
"""

from typing import Protocol

from idp.clock import Clock
from idp.session import Session, Sessions
from idp.trusting.origins import Denied, Origins

AT_ONCE = 200
"""Sessions that are ended before it is looked for more."""


class EndsSessions(Protocol):
    """Whoever ends a session everywhere."""

    def end(self, session: Session, *, why: str, origin: str | None = None) -> object:
        """Raises `Unavailable` when that could not be written down."""


class ForeignSessions:
    """Ends what came from a provider."""

    def __init__(
        self, *, denied: Denied, records: Origins, sessions: Sessions, leaving: EndsSessions, clock: Clock
    ) -> None:
        self._denied = denied
        self._records = records
        self._sessions = sessions
        self._leaving = leaving
        self._clock = clock

    def origins(self) -> frozenset[str]:
        """The providers behind the sessions that may be alive, and those that are denied."""
        return self._records.alive(self._clock()) | self._denied.denied

    def trusted(self, origin: str) -> None:
        """A chain leads to a provider."""
        self._denied.allow(origin)

    def deny(self, origin: str) -> None:
        """No chain leads to a provider any more: what came from it is not believed from this moment."""
        self._denied.deny(origin)

    def end(self, origin: str) -> None:
        """End every session that came from a provider, and tell their sites. A session whose record is not
        there (any more) has ended: it is kept before it is noted (`session`).

        Raises:
            Unavailable: some could not be ended; they are not believed all the same, and tried again.
        """
        while names := self._records.of(origin, limit=AT_ONCE):
            for name in names:
                session = self._sessions.get(name)
                if session is not None:
                    self._leaving.end(session, why="distrust", origin=origin)
                self._records.forget(name)
