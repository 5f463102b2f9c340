"""Desk: owns what every page of a journey needs at hand. Decides nothing."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Response

from idp.client import Client, Clients
from idp.clock import Clock
from idp.login import Login, Logins
from idp.web.dispatch import Dispatch
from idp.web.edge import see_other
from idp.web.pages import Pages
from idp.web.visitor import Visitor


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The things of a page that belongs to a journey.

    Attributes:
        visitor: who is at the other end of the request being answered.
    """

    pages: Pages
    dispatch: Dispatch
    logins: Logins
    clients: Clients
    visitor: Callable[[], Visitor]
    clock: Clock

    def login(self, login_id: str, who: Visitor) -> Login:
        """The journey of this page; raises `PageError` unless this browser may go on with it."""
        return self.logins.get(login_id, browser=who.browser, now=self.clock())

    def onward(self, login: Login, who: Visitor, page: str) -> Response:
        """Take the next steps; a journey that needs this page (again) is sent to it."""
        answer = self.dispatch.go_on(login, who) or see_other(self.dispatch.page(page, login))
        return who.dress(answer)

    def client_name(self, login: Login, locale: str) -> str:
        """The name of the site that waits, in this language; empty for a peer, which names none."""
        client = self.clients.find(login.client_id)
        return "" if client is None or client.peer else site_name(client, locale)


def site_name(client: Client | None, locale: str) -> str:
    """A client's name in this language, or the best there is."""
    if client is None:
        return ""
    name = client.name
    return name.get(locale) or name.get("zh") or next(iter(name.values()), client.client_id)
