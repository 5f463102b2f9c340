"""Sign-in: owns the page where a password is typed. Does not judge it (`directory`); imports dispatch,
entrance."""

from collections.abc import Callable
from dataclasses import replace

from flask import Blueprint, Response, request

from idp.client import Client, Clients
from idp.clock import Clock
from idp.directory import Directory, Locked, Signed, Unreachable, Wrong
from idp.journey import Password
from idp.login import Login, Logins
from idp.web.dispatch import Dispatch
from idp.web.edge import see_other, single
from idp.web.entrance import Entrance
from idp.web.pages import Pages
from idp.web.visitor import Visitor


def blueprint(
    *,
    pages: Pages,
    dispatch: Dispatch,
    logins: Logins,
    clients: Clients,
    directory: Directory,
    entrance: Entrance,
    visitor: Callable[[], Visitor],
    clock: Clock,
) -> Blueprint:
    """The sign-in page."""
    room = Blueprint("signin", __name__)

    def show(
        login: Login,
        who: Visitor,
        *,
        username: str = "",
        error: str | None = None,
        status: int = 200,
        wait: int = 0,
    ) -> Response:
        locale = who.locale(login.ui_locales)
        client = clients.find(login.client_id)
        response = pages.render(
            "signin.html",
            locale=locale,
            status=status,
            action=dispatch.page("signin", login),
            username=username,
            error=error,
            retry_after=wait,
            notice=_notice(login, who),
            client_name=site_name(client, locale),
            elsewhere_url=_elsewhere(login, client),
            last_region=None,
        )
        if wait:
            response.headers["Retry-After"] = str(wait)
        return who.dress(response)

    def _elsewhere(login: Login, client: Client | None) -> str | None:
        beyond = dispatch.peers.beyond()
        reachable = beyond is not None and client is not None and client.client_id != beyond
        return dispatch.page("signin", login) + "/elsewhere" if reachable else None

    @room.get("/signin/<login_id>")
    def page(login_id: str) -> Response:
        who = visitor()
        login = logins.get(login_id, browser=who.browser, now=clock())
        answer = dispatch.go_on(login, who, here=Password)
        return who.dress(answer) if answer is not None else show(login, who)

    @room.get("/signin/<login_id>/elsewhere")
    def elsewhere(login_id: str) -> Response:
        who = visitor()
        login = logins.get(login_id, browser=who.browser, now=clock())
        beyond = dispatch.ways(who).beyond
        if beyond is None:
            logins.keep(replace(login, trouble="temporarily_unavailable"))
            return who.dress(see_other(dispatch.page("signin", login)))
        chosen = replace(login, chosen=beyond, trouble=None)
        return who.dress(dispatch.go_on(chosen, who) or see_other(dispatch.page("signin", login)))

    @room.post("/signin/<login_id>")
    def password(login_id: str) -> Response:
        who = visitor()
        login = logins.get(login_id, browser=who.browser, now=clock())
        form = single(request.form)
        username = form.get("username", "")
        outcome = directory.check(
            username, form.get("password", ""), address=who.address, device=who.device, now=clock()
        )
        match outcome:
            case Signed():
                entrance.signed_in(outcome, who)
                renewed = replace(login, renewed=int(clock()), chosen=None, trouble=None)
                answer = dispatch.go_on(renewed, who)
                return who.dress(answer or see_other(dispatch.page("signin", login)))
            case Wrong():
                entrance.failed("signin.failed", username)
                return show(login, who, username=username, error="wrong")
            case Locked(retry_after=wait):
                entrance.failed("signin.held", username)
                return show(login, who, username=username, error="locked", status=429, wait=wait)
            case Unreachable():
                return show(login, who, username=username, error="unavailable", status=503, wait=5)

    return room


def _notice(login: Login, who: Visitor) -> str | None:
    if login.trouble is not None:
        return "region_failed"
    return "renew" if who.session is not None else None


def site_name(client: Client | None, locale: str) -> str:
    """A client's name in this language, or the best there is."""
    if client is None:
        return ""
    return (
        client.name.get(locale) or client.name.get("zh") or next(iter(client.name.values()), client.client_id)
    )
