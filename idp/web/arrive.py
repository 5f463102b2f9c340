"""Arrive: owns the address to which other identity providers send browsers back. Does not judge tokens
(`travel`).

Before anything is redeemed: the `state` is good once, the browser is the one that left (login CSRF), and
`iss` is the peer it was sent to (RFC 9207, mix-up).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import structlog
from flask import Blueprint, Response, request

from idp.audit import Audit
from idp.clock import Clock
from idp.errors import PageError, Unavailable
from idp.leaving import Leaving
from idp.login import Login, Logins
from idp.session import EndedAbove
from idp.travel import Arrival, Travel
from idp.visit import Visit, Visits
from idp.vouching import NotOurs
from idp.web.dispatch import Dispatch
from idp.web.edge import see_other, single
from idp.web.entrance import Entrance
from idp.web.visitor import Visitor

NEEDS_PERSON = frozenset({"consent_required", "interaction_required", "account_selection_required"})

log = structlog.get_logger("arrive")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """Takes browsers back in."""

    dispatch: Dispatch
    logins: Logins
    visits: Visits
    travel: Travel
    entrance: Entrance
    leaving: Leaving
    audit: Audit
    clock: Clock

    def answer(self, params: Mapping[str, str], who: Visitor) -> Response:
        """A browser came back with a code or an error."""
        visit = self.visits.take(params.get("state", ""))
        if visit is None:
            return self._again(params.get("state", ""), who)
        if not who.is_browser(visit.browser):
            raise PageError("wrong_browser", "This answer belongs to another browser.", status=403)
        if params.get("iss") != visit.issuer:
            raise PageError(
                "forged_return", "The answer does not name the provider that was asked (RFC 9207)."
            )
        if visit.return_to is not None:
            return self._announced(visit, visit.return_to, params, who)
        login = self.logins.get(visit.login_id or "", browser=who.browser, now=self.clock())
        arrival = self._redeem(visit, params, login.client_id)
        if isinstance(arrival, str):
            return self._failed(login, visit, arrival, who)
        try:
            self.entrance.arrived(arrival, who)
        except EndedAbove:  # the peer has not heard yet that they signed out: only a password counts
            anew = login.prompt if "none" in login.prompt else login.prompt | {"login"}
            return self._failed(replace(login, prompt=anew), visit, "login_required", who)
        who.remember_home(arrival.citizen.home_region)
        renewed = login.renewed if visit.silent else int(self.clock())
        return self._go_on(replace(login, claims=arrival.claims, renewed=renewed, trouble=None), who)

    def _redeem(self, visit: Visit, params: Mapping[str, str], client_id: str | None) -> Arrival | str:
        if "code" not in params:
            return params.get("error", "server_error")
        try:
            return self.travel.redeem(visit, params["code"])
        except Unavailable as error:
            log.warning("peer_unavailable", peer=visit.issuer, cause=error.cause)
            return "temporarily_unavailable"
        except NotOurs as error:
            self.audit.record("peer.refused", client=visit.issuer, reason=str(error))
            if visit.silent:  # nobody asked to go there: a peer that answers wrongly locks nobody out
                log.warning("peer_refused", peer=visit.issuer, cause=str(error))
                return "server_error"
            raise PageError(
                "forged_return",
                "The answer of the other provider does not fit.",
                cause=str(error),
                client_id=client_id,
            ) from error

    def _announced(self, visit: Visit, return_to: str, params: Mapping[str, str], who: Visitor) -> Response:
        """A region announced its session; whatever came of it, the browser goes back."""
        arrival = self._redeem(visit, params, None)
        if not isinstance(arrival, str):
            self._learn(arrival, who)
        return who.dress(see_other(return_to))

    def _learn(self, arrival: Arrival, who: Visitor) -> None:
        """Only a sign-in that is no older takes the place of a session; what cannot be written down did not
        happen."""
        before = who.session
        try:
            if before is None or arrival.citizen.auth_time >= before.citizen.auth_time:
                self.entrance.arrived(arrival, who)
        except EndedAbove:
            log.info("announcement_late")
        except Unavailable as error:
            log.warning("announcement_lost", part=error.part, cause=error.cause)
        who.remember_home(arrival.citizen.home_region)

    def _failed(self, login: Login, visit: Visit, error: str, who: Visitor) -> Response:
        session = who.session
        fetching = (
            session is not None and session.upstream is not None and session.upstream.issuer == visit.issuer
        )
        if session is not None and fetching and visit.silent and error == "login_required":
            self.leaving.end(session, why="peer", origin=visit.issuer)
            who.left()
        elif fetching and visit.silent:
            needs = error in NEEDS_PERSON
            login = replace(login, trouble=error if needs else None, claims=None if needs else {})
        elif fetching and error == "access_denied":
            return who.dress(
                self.dispatch.refuse(login, "access_denied", "The person did not agree at home.")
            )
        elif not visit.silent:  # whoever went for claims in person goes on without them, not round again
            login = replace(login, trouble=error, claims={} if fetching else login.claims)
        return self._go_on(login, who)

    def _go_on(self, login: Login, who: Visitor) -> Response:
        return who.dress(self.dispatch.go_on(login, who) or see_other(self.dispatch.page("signin", login)))

    def _again(self, state: str, who: Visitor) -> Response:
        """A state that is not open: a page that was loaded again goes on, anything else is refused."""
        past = self.visits.past(state)
        if past is None or not who.is_browser(past.browser):
            raise PageError(
                "forged_return", "This answer was used already, is too old, or was never asked for."
            )
        if past.return_to is not None:
            return see_other(past.return_to)
        login = self.logins.get(past.login_id or "", browser=who.browser, now=self.clock())
        return self._go_on(login, who)


def blueprint(*, arrivals: Arrivals, visitor: Callable[[], Visitor]) -> Blueprint:
    """The one redirect URI of this node at every peer."""
    room = Blueprint("arrive", __name__)

    @room.get("/arrive")
    def arrive() -> Response:
        return arrivals.answer(single(request.args), visitor())

    return room
