"""Consent: owns the page that asks whether a client may have somebody's data. Imports dispatch."""

from collections.abc import Callable
from dataclasses import replace

from flask import Blueprint, Response, request

from idp.audit import Audit
from idp.client import Clients
from idp.clock import Clock
from idp.consent import Agreements
from idp.consent import Consent as Agreement
from idp.errors import PageError
from idp.journey import Consent
from idp.login import Logins
from idp.web.dispatch import Dispatch
from idp.web.edge import see_other, single
from idp.web.pages import Pages
from idp.web.signin import site_name
from idp.web.visitor import Visitor


def blueprint(
    *,
    pages: Pages,
    dispatch: Dispatch,
    logins: Logins,
    clients: Clients,
    agreements: Agreements,
    audit: Audit,
    visitor: Callable[[], Visitor],
    clock: Clock,
) -> Blueprint:
    """The consent page."""
    room = Blueprint("consent", __name__)

    @room.get("/consent/<login_id>")
    def page(login_id: str) -> Response:
        who = visitor()
        login = logins.get(login_id, browser=who.browser, now=clock())
        answer = dispatch.go_on(login, who, here=Consent)
        if answer is not None:
            return who.dress(answer)
        locale = who.locale(login.ui_locales)
        client = clients.find(login.client_id)
        return who.dress(
            pages.render(
                "consent.html",
                locale=locale,
                action=dispatch.page("consent", login),
                client_name=site_name(client, locale),
                client_uri=client.client_uri if client else None,
                scopes=[scope for scope in login.scopes if scope != "openid"],
            )
        )

    @room.post("/consent/<login_id>")
    def decide(login_id: str) -> Response:
        who = visitor()
        login = logins.get(login_id, browser=who.browser, now=clock())
        decision = single(request.form).get("decision")
        at_page = dispatch.go_on(login, who, here=Consent)
        if at_page is not None or who.session is None:
            return who.dress(at_page or see_other(dispatch.page("consent", login)))
        if decision == "deny":
            return who.dress(dispatch.refuse(login, "access_denied", "The person did not agree."))
        if decision != "allow":
            raise PageError("invalid_request", "The field decision must be allow or deny.")
        citizen = who.session.citizen
        audit.record(
            "consent.given",
            source=citizen.source,
            local_id=citizen.local_id,
            client=login.client_id,
            scopes=" ".join(login.scopes),
        )
        agreements.give(
            Agreement(
                source=citizen.source,
                local_id=citizen.local_id,
                client_id=login.client_id,
                scopes=login.scopes,
                given_at=clock(),
            )
        )
        onward = dispatch.go_on(replace(login, allowed=True), who)
        return who.dress(onward or see_other(dispatch.page("consent", login)))

    return room
