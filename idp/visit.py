"""Visit: owns one trip of a browser to another identity provider and back. Does not know what the trip was
for beyond the login it belongs to. Imports shelf.
"""

from dataclasses import dataclass

from idp.shelf import Shelf, secret_name
from idp.store import Store

LIFETIME = 1800
"""Seconds a trip may take; a person types a password on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What must fit when the browser comes back.

    Attributes:
        issuer: the peer it was sent to; the answer's `iss` must be this (RFC 9207, mix-up).
        browser: hash of the cookie of the browser that left.
        nonce: must be in the ID token (OIDC Core §3.1.3.7).
        verifier: of PKCE (RFC 7636 §4.1).
        silent: whether it was sent with `prompt=none`.
        scopes: asked for.
        sent: when it left, seconds.
        login_id: the journey that waits for it, or None for an announcement.
        return_to: where an announcement always goes back to.
    """

    issuer: str
    browser: str
    nonce: str
    verifier: str
    silent: bool
    scopes: tuple[str, ...]
    sent: int
    login_id: str | None = None
    return_to: str | None = None


class Visits:
    """The trips under way, by `state`; each state is good once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._shelf = Shelf(store, "visit", Visit)
        self._past = Shelf(store, "visited", Visit)

    def keep(self, state: str, visit: Visit) -> None:
        """Remember a trip until it comes back."""
        self._shelf.put(secret_name(state), visit, LIFETIME)

    def take(self, state: str) -> Visit | None:
        """The trip of this state, once: a second answer finds nothing."""
        name = secret_name(state)
        return self._shelf.take(name, into=self._past.key(name), ttl=LIFETIME)

    def past(self, state: str) -> Visit | None:
        """The trip of a state that was used already: a reloaded page."""
        return self._past.get(secret_name(state))
