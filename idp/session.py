"""Session: owns one signed-in browser and the clients it has visited. Does not know pages or deliveries.
Imports shelf.

A session is found by its cookie (kept only as a SHA-256), by a `sid` that was given to a client, or by the
`sid` under which the session above it is known. Every `sid` is fresh per session and client, so that clients
cannot join people.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from idp.citizen import Citizen, same_person
from idp.errors import Unavailable
from idp.shelf import Shelf, secret_name
from idp.store import Store
from idp.trusting.origins import Denied

NEVER = 1 << 53
TRIES = 8
"""How often a change is tried against others who change the same session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """The session at a peer that this one came from.

    Attributes:
        issuer: the peer.
        sid: its name for our visit (OIDC Back-Channel Logout §2.1).
        id_token: what it gave us, as `id_token_hint` for leaving; holds no personal data.
    """

    issuer: str
    sid: str
    id_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One signed-in browser.

    Attributes:
        name: SHA-256 of the cookie; where it is stored.
        citizen: who.
        started, seen, expires: seconds since 1970; `expires` is absolute and never later than the session
            above.
        upstream: where it came from, or None when the person authenticated here.
        clients: `client_id` → the `sid` it was given.
        announced: the `auth_time` that was announced to the hub, 0 before.
    """

    name: str
    citizen: Citizen
    started: int
    seen: int
    expires: int
    upstream: Upstream | None = None
    clients: Mapping[str, str] = field(default_factory=dict)
    announced: int = 0


class EndedAbove(Unavailable):
    """The session that this one would come from was ended, and nobody authenticated anew since."""

    def __init__(self) -> None:
        super().__init__("peer", "its session was ended, and it has not heard of that")


class Sessions:
    """The sessions of this node.

    Args:
        idle, absolute: lifetimes in seconds.
        ended: whether the session of a store key was ended for good; asked when a session is touched or gets
            a new client, so that one that comes back with an old snapshot of the store is not believed.
        foreign: the providers that sessions come from; None where nobody watches them.
    """

    def __init__(
        self,
        store: Store,
        *,
        idle: int,
        absolute: int,
        ended: Callable[[str], bool],
        foreign: Denied | None = None,
    ) -> None:
        self._shelf = Shelf(store, "session", Session)
        self._by_sid = Shelf(store, "sid", str)
        self._by_upstream = Shelf(store, "upstream", str)
        self._over = Shelf(store, "over", int)
        self._idle = idle
        self._absolute = absolute
        self._ended = ended
        self._foreign = foreign

    def key(self, session: Session) -> str:
        """The store's key of this session, for whoever must only act while it lives."""
        return self._shelf.key(session.name)

    def find(self, cookie: str | None, *, now: float) -> Session | None:
        """The living session of this cookie. One round trip; another at most every tenth of the idle time."""
        session = self._shelf.get(secret_name(cookie)) if cookie else None
        if session is None or now >= session.expires or now >= session.seen + self._idle:
            return None
        if session.upstream is not None and self._denies(session.citizen.idp, session.upstream.issuer):
            return None
        if now < session.seen + self._idle / 10:
            return session
        if self._ended(self.key(session)):
            return None
        touched = replace(session, seen=int(now))
        return touched if self._swap(session, touched, now) else self._shelf.get(session.name)

    def open(
        self,
        citizen: Citizen,
        *,
        upstream: Upstream | None,
        until: int | None,
        before: Session | None,
        now: float,
    ) -> tuple[str, Session]:
        """Start a session under a new cookie; the old one of the same person goes on in it, dead under its
        old name.

        Args:
            until: when the session above ends, seconds, or None.
            before: this browser's session so far; only its clients are kept, and only for the same person.

        Returns:
            The cookie's value (session fixation: always new) and the session.

        Raises:
            EndedAbove: the session above was ended, whatever the peer said before it heard of that.
        """
        cookie = secrets.token_urlsafe(32)
        same = before is not None and same_person(before.citizen, citizen)
        session = Session(
            name=secret_name(cookie),
            citizen=citizen,
            started=int(now),
            seen=int(now),
            expires=min(int(now) + self._absolute, until or 1 << 53),
            upstream=upstream,
            clients=before.clients if before is not None and same else {},
        )
        self._shelf.put(session.name, session, self._ttl(session, now))
        if upstream is not None:
            if self._foreign is not None:  # after it was kept: whoever ends what is noted finds it
                self._foreign.note(session.name, upstream.issuer, citizen.idp, session.expires)
            above = _above(upstream.issuer, upstream.sid)
            self._by_upstream.put(above, session.name, self._absolute)
            if citizen.auth_time <= (self._over.get(above) or 0):  # asked last, so that no notice slips by
                self._shelf.take(session.name)
                raise EndedAbove
        if before is not None and same:
            session = self._take_over(session, before, now)
        return cookie, session

    def _take_over(self, session: Session, before: Session, now: float) -> Session:
        """Let the old record be gone; clients that another tab visited meanwhile are kept too."""
        last = self._shelf.take(before.name) or before
        whole = replace(session, clients=last.clients)
        if whole != session and not self._swap(session, whole, now):
            raise Unavailable("store", "the session ended meanwhile")
        for sid in whole.clients.values():
            self._by_sid.put(secret_name(sid), session.name, self._absolute)
        return whole

    def visit(self, session: Session, client_id: str, *, announced: bool, now: float) -> tuple[Session, str]:
        """Note that a client is told of this session. No round trip when it was told before.

        Returns:
            The session and the client's `sid` in it.
        """
        for _ in range(TRIES):
            sid = session.clients.get(client_id)
            mark = session.citizen.auth_time if announced else session.announced
            if sid is not None and mark == session.announced:
                return session, sid
            if self._ended(self.key(session)):
                raise Unavailable("store", "a session came back that was ended")
            sid = sid or secrets.token_urlsafe(16)
            changed = replace(session, clients={**session.clients, client_id: sid}, announced=mark)
            self._by_sid.put(secret_name(sid), session.name, self._absolute)
            if self._swap(session, changed, now):
                return changed, sid
            session = self._reread(session)
        raise Unavailable("store", "a session is changed by too many requests at once")

    def announce(self, session: Session, *, now: float) -> Session:
        """Note that the hub was told of this authentication."""
        for _ in range(TRIES):
            changed = replace(session, announced=session.citizen.auth_time)
            if self._swap(session, changed, now):
                return changed
            session = self._reread(session)
        raise Unavailable("store", "a session is changed by too many requests at once")

    def get(self, name: str | None) -> Session | None:
        """The session that is stored under a name."""
        return self._shelf.get(name) if name else None

    def by_sid(self, sid: str, *, client_id: str) -> Session | None:
        """The session in which this client was given this `sid`."""
        session = self.get(self._by_sid.get(secret_name(sid)))
        return session if session is not None and session.clients.get(client_id) == sid else None

    def by_upstream(self, issuer: str, sid: str) -> Session | None:
        """The session that came from this session of a peer."""
        return self.get(self._by_upstream.get(_above(issuer, sid)))

    def ended_above(self, issuer: str, sid: str) -> Session | None:
        """A peer ended its session: none comes from it any more. The one that did, if it lives."""
        self._over.put(_above(issuer, sid), NEVER, self._absolute)
        return self.by_upstream(issuer, sid)

    def end(self, session: Session) -> None:
        """Let it be gone: from here on nothing is issued from it (I4).

        Nor does it come back from the session above, which may hear of the end later than the browser does:
        only a fresh authentication there counts.
        """
        if session.upstream is not None:
            above = _above(session.upstream.issuer, session.upstream.sid)
            if (self._over.get(above) or 0) < session.citizen.auth_time:
                self._over.put(above, session.citizen.auth_time, self._absolute)
        self._shelf.take(session.name)

    def _denies(self, *origins: str) -> bool:
        return self._foreign is not None and self._foreign.denies(origins)

    def _reread(self, session: Session) -> Session:
        found = self._shelf.get(session.name)
        if found is None:
            raise Unavailable("store", "the session ended meanwhile")
        return found

    def _swap(self, old: Session, new: Session, now: float) -> bool:
        return self._shelf.swap(old.name, old, new, self._ttl(new, now))

    def _ttl(self, session: Session, now: float) -> int:
        return max(1, min(self._idle, session.expires - int(now)))


def _above(issuer: str, sid: str) -> str:
    return secret_name(f"{issuer} {sid}")
