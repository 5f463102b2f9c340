"""Leaving: owns what ends when a session ends. Does not send anything (`deliveries`) and knows no pages.

Sign-out goes up, then down. What must be told is written durably before anything is acknowledged; then the
session is gone; then everybody is told. A server that is already signed out goes no further.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from idp.client import Client, Clients
from idp.clock import Clock
from idp.delivery import Delivery, delivery
from idp.session import Session, Sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """A session's end, as it is written down.

    Attributes:
        session_key: the store's key of the session (a hash, never the cookie).
        ended_at, expires: seconds since 1970; nothing of the session can be alive after `expires`.
        source, local_id: whose it was (as in `Citizen`); kept as a pseudonym only.
        why: `citizen`, `client`, `peer`, `replaced` or `distrust`.
        deliveries: who must be told.
    """

    session_key: str
    ended_at: float
    expires: float
    source: str
    local_id: str
    why: str
    deliveries: tuple[Delivery, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of the notices of one session.

    Attributes:
        sites: own region's relying parties: name by language, and whether they were told.
        others: how many other providers were told or will be.
    """

    sites: tuple[tuple[Client, bool], ...]
    others: int


class Farewells(Protocol):
    """Durable memory of endings: tombstone, deliveries and audit event in one transaction."""

    def write(self, ending: Ending) -> None:
        """Returns when all of it is durable; raises `Unavailable`, and then none of it is."""


class Postman(Protocol):
    """Whoever carries notices."""

    def deliver_now(self, deliveries: Sequence[Delivery]) -> set[str]:
        """Try at once, within a bounded time; returns the ids of what arrived. The rest is tried again
        later."""


class Leaving:
    """Ends sessions.

    Args:
        peer: whether a client is another identity provider.
    """

    def __init__(
        self,
        *,
        sessions: Sessions,
        clients: Clients,
        peer: Callable[[str], bool],
        farewells: Farewells,
        postman: Postman,
        clock: Clock,
    ) -> None:
        self._sessions = sessions
        self._clients = clients
        self._peer = peer
        self._farewells = farewells
        self._postman = postman
        self._clock = clock

    def end(self, session: Session, *, why: str, origin: str | None = None) -> Receipt:
        """End a session everywhere.

        Args:
            why: for the audit: `citizen`, `client`, `peer`, `replaced`, `distrust`.
            origin: the client or peer that told us; it knows already.

        Raises:
            Unavailable: it could not be written down; nothing was ended.
        """
        deliveries = self._deliveries(session, origin)
        ending = Ending(
            session_key=self._sessions.key(session),
            ended_at=self._clock(),
            expires=session.expires,
            source=session.citizen.source,
            local_id=session.citizen.local_id,
            why=why,
            deliveries=deliveries,
        )
        self._farewells.write(ending)
        self._sessions.end(session)
        arrived = self._postman.deliver_now(deliveries)
        return self._receipt(session, {one.target for one in deliveries if one.id in arrived})

    def _deliveries(self, session: Session, origin: str | None) -> tuple[Delivery, ...]:
        up, now = session.upstream, self._clock()
        told: list[Delivery] = []
        if up is not None and up.issuer != origin:
            told.append(delivery("session_event", up.issuer, up.sid, now))
        for client_id, sid in session.clients.items():
            if client_id != origin and self._listens(client_id):
                told.append(delivery("logout_token", client_id, sid, now))
        return tuple(told)

    def _listens(self, client_id: str) -> bool:
        """Whether a client takes logout tokens; a peer that cannot be read just now is told when it is
        back."""
        if self._peer(client_id):
            return True
        client = self._clients.find(client_id)
        return client is not None and client.backchannel_logout_uri is not None

    def _receipt(self, session: Session, told: set[str]) -> Receipt:
        own = [one for one in session.clients if not self._peer(one)]
        sites = tuple((client, one in told) for one in own if (client := self._clients.find(one)))
        peers = {one for one in session.clients if self._peer(one)}
        if session.upstream is not None:
            peers.add(session.upstream.issuer)
        return Receipt(sites=sites, others=len(peers))
