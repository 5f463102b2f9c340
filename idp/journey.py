"""Journey: owns the order of a sign-in. The one place that decides what comes next; does nothing itself.

`next_step` is pure: no HTTP, no storage, no clock. Whatever carries out a step comes back here afterwards;
steps never call each other. The rules, in the order in which they are judged:

 1. A session that may not answer this client counts as none (a hub never answers a region about its own
    citizens).
 2. No session: ask silently where the person may be signed in, once (also when they must authenticate anew:
    only then is it known where their password is); then refuse if nothing may be shown
    (`prompt=none`); then travel to where they chose; then show a page of our own.
 3. A session too old for `prompt=login` or `max_age`: authenticate anew where the password is;
    `prompt=none` is refused.
 4. A visitor's claims are fetched from home for this request.
 5. A sign-in that happened here is announced, once.
 6. Consent, where the client needs it.
 7. Issue.
"""

from dataclasses import dataclass
from typing import Protocol

from idp.client import Client
from idp.login import Login
from idp.session import Session

SKEW = 60
"""Seconds by which another provider's clock may differ when it reports a fresh authentication."""


class Ways(Protocol):
    """How people can sign in at this node right now."""

    @property
    def passwords(self) -> bool:
        """Whether passwords are checked here (a directory or local accounts)."""

    @property
    def beyond(self) -> str | None:
        """The issuer through which other regions are reached, while it is up; None otherwise."""

    @property
    def remembered(self) -> str | None:
        """The issuer of the home region that this browser used last, while it is up; None otherwise."""

    def up(self, issuer: str) -> bool:
        """Whether this peer answers just now."""


@dataclass(frozen=True, slots=True)
class Password:
    """Show the sign-in page."""


@dataclass(frozen=True, slots=True)
class Choose:
    """Show the regions to choose from."""


@dataclass(frozen=True, slots=True)
class Travel:
    """Send the browser to a peer.

    Attributes:
        silent: with `prompt=none`.
        renew: the person must authenticate anew.
        claims_only: the session is good, only claims are missing; its age is not judged again on the way.
    """

    issuer: str
    silent: bool
    renew: bool = False
    claims_only: bool = False


@dataclass(frozen=True, slots=True)
class Announce:
    """Send the browser through the hub and back, so that it learns of the session (OIDC Core §4)."""

    issuer: str


@dataclass(frozen=True, slots=True)
class Consent:
    """Show what the client asks for."""


@dataclass(frozen=True, slots=True)
class Issue:
    """Answer the client with a code."""


@dataclass(frozen=True, slots=True)
class Refuse:
    """Answer the client with an error."""

    code: str
    description: str


Step = Password | Choose | Travel | Announce | Consent | Issue | Refuse


def next_step(login: Login, session: Session | None, client: Client, ways: Ways, *, consented: bool) -> Step:
    """Decide what this sign-in needs next.

    Args:
        login: the journey so far.
        session: the browser's session, if any.
        client: who asks.
        ways: how people can sign in here.
        consented: whether the person agreed earlier to what the client asks for.
    """
    if session is None or not may_answer(session, client):
        return _sign_in(login, client, ways)
    if not _recent_enough(login, session):
        return _renew(login, session, ways)
    if _lacks_claims(login, session) and session.upstream and ways.up(session.upstream.issuer):
        return _fetch_claims(login, session.upstream.issuer)
    if _unannounced(login, session) and ways.beyond not in (None, client.client_id):
        return Announce(ways.beyond or "")
    return _consent(login, client, consented=consented)


def may_answer(session: Session, client: Client) -> bool:
    """Whether this session may be told to this client: never to the peer it came from, nor to that
    citizen's own region."""
    if not client.peer:
        return True
    from_there = session.upstream is not None and session.upstream.issuer == client.client_id
    return not from_there and session.citizen.home_region != (client.region or "")


def _sign_in(login: Login, client: Client, ways: Ways) -> Step:
    for issuer in (ways.beyond, ways.remembered):
        if issuer is not None and issuer != client.client_id and issuer not in login.asked:
            return Travel(issuer, silent=True)
    if "none" in login.prompt:
        return Refuse("login_required", "Nobody is signed in here, and prompt=none forbids to show a page.")
    if login.chosen is not None:
        return Travel(login.chosen, silent=False, renew="login" in login.prompt)
    return Password() if ways.passwords else Choose()


def _renew(login: Login, session: Session, ways: Ways) -> Step:
    if "none" in login.prompt:
        return Refuse(
            "login_required", "The person must authenticate anew, and prompt=none forbids to show a page."
        )
    if login.chosen is not None:
        return Travel(login.chosen, silent=False, renew=True)
    if session.upstream is None:
        return Password()
    if login.trips or not ways.up(session.upstream.issuer):
        return Refuse("login_required", "The person's home region did not authenticate them anew.")
    return Travel(session.upstream.issuer, silent=False, renew=True)


def _recent_enough(login: Login, session: Session) -> bool:
    happened = session.citizen.auth_time
    if "login" in login.prompt and (login.renewed is None or happened < login.arrived - SKEW):
        return False
    if login.max_age is None:
        return True
    allowance = SKEW if login.renewed is not None else 0
    return happened >= login.arrived - login.max_age - allowance


def _lacks_claims(login: Login, session: Session) -> bool:
    return session.upstream is not None and login.claims is None and set(login.scopes) != {"openid"}


def _fetch_claims(login: Login, issuer: str) -> Step:
    if login.trouble not in {"consent_required", "interaction_required"}:
        return Travel(issuer, silent=True, claims_only=True)
    if "none" in login.prompt:
        return Refuse(
            "consent_required",
            "The home region needs to ask the person, and prompt=none forbids to show a page.",
        )
    return Travel(issuer, silent=False, claims_only=True)


def _unannounced(login: Login, session: Session) -> bool:
    if session.upstream is not None or login.announced or "none" in login.prompt:
        return False
    return session.announced < session.citizen.auth_time


def _consent(login: Login, client: Client, *, consented: bool) -> Step:
    asks = "consent" in login.prompt or (client.consent == "ask" and not consented)
    if login.allowed or not asks:
        return Issue()
    if "none" in login.prompt:
        return Refuse(
            "consent_required",
            "The person was never asked about this client, and prompt=none forbids to ask.",
        )
    return Consent()
