"""Regions: owns the page where a person chooses their home region. Imports dispatch."""

from collections.abc import Callable
from dataclasses import replace

from flask import Blueprint, Response, request

from idp.client import Clients
from idp.clock import Clock
from idp.errors import PageError
from idp.journey import Choose
from idp.login import Login, Logins
from idp.peers import Acquaintance, Peers
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
    peers: Peers,
    visitor: Callable[[], Visitor],
    clock: Clock,
) -> Blueprint:
    """The region chooser. The region that asks is not offered: it has a sign-in page of its own."""
    room = Blueprint("regions", __name__)

    def offered(login: Login) -> list[Acquaintance]:
        return [one for one in peers.regions() if one.issuer != login.client_id]

    @room.get("/regions/<login_id>")
    def page(login_id: str) -> Response:
        who = visitor()
        login = logins.get(login_id, browser=who.browser, now=clock())
        answer = dispatch.go_on(login, who, here=Choose)
        if answer is not None:
            return who.dress(answer)
        locale = who.locale(login.ui_locales)
        listed = [
            {
                "code": one.region,
                "name": one.name.get(locale) or one.name.get("zh", one.issuer),
                "available": not peers.seen_down(one.issuer),
                "remembered": one.region == who.home,
            }
            for one in offered(login)
        ]
        return who.dress(
            pages.render(
                "regions.html",
                locale=locale,
                action=dispatch.page("regions", login),
                regions=listed,
                client_name=site_name(clients.find(login.client_id), locale),
                notice="failed" if login.trouble is not None else None,
            )
        )

    @room.post("/regions/<login_id>")
    def choose(login_id: str) -> Response:
        who = visitor()
        login = logins.get(login_id, browser=who.browser, now=clock())
        code = single(request.form).get("region", "")
        chosen = next((one for one in offered(login) if one.region == code), None)
        if chosen is None:
            raise PageError("invalid_request", "The field region must be the code of a region on the page.")
        who.remember_home(code)
        if not peers.up(chosen.issuer):
            logins.keep(replace(login, trouble="temporarily_unavailable"))
            return who.dress(see_other(dispatch.page("regions", login)))
        onward = dispatch.go_on(replace(login, chosen=chosen.issuer, trouble=None), who)
        return who.dress(onward or see_other(dispatch.page("regions", login)))

    return room
