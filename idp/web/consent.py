"""Consent: owns the page that asks whether a client may have somebody's data. Imports desk, consent."""

from dataclasses import dataclass, replace

from flask import Blueprint, Response, request

from idp.audit import Audit
from idp.consent import Agreements, Consent
from idp.errors import PageError
from idp.journey import Consent as Ask
from idp.login import Login
from idp.session import Session
from idp.web.desk import Desk
from idp.web.edge import see_other, single


@dataclass(frozen=True, slots=True)
class ConsentPage:
    """Asks once whether a client may have what it asks for."""

    desk: Desk
    agreements: Agreements
    audit: Audit

    def ask(self, login_id: str) -> Response:
        """GET: the page, or wherever the journey is by now."""
        desk, who = self.desk, self.desk.visitor()
        login = desk.login(login_id, who)
        answer = desk.dispatch.go_on(login, who, here=Ask)
        if answer is not None:
            return who.dress(answer)
        locale = who.locale(login.ui_locales)
        client = desk.clients.find(login.client_id)
        response = desk.pages.render(
            "consent.html",
            locale=locale,
            action=desk.dispatch.page("consent", login),
            client_name=desk.client_name(login, locale),
            client_uri=client.client_uri if client else None,
            scopes=[scope for scope in login.scopes if scope != "openid"],
        )
        return who.dress(response)

    def decide(self, login_id: str) -> Response:
        """POST: yes or no."""
        desk, who = self.desk, self.desk.visitor()
        login = desk.login(login_id, who)
        elsewhere = desk.dispatch.go_on(login, who, here=Ask)
        if elsewhere is not None or who.session is None:
            return who.dress(elsewhere or see_other(desk.dispatch.page("consent", login)))
        decision = single(request.form).get("decision")
        if decision == "deny":
            return who.dress(desk.dispatch.refuse(login, "access_denied", "The person did not agree."))
        if decision != "allow":
            raise PageError("invalid_request", "The field decision must be allow or deny.")
        _remember(self.agreements, self.audit, login, who.session, desk.clock())
        return desk.onward(replace(login, allowed=True), who, "consent")


def blueprint(page: ConsentPage) -> Blueprint:
    """The routes of the consent page."""
    room = Blueprint("consent", __name__)
    room.add_url_rule("/consent/<login_id>", "ask", page.ask)
    room.add_url_rule("/consent/<login_id>", "decide", page.decide, methods=["POST"])
    return room


def _remember(agreements: Agreements, audit: Audit, login: Login, session: Session, now: float) -> None:
    citizen = session.citizen
    audit.record(
        "consent.given",
        source=citizen.source,
        local_id=citizen.local_id,
        client=login.client_id,
        scopes=" ".join(login.scopes),
    )
    agreements.give(
        Consent(
            source=citizen.source,
            local_id=citizen.local_id,
            client_id=login.client_id,
            scopes=login.scopes,
            given_at=now,
        )
    )
