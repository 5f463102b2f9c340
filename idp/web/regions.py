"""Regions: owns the page where a person chooses their home region. Imports desk, peers."""

from dataclasses import replace

from flask import Blueprint, Response, request

from idp.errors import PageError
from idp.journey import Choose
from idp.login import Login
from idp.peers import Acquaintance, Peers
from idp.web.desk import Desk
from idp.web.edge import see_other, single
from idp.web.visitor import Visitor


def blueprint(desk: Desk, peers: Peers) -> Blueprint:
    """The region chooser. The region that asks is not offered: it has a sign-in page of its own."""
    room = Blueprint("regions", __name__)

    @room.get("/regions/<login_id>")
    def page(login_id: str) -> Response:
        who = desk.visitor()
        login = desk.login(login_id, who)
        answer = desk.dispatch.go_on(login, who, here=Choose)
        if answer is not None:
            return who.dress(answer)
        locale = who.locale(login.ui_locales)
        response = desk.pages.render(
            "regions.html",
            locale=locale,
            action=desk.dispatch.page("regions", login),
            regions=[_shown(one, peers, who, locale) for one in _offered(peers, login)],
            client_name=desk.client_name(login, locale),
            notice="failed" if login.trouble is not None else None,
        )
        return who.dress(response)

    @room.post("/regions/<login_id>")
    def choose(login_id: str) -> Response:
        who = desk.visitor()
        login = desk.login(login_id, who)
        code = single(request.form).get("region", "")
        chosen = next((one for one in _offered(peers, login) if one.region == code), None)
        if chosen is None:
            raise PageError("invalid_request", "The field region must be the code of a region on the page.")
        who.remember_home(code)
        if not peers.up(chosen.issuer):
            desk.logins.keep(replace(login, trouble="temporarily_unavailable"))
            return who.dress(see_other(desk.dispatch.page("regions", login)))
        return desk.onward(replace(login, chosen=chosen.issuer, trouble=None), who, "regions")

    return room


def _offered(peers: Peers, login: Login) -> list[Acquaintance]:
    return [one for one in peers.regions() if one.issuer != login.client_id]


def _shown(one: Acquaintance, peers: Peers, who: Visitor, locale: str) -> dict[str, object]:
    return {
        "code": one.region,
        "name": one.name.get(locale) or one.name.get("zh", one.issuer),
        "available": not peers.seen_down(one.issuer),
        "remembered": one.region == who.home,
    }
