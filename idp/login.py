"""Login: owns one journey in progress, bound to one browser. Does not decide what comes next (`journey`).
Imports shelf."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from idp.client import Client
from idp.errors import PageError
from idp.shelf import Shelf, secret_name
from idp.store import Store

KEPT = 24 * 3600
"""Seconds a login is kept after it began, so that an old page can still say where to start again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A paused authorization request and what has happened to it so far.

    Attributes:
        id: opaque, in the addresses of the pages of this journey.
        browser: hash of the cookie of the one browser that may go on with it (login CSRF).
        params: the authorization request, as sent and checked.
        arrived: when it arrived, seconds; `max_age` is judged against this, so that hops cannot loop.
        asked: issuers that were asked silently already (once per journey).
        chosen: the issuer that the person chose to travel to, until they have been there.
        trips: how often the person was sent on a journey with pages.
        trouble: the error that the last trip came back with.
        renewed: when the person authenticated anew within this journey, seconds.
        claims: what home said about a visitor for this request; None before it was asked.
        announced: whether the browser was sent to announce the new session.
        allowed: whether the person said yes on the consent page.
        done: whether the client was answered.
    """

    id: str
    browser: str
    client_id: str
    params: Mapping[str, str]
    prompt: frozenset[str]
    max_age: int | None
    scopes: tuple[str, ...]
    ui_locales: tuple[str, ...]
    arrived: int
    asked: tuple[str, ...] = ()
    chosen: str | None = None
    trips: int = 0
    trouble: str | None = None
    renewed: int | None = None
    claims: Mapping[str, object] | None = field(default=None)
    announced: bool = False
    allowed: bool = False
    done: bool = False


class Logins:
    """The journeys in progress."""

    def __init__(self, store: Store, *, lifetime: int) -> None:
        self._shelf = Shelf(store, "login", Login)
        self._lifetime = lifetime

    def keep(self, login: Login) -> None:
        """Remember a journey as it stands; with a visitor's claims only while it can be answered."""
        self._shelf.put(secret_name(login.id), login, KEPT if login.claims is None else self._lifetime)

    def get(self, login_id: str, *, browser: str | None, now: float) -> Login:
        """The journey that this browser may go on with.

        Raises:
            PageError: `expired` (unknown, too old, already answered) or `wrong_browser` (login CSRF).
        """
        login = self._shelf.get(secret_name(login_id))
        if login is None:
            raise PageError(
                "expired", "This sign-in is not known here any more; start again at the site you came from."
            )
        if browser is None or secret_name(browser) != login.browser:
            raise PageError("wrong_browser", "This sign-in was begun in another browser.", status=403)
        if login.done or now > login.arrived + self._lifetime:
            raise PageError(
                "expired",
                "This sign-in was completed or is too old; start again at the site you came from.",
                client_id=login.client_id,
            )
        return login

    def finish(self, login: Login) -> None:
        """Mark a journey as answered: its pages only lead back to the site, the claims are dropped."""
        self.keep(replace(login, done=True, claims=None))


def new_id() -> str:
    """An opaque id, 128 bits."""
    return secrets.token_urlsafe(16)


def start_again(client: Client) -> str | None:
    """Where a person can begin a sign-in at this client anew: OIDC Core §4, else its front page, else its
    own origin. None for a peer, which asked for a site that it does not name."""
    if client.peer:
        return None
    if client.initiate_login_uri:
        return client.initiate_login_uri
    if client.client_uri:
        return client.client_uri
    if not client.redirect_uris:
        return None
    scheme, _, rest = client.redirect_uris[0].partition("://")
    return f"{scheme}://{rest.split('/', 1)[0]}/" if scheme in {"http", "https"} else None
