"""Regions: owns the page where a person chooses their home region. Imports desk, peers."""

from dataclasses import dataclass, replace

from flask import Blueprint, Response, request

from idp.errors import PageError
from idp.journey import Choose
from idp.login import Login
from idp.peer import Acquaintance
from idp.peers import Peers
from idp.web.desk import Desk
from idp.web.edge import see_other, single
from idp.web.visitor import Visitor


@dataclass(frozen=True, slots=True)
class Regions:
    """The region chooser. The region that asks is not offered: it has a sign-in page of its own."""

    desk: Desk
    peers: Peers

    def ask(self, login_id: str) -> Response:
        """GET: the page, or wherever the journey is by now."""
        desk, who = self.desk, self.desk.visitor()
        login = desk.login(login_id, who)
        answer = desk.dispatch.go_on(login, who, here=Choose)
        if answer is not None:
            return who.dress(answer)
        locale = who.locale(login.ui_locales)
        response = desk.pages.render(
            "regions.html",
            locale=locale,
            action=desk.dispatch.page("regions", login),
            regions=[self._shown(one, who, locale) for one in self._offered(login)],
            client_name=desk.client_name(login, locale),
            notice="failed" if login.trouble is not None else None,
        )
        return who.dress(response)

    def choose(self, login_id: str) -> Response:
        """POST: a region was chosen."""
        desk, who = self.desk, self.desk.visitor()
        login = desk.login(login_id, who)
        code = single(request.form).get("region", "")
        chosen = next((one for one in self._offered(login) if one.region == code), None)
        if chosen is None:
            raise PageError("invalid_request", "The field region must be the code of a region on the page.")
        who.remember_home(code)
        if not self.peers.up(chosen.issuer):
            desk.logins.keep(replace(login, trouble="temporarily_unavailable"))
            return who.dress(see_other(desk.dispatch.page("regions", login)))
        return desk.onward(replace(login, chosen=chosen.issuer, trouble=None), who, "regions")

    def _offered(self, login: Login) -> list[Acquaintance]:
        return [one for one in self.peers.regions() if one.issuer != login.client_id]

    def _shown(self, one: Acquaintance, who: Visitor, locale: str) -> dict[str, object]:
        return {
            "code": one.region,
            "name": one.name.get(locale) or one.name.get("zh", one.issuer),
            "available": not self.peers.seen_down(one.issuer),
            "remembered": one.region == who.home,
        }


def blueprint(page: Regions) -> Blueprint:
    """The routes of the region chooser."""
    room = Blueprint("regions", __name__)
    room.add_url_rule("/regions/<login_id>", "ask", page.ask)
    room.add_url_rule("/regions/<login_id>", "choose", page.choose, methods=["POST"])
    return room
