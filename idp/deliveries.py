"""Deliveries: owns carrying notices to those who must know that a session ended. Does not decide who that is.

Down go logout tokens (OIDC Back-Channel Logout §2.4), up go `session-revoked` events (RFC 8417, CAEP) by
push (RFC 8935). Every try is a fresh token that names the same `sid`; a notice that nobody takes stays in
the outbox and is tried again with growing pauses, and is parked with an alarm in the end, never dropped.
"""

import secrets
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, Future, wait
from typing import Protocol
from urllib.parse import urlencode

import structlog

from idp.client import Client, Clients
from idp.clock import Clock
from idp.delivery import Delivery
from idp.errors import Unavailable
from idp.lookout import Lookout
from idp.outbound import Sender
from idp.peers import Peers
from idp.pen import Pen

LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
REVOKED_EVENT = "https://schemas.openid.net/secevent/caep/event-type/session-revoked"
TOKEN_LIFETIME = 120
PATIENCE = 1.0
"""Seconds that a person waits for deliveries; the rest goes on without them."""

PAUSES = (2, 5, 15, 60, 300, 900, 3600)
"""Seconds between tries, the last one for ever."""

PARKED_AFTER = 72 * 3600

log = structlog.get_logger("deliveries")


class Outbox(Protocol):
    """The durable list of notices; each taken one is lent, so that two workers do not both send it."""

    def due(self, now: float, limit: int) -> Sequence[Delivery]:
        """Take what is due."""

    def done(self, id_: str, now: float) -> None:
        """It has arrived."""

    def retry(self, id_: str, next_try: float) -> None:
        """It has not; again then."""

    def park(self, id_: str, now: float) -> None:
        """It will not arrive by itself."""


class Deliveries:
    """Carries notices, at once and later."""

    def __init__(
        self,
        *,
        issuer: str,
        outbox: Outbox,
        clients: Clients,
        peers: Peers,
        outbound: Sender,
        pen: Pen,
        lookout: Lookout,
        clock: Clock,
        pool: Executor,
    ) -> None:
        self._issuer = issuer
        self._outbox = outbox
        self._clients = clients
        self._peers = peers
        self._outbound = outbound
        self._pen = pen
        self._lookout = lookout
        self._clock = clock
        self._pool = pool

    def deliver_now(self, deliveries: Sequence[Delivery]) -> set[str]:
        """Try these at once and wait a moment for them; returns the ids of those that arrived meanwhile."""
        futures: dict[Future[bool], str] = {self._pool.submit(self._try, one): one.id for one in deliveries}
        finished = wait(futures, timeout=PATIENCE).done
        return {futures[one] for one in finished if one.exception() is None and one.result()}

    def deliver_due(self, limit: int = 50) -> int:
        """Try what is due; returns how many notices were tried."""
        entries = self._outbox.due(self._clock(), limit)
        wait([self._pool.submit(self._try, entry) for entry in entries])
        return len(entries)

    def _try(self, entry: Delivery) -> bool:
        try:
            arrived = self._send(entry)
        except Unavailable as error:
            log.info("delivery_failed", kind=entry.kind, id=entry.id, cause=error.cause)
            arrived = False
        except Exception:  # one notice that cannot be sent must not keep the others back
            log.exception("delivery_broken", kind=entry.kind, id=entry.id)
            arrived = False
        now = self._clock()
        if arrived:
            self._outbox.done(entry.id, now)
        elif now > entry.created + PARKED_AFTER:
            log.error("delivery_parked", kind=entry.kind, id=entry.id)
            self._outbox.park(entry.id, now)
        else:
            self._outbox.retry(entry.id, now + PAUSES[min(entry.tries, len(PAUSES)) - 1])
        return arrived

    def _send(self, entry: Delivery) -> bool:
        sid = str(entry.payload["sid"])
        if entry.kind == "session_event":
            return self._push_event(entry.target, sid)
        client = self._clients.find(entry.target)
        if client is None or not client.backchannel_logout_uri:
            return (
                self._peers.known(entry.target) is None
            )  # a client that is gone needs no notice; a peer comes back
        token = self.logout_token(client, sid)
        reply = self._outbound.send(
            "POST",
            client.backchannel_logout_uri,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            body=urlencode({"logout_token": token}).encode(),
        )
        return self._taken(reply.status in (200, 204), token, client.client_id)

    def _push_event(self, issuer: str, sid: str) -> bool:
        endpoint = self._peers.get(issuer).endpoint("manyou_events_endpoint")
        event = self.session_event(issuer, sid)
        reply = self._outbound.send(
            "POST",
            endpoint,
            headers={"Content-Type": "application/secevent+jwt", "Accept": "application/json"},
            body=event.encode(),
        )
        return self._taken(reply.status in (200, 202), event, issuer)

    def _taken(self, arrived: bool, token: str, observer: str) -> bool:
        """Whoever takes a notice has verified its signature, or must have (Back-Channel Logout §2.6)."""
        if arrived:
            known = self._peers.known(observer) is not None
            self._lookout.accepted(token, observer, "peer" if known else "client")
        return arrived

    def logout_token(self, client: Client, sid: str) -> str:
        """A logout token for a client (OIDC Back-Channel Logout §2.4): names the `sid` only.

        Signed as its ID tokens are: a client that reads RS256 alone would refuse any other (§2.6).
        """
        claims = {"sid": sid, "events": {LOGOUT_EVENT: {}}}
        return self._sign(client.client_id, claims, typ="logout+jwt", alg=client.id_token_alg)

    def session_event(self, issuer: str, sid: str) -> str:
        """A security event token for the peer above (RFC 8417 §2, CAEP session-revoked)."""
        event = {REVOKED_EVENT: {"event_timestamp": int(self._clock())}}
        subject = {"format": "complex", "session": {"format": "opaque", "id": sid}}
        return self._sign(issuer, {"sub_id": subject, "events": event}, typ="secevent+jwt")

    def _sign(self, audience: str, claims: Mapping[str, object], *, typ: str, alg: str = "ES256") -> str:
        now = int(self._clock())
        common = {
            "iss": self._issuer,
            "aud": audience,
            "iat": now,
            "exp": now + TOKEN_LIFETIME,
            "jti": secrets.token_urlsafe(16),
        }
        return self._pen.sign({**common, **claims}, typ=typ, alg=alg)
