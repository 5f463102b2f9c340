"""Endpoint: owns the order of checks of the registration endpoint (RFC 7591 §3) and of the client
configuration endpoint (RFC 7592 §2). Does not know HTTP.

In this order: who asks (RFC 6750), how often, whether the body is strict JSON, what it makes. Nothing of a
body is read for somebody who may not ask.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import quote

from idp.answer import Answer
from idp.audit import Entry
from idp.client import Client
from idp.clock import Clock
from idp.dynamic import InitialToken, Registered, digest, matches
from idp.errors import WireError
from idp.oauth import bearer
from idp.oauth.metadata import REGISTRATION
from idp.oauth.registration.metadata import client_of
from idp.oauth.registration.pace import Pace
from idp.oauth.registration.rows import InitialTokens, Rows
from idp.oauth.registration.sector import Sectors
from idp.oauth.registration.values import Said
from idp.oauth.wire import NO_STORE, WireRequest, told
from idp.registration import metadata
from keys.encoding import JoseError, strict_json

_DEPTH = 6  # {"jwks": {"keys": [{"x5c": […]}]}}
_OURS = (
    "registration_access_token",
    "registration_client_uri",
    "client_secret_expires_at",
    "client_id_issued_at",
)
_ASK = "the initial access token is not one of ours, or revoked, expired or used up: ask this node's operator"
_GONE = "the registration access token opens no registration at this address, or not any more"


class DynamicRegistration:
    """Registers relying parties that ask for it.

    Args:
        issuer: ours.
        algorithms: with which a key signs ID tokens already.
        initial: who may register.
        rows: who did.
        pace: how often one token may be used.
        sectors: checks whose subjects several hosts share.
        clock: seconds since 1970.
    """

    def __init__(
        self,
        *,
        issuer: str,
        algorithms: Sequence[str],
        initial: InitialTokens,
        rows: Rows,
        pace: Pace,
        sectors: Sectors,
        clock: Clock,
    ) -> None:
        self._issuer = issuer
        self._algorithms = algorithms
        self._initial = initial
        self._rows = rows
        self._pace = pace
        self._sectors = sectors
        self._clock = clock

    def register(self, wire: WireRequest, body: bytes) -> Answer:
        """Register a relying party (RFC 7591 §3.1).

        Raises:
            WireError: RFC 7591 §3.2.2, RFC 6750 §3.1; 429 for too many.
        """
        leave = self._leave(wire)
        self._slow_down(f"initial-{leave.id}")
        said = _document(wire, body)
        client_id = secrets.token_urlsafe(16)
        client, secret = _credential(self._client(said, client_id), None)
        token, now = secrets.token_urlsafe(32), self._clock()
        one = Registered(client=client, token_sha256=digest(token), issued=now, initial=leave.id)
        details = {"by": "itself", "token": leave.id, "auth_method": client.auth_method}
        entry = Entry(at=now, event="client.added", client=client_id, details=details)
        if not self._rows.add(one, entry):
            raise bearer.invalid("initial access token: used up meanwhile", _ASK)
        return told(self._document(one, token, secret), status=201)

    def read(self, wire: WireRequest, client_id: str) -> Answer:
        """Say what is registered (RFC 7592 §2.1). A secret is not kept, so it is not said again.

        Raises:
            WireError: RFC 6750 §3.1; 429 for too many; as every verb below.
        """
        one, token = self._own(wire, client_id)
        return told(self._document(one, token, None))

    def update(self, wire: WireRequest, client_id: str, body: bytes) -> Answer:
        """Register anew, judged as at first; what is not sent is as if it never was (RFC 7592 §2.2).

        What an operator decided since stays: whether citizens are asked, and PKCE.
        """
        one, token = self._own(wire, client_id)
        said = _document(wire, body)
        _check_update(said, one.client)
        made = replace(self._client(said, client_id), consent=one.client.consent, pkce=one.client.pkce)
        client, secret = _credential(made, one.client)
        now = self._clock()
        entry = Entry(at=now, event="client.changed", client=client_id, details={"by": "itself"})
        changed = replace(one, client=client)
        if not self._rows.replace(changed, entry, stranger=_stranger(client, one.client)):
            raise bearer.invalid("removed meanwhile", _GONE)
        return told(self._document(changed, token, secret))

    def remove(self, wire: WireRequest, client_id: str) -> Answer:
        """Forget a relying party: nobody can sign in there, and its tokens open nothing (RFC 7592 §2.3)."""
        self._own(wire, client_id)
        entry = Entry(at=self._clock(), event="client.removed", client=client_id, details={"by": "itself"})
        if not self._rows.remove(client_id, entry):
            raise bearer.invalid("removed meanwhile", _GONE)
        return Answer(204, "", NO_STORE)

    def _leave(self, wire: WireRequest) -> InitialToken:
        token = bearer.presented(wire)
        found = self._initial.find(digest(token))
        if not matches(token, found.sha256 if found else None) or found is None:
            raise bearer.invalid("initial access token: unknown", _ASK)
        standing = found.standing(self._clock())
        if standing != "live":
            raise bearer.invalid(f"initial access token {found.id}: {standing}", _ASK)
        return found

    def _own(self, wire: WireRequest, client_id: str) -> tuple[Registered, str]:
        token = bearer.presented(wire)
        found = self._rows.find(client_id)
        if not matches(token, found.token_sha256 if found else None) or found is None:
            raise bearer.invalid("registration access token: not that of the client", _GONE)
        self._slow_down(f"client-{client_id}")
        return found, token

    def _slow_down(self, name: str) -> None:
        if seconds := self._pace.wait(name):
            raise WireError(
                "temporarily_unavailable",
                f"this token was used too often within a minute; wait {seconds} seconds",
                status=429,
                headers={"Retry-After": str(seconds)},
            )

    def _client(self, said: Said, client_id: str) -> Client:
        client = client_of(said, client_id=client_id, algorithms=self._algorithms)
        self._sectors.check(client)
        return client

    def _document(self, one: Registered, token: str, secret: str | None) -> Mapping[str, object]:
        """RFC 7591 §3.2.1, RFC 7592 §3."""
        client_id = one.client.client_id
        return {
            **metadata(one.client, secret=secret),
            "client_id_issued_at": int(one.issued),
            "registration_access_token": token,
            "registration_client_uri": f"{self._issuer}{REGISTRATION}/{quote(client_id, safe='')}",
        }


def _document(wire: WireRequest, body: bytes) -> Said:
    """The metadata as sent.

    Raises:
        WireError: not a JSON object in strict form.
    """
    kind = wire.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise WireError("invalid_request", "send the metadata as application/json", status=415)
    try:
        return strict_json(body, depth=_DEPTH)
    except JoseError as error:
        public = f"send one JSON object: no name twice, and at most {_DEPTH} levels deep"
        raise WireError("invalid_client_metadata", public, cause=f"body: {error.reason}") from None


def _credential(client: Client, before: Client | None) -> tuple[Client, str | None]:
    """The client with a secret where its method wants one: a new one only where it had none."""
    if not client.auth_method.startswith("client_secret"):
        return client, None
    if before is not None and before.secret_sha256:
        return replace(client, secret_sha256=before.secret_sha256), None
    secret = secrets.token_urlsafe(32)
    return replace(client, secret_sha256=hashlib.sha256(secret.encode()).hexdigest()), secret


def _check_update(said: Said, client: Client) -> None:
    """RFC 7592 §2.2."""
    if said.get("client_id") != client.client_id:
        raise WireError("invalid_request", "client_id must be there, and be that of the address")
    for name in _OURS:
        if name in said:
            raise WireError("invalid_request", f"leave {name} out: it is ours to say (RFC 7592 §2.2)")
    secret = said.get("client_secret")
    if secret is not None and not (isinstance(secret, str) and client.secret_matches(secret)):
        raise WireError("invalid_request", "client_secret is not the current one; leave it out")


def _stranger(client: Client, before: Client) -> bool:
    """Whether it looks like another site to citizens: what they agreed to was for the one they saw."""
    return (client.name, client.sector, client.client_uri) != (before.name, before.sector, before.client_uri)
