"""Notices received: owns judging a peer's word that a session ended. Does not send notices. Imports
leaving, peers, keys.

A forged notice is refused; one seen before is answered as if it were new and has no effect (a retry must
not fail).
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

from idp.clock import Clock
from idp.deliveries import LOGOUT_EVENT, REVOKED_EVENT
from idp.errors import Unavailable, WireError
from idp.leaving import Leaving
from idp.peers import Peers
from idp.session import Sessions
from idp.store import Store
from keys.jose import JoseError, peek, verify

REMEMBERED = 600
"""Seconds for which a `jti` is remembered: longer than any notice lives."""


class Notices:
    """Takes logout tokens from above and session events from below."""

    def __init__(
        self, *, issuer: str, peers: Peers, sessions: Sessions, leaving: Leaving, store: Store, clock: Clock
    ) -> None:
        self._issuer = issuer
        self._peers = peers
        self._sessions = sessions
        self._leaving = leaving
        self._store = store
        self._clock = clock

    def logout_token(self, token: str) -> None:
        """A peer ended the session that ours came from (OIDC Back-Channel Logout §2.6).

        Raises:
            WireError: `invalid_request`, the token does not verify.
        """
        claims = self._verified(token, typ="logout+jwt", event=LOGOUT_EVENT, require=("sid",))
        sid, issuer = claims["sid"], str(claims["iss"])
        if not isinstance(sid, str) or "nonce" in claims:
            raise _refused("claims")
        with self._first(claims) as first:
            session = self._sessions.ended_above(issuer, sid) if first else None
            if session is not None:
                self._leaving.end(session, why="peer", origin=issuer)

    def session_event(self, token: str) -> None:
        """A peer ended a session that came from ours (CAEP session-revoked): we end ours, up and down.

        Raises:
            WireError: `invalid_request`, the event does not verify (RFC 8935 §2.3).
        """
        claims = self._verified(token, typ="secevent+jwt", event=REVOKED_EVENT, require=("sub_id",))
        sid, issuer = _session_of(claims.get("sub_id")), str(claims["iss"])
        if sid is None:
            raise _refused("sub_id")
        with self._first(claims) as first:
            session = self._sessions.by_sid(sid, client_id=issuer) if first else None
            if session is not None:
                self._leaving.end(session, why="peer", origin=issuer)

    def _verified(
        self, token: str, *, typ: str, event: str, require: Collection[str]
    ) -> Mapping[str, object]:
        try:
            hint = peek(token)
            issuer = hint.iss or ""
            if self._peers.known(issuer) is None:
                raise _refused("iss")
            jwks = self._peers.get(issuer).jwks()
            if hint.kid not in _kids(jwks):
                jwks = self._peers.get(issuer, fresh=True).jwks()
            claims = verify(
                token,
                jwks,
                algs=("ES256",),
                typ=(typ,),
                issuer=issuer,
                audience=self._issuer,
                now=self._clock(),
                require=("exp", "iat", "jti", "events", *require),
            )
        except JoseError as error:
            raise _refused(error.reason) from error
        if float(str(claims["exp"])) > self._clock() + REMEMBERED:
            raise _refused("exp")  # it could be sent again after we have forgotten it
        events = claims["events"]
        if not isinstance(events, Mapping) or not isinstance(events.get(event), Mapping):
            raise _refused("events")
        return claims

    @contextmanager
    def _first(self, claims: Mapping[str, object]) -> Iterator[bool]:
        """Whether this notice was never seen before; what could not be carried out may be sent again."""
        key = f"notice:{claims['iss']}:{claims['jti']}"
        first = self._store.add(key, b"", REMEMBERED)
        try:
            yield first
        except Unavailable:
            self._store.take(key)
            raise


def _refused(reason: str) -> WireError:
    return WireError("invalid_request", f"The notice does not verify: {reason}.", cause=reason)


def _kids(jwks: Mapping[str, object]) -> set[object]:
    keys = jwks.get("keys")
    return (
        {key.get("kid") for key in keys if isinstance(key, Mapping)}
        if isinstance(keys, list | tuple)
        else set()
    )


def _session_of(subject: object) -> str | None:
    session = subject.get("session") if isinstance(subject, Mapping) else None
    name = session.get("id") if isinstance(session, Mapping) else None
    return name if isinstance(name, str) else None
