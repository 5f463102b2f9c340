"""Sign-in: owns the page where a password is typed. Does not judge it (`directory`). Imports desk,
entrance."""

from dataclasses import dataclass, replace

from flask import Blueprint, Response, request

from idp.directory import Directory, Locked, Signed, Unreachable, Wrong
from idp.journey import Password
from idp.login import Login
from idp.web.desk import Desk
from idp.web.edge import see_other, single
from idp.web.entrance import Entrance
from idp.web.visitor import Visitor


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What the last try came to; nothing before the first."""

    username: str = ""
    error: str | None = None
    status: int = 200
    wait: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Signin:
    """The sign-in page, step by step."""

    desk: Desk
    directory: Directory
    entrance: Entrance

    def ask(self, login_id: str) -> Response:
        """GET: the page, or wherever the journey is by now."""
        desk, who = self.desk, self.desk.visitor()
        login = desk.login(login_id, who)
        answer = desk.dispatch.go_on(login, who, here=Password)
        return who.dress(answer) if answer is not None else self.show(login, who, Answered())

    def elsewhere(self, login_id: str) -> Response:
        """GET: the person's account is in another region."""
        desk, who = self.desk, self.desk.visitor()
        login = desk.login(login_id, who)
        beyond = desk.dispatch.ways(who).beyond
        if beyond is None:
            desk.logins.keep(replace(login, trouble="temporarily_unavailable"))
            return who.dress(see_other(desk.dispatch.page("signin", login)))
        return desk.onward(replace(login, chosen=beyond, trouble=None), who, "signin")

    def password(self, login_id: str) -> Response:
        """POST: a name and a password."""
        desk, who = self.desk, self.desk.visitor()
        login = desk.login(login_id, who)
        form = single(request.form)
        answered = self.answer(form.get("username", ""), form.get("password", ""), who)
        if answered is not None:
            return self.show(login, who, answered)
        renewed = replace(login, renewed=int(desk.clock()), chosen=None, trouble=None)
        return desk.onward(renewed, who, "signin")

    def show(self, login: Login, who: Visitor, last: Answered) -> Response:
        """The page, with what the last try came to."""
        locale = who.locale(login.ui_locales)
        response = self.desk.pages.render(
            "signin.html",
            locale=locale,
            status=last.status,
            action=self.desk.dispatch.page("signin", login),
            username=last.username,
            error=last.error,
            retry_after=last.wait,
            notice=_notice(login, who),
            client_name=self.desk.client_name(login, locale),
            elsewhere_url=self._elsewhere(login),
            last_region=who.home,
        )
        if last.wait:
            response.headers["Retry-After"] = str(last.wait)
        return who.dress(response)

    def answer(self, username: str, password: str, who: Visitor) -> Answered | None:
        """Judge a name and a password; None: right, and the browser has its session."""
        outcome = self.directory.check(
            username, password, address=who.address, device=who.device, now=self.desk.clock()
        )
        match outcome:
            case Signed():
                self.entrance.signed_in(outcome, who)
                return None
            case Wrong():
                self.entrance.failed("signin.failed", username)
                return Answered(username=username, error="wrong")
            case Locked(retry_after=wait):
                self.entrance.failed("signin.held", username)
                return Answered(username=username, error="locked", status=429, wait=wait)
            case Unreachable():
                return Answered(username=username, error="unavailable", status=503, wait=5)

    def _elsewhere(self, login: Login) -> str | None:
        beyond = self.desk.dispatch.peers.beyond()
        reachable = beyond is not None and login.client_id != beyond
        return self.desk.dispatch.page("signin", login) + "/elsewhere" if reachable else None


def blueprint(page: Signin) -> Blueprint:
    """The routes of the sign-in page."""
    room = Blueprint("signin", __name__)
    room.add_url_rule("/signin/<login_id>", "ask", page.ask)
    room.add_url_rule("/signin/<login_id>/elsewhere", "elsewhere", page.elsewhere)
    room.add_url_rule("/signin/<login_id>", "password", page.password, methods=["POST"])
    return room


def _notice(login: Login, who: Visitor) -> str | None:
    if login.trouble is not None:
        return "region_failed"
    return "renew" if who.session is not None else None
