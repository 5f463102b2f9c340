"""Entrance: owns what happens to the browser's session when somebody was authenticated, here or elsewhere.

A new session id every time (fixation); a session of somebody else is ended everywhere first. Imports
session, leaving.
"""

from dataclasses import dataclass
from typing import Literal

from adapters.names import fold
from idp.audit import Audit
from idp.citizen import Citizen, same_person
from idp.clock import Clock
from idp.directory import Signed
from idp.leaving import Leaving
from idp.session import Session, Sessions, Upstream
from idp.travel import Arrival
from idp.web.visitor import Visitor


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """Opens sessions."""

    sessions: Sessions
    leaving: Leaving
    audit: Audit
    clock: Clock

    def signed_in(self, signed: Signed, who: Visitor) -> None:
        """A password was right here."""
        self.audit.record(
            "signin.succeeded",
            source=signed.citizen.source,
            local_id=signed.citizen.local_id,
            rl=signed.citizen.rl,
        )
        self._open(signed.citizen, who, upstream=None, until=None)
        who.remember_device(signed.device)

    def failed(self, event: Literal["signin.failed", "signin.held"], username: str) -> None:
        """A password was wrong, or was not looked at; the name is kept as a pseudonym only."""
        self.audit.record(event, source="username", local_id=fold(username) or "?")

    def arrived(self, arrival: Arrival, who: Visitor) -> None:
        """A peer vouched for somebody. Their session goes on untouched when it is the same and no fresher.

        Raises:
            EndedAbove: of a session that has ended.
        """
        if same_visit(who.session, arrival):
            return
        self.audit.record(
            "peer.vouched",
            source=arrival.citizen.source,
            local_id=arrival.citizen.local_id,
            client=arrival.upstream.issuer,
            acr=arrival.citizen.acr,
        )
        lost = self.sessions.by_upstream(arrival.upstream.issuer, arrival.upstream.sid)
        if who.session is None and lost is not None and same_person(lost.citizen, arrival.citizen):
            who.session = lost  # the browser lost its cookie: one session above has one below
        self._open(arrival.citizen, who, upstream=arrival.upstream, until=arrival.until)

    def _open(self, citizen: Citizen, who: Visitor, *, upstream: Upstream | None, until: int | None) -> None:
        before = who.session
        if before is not None and not same_person(before.citizen, citizen):
            self.leaving.end(before, why="replaced")
            before = None
        cookie, session = self.sessions.open(
            citizen, upstream=upstream, until=until, before=before, now=self.clock()
        )
        who.enter(cookie, session)


def same_visit(session: Session | None, arrival: Arrival) -> bool:
    """Whether what arrived is what this session already says."""
    if session is None or session.upstream is None or not same_person(session.citizen, arrival.citizen):
        return False
    return (
        session.upstream.sid == arrival.upstream.sid
        and session.citizen.auth_time == arrival.citizen.auth_time
    )
