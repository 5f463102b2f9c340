"""Sign-out: owns the end-session endpoint and its pages. Does not end sessions itself (`leaving`).

Only the first server asks the person. Then the browser goes up, hop by hop, to the session that ours came
from, and comes back here; a browser that stops on the way changes nothing, since the same was told server to
server.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from idp.client import Client, Clients
from idp.errors import PageError, Unavailable
from idp.goodbye import Goodbye, Goodbyes, Requests, Told
from idp.leaving import Leaving, Receipt
from idp.login import new_id, start_again
from idp.peers import Peers
from idp.session import Session, Sessions
from idp.web.authorize import Posted
from idp.web.desk import site_name
from idp.web.edge import see_other, single
from idp.web.pages import Pages
from idp.web.visitor import Visitor


@dataclass(frozen=True, slots=True, kw_only=True)
class Signout:
    """Sign-outs, step by step."""

    issuer: str
    pages: Pages
    requests: Requests
    goodbyes: Goodbyes
    sessions: Sessions
    leaving: Leaving
    clients: Clients
    peers: Peers

    def begin(self, params: Mapping[str, str], who: Visitor) -> Response:
        """A client, a peer or the person asks to sign out."""
        goodbye, client = self.requests.check(params)
        if client is not None and client.peer and goodbye.sid is not None:
            return self._for_peer(goodbye, client, who)
        if who.session is None:
            return self._finish(goodbye, who)
        handle = new_id()
        self.goodbyes.keep(handle, replace(goodbye, browser=who.browser_name))
        return self._ask(handle, who, who.session)

    def confirmed(self, handle: str, who: Visitor) -> Response:
        """The person said yes."""
        goodbye = self._own(handle, who)
        if goodbye is None:
            raise PageError("expired", "This sign-out was completed or is too old.")
        if who.session is None:
            return self._finish(goodbye, who)
        return self._end(goodbye, who.session, who, why="citizen", origin=None)

    def done(self, state: str, who: Visitor) -> Response:
        """The browser is back from the server above."""
        goodbye = self._own(state, who)
        return self._finish(goodbye or Goodbye(client_id=None, back_to=None, state=None, sid=None), who)

    def _own(self, handle: str, who: Visitor) -> Goodbye | None:
        goodbye = self.goodbyes.take(handle)
        if goodbye is not None and not who.is_browser(goodbye.browser):
            raise PageError("wrong_browser", "This sign-out was begun in another browser.", status=403)
        return goodbye

    def _for_peer(self, goodbye: Goodbye, client: Client, who: Visitor) -> Response:
        """A peer that the person was asked by: end the session that its hint names, ask nothing."""
        session = self.sessions.by_sid(goodbye.sid or "", client_id=client.client_id)
        if session is None:
            return self._finish(goodbye, who)
        return self._end(goodbye, session, who, why="peer", origin=client.client_id)

    def _end(
        self, goodbye: Goodbye, session: Session, who: Visitor, *, why: str, origin: str | None
    ) -> Response:
        receipt = self.leaving.end(session, why=why, origin=origin)
        if who.session is not None and who.session.name == session.name:
            who.left()
        told = replace(goodbye, sites=_told(receipt, goodbye.client_id), others=receipt.others)
        return self._up(told, session, who) or self._finish(told, who)

    def _up(self, goodbye: Goodbye, session: Session, who: Visitor) -> Response | None:
        """Take the browser to the session above, if it is there to be reached."""
        above = session.upstream
        if above is None or not self.peers.up(above.issuer):
            return None
        state = new_id()
        try:
            endpoint = self.peers.get(above.issuer).endpoint("end_session_endpoint")
        except Unavailable:
            return None
        self.goodbyes.keep(state, replace(goodbye, browser=who.browser_name))
        params = {
            "id_token_hint": above.id_token,
            "client_id": self.issuer,
            "post_logout_redirect_uri": f"{self.issuer}/logout/done",
            "state": state,
        }
        return see_other(f"{endpoint}?{urlencode(params)}")

    def _finish(self, goodbye: Goodbye, who: Visitor) -> Response:
        if goodbye.back_to is not None:
            query = urlencode({"state": goodbye.state}) if goodbye.state is not None else ""
            joint = "&" if "?" in goodbye.back_to else "?"
            return see_other(f"{goodbye.back_to}{joint}{query}" if query else goodbye.back_to)
        return self._receipt(goodbye, who)

    def _ask(self, handle: str, who: Visitor, session: Session) -> Response:
        locale = who.locale()
        own = [one for one in session.clients if self.peers.known(one) is None]
        sites = [client for one in own if (client := self.clients.find(one)) is not None]
        return self.pages.render(
            "signout.html",
            locale=locale,
            action=f"{self.issuer}/logout/confirm",
            hidden={"goodbye": handle},
            sites=[site_name(client, locale) for client in sites],
            others=len(session.clients) - len(own) + (session.upstream is not None),
        )

    def _receipt(self, goodbye: Goodbye, who: Visitor) -> Response:
        locale = who.locale()
        named = [(site_name(self.clients.find(one.client_id), locale), one.done) for one in goodbye.sites]
        client = self.clients.find(goodbye.client_id) if goodbye.client_id else None
        return self.pages.render(
            "signedout.html",
            locale=locale,
            sites=[{"name": name, "done": done} for name, done in named if name],
            others=goodbye.others,
            continue_url=start_again(client) if client else None,
            continue_name=site_name(client, locale) if client else None,
        )


def _told(receipt: Receipt, client_id: str | None) -> tuple[Told, ...]:
    """The client that asked knows already."""
    return tuple(
        Told(client_id=client.client_id, done=done or client.client_id == client_id)
        for client, done in receipt.sites
    )


def blueprint(*, signout: Signout, visitor: Callable[[], Visitor], posted: Posted) -> Blueprint:
    """The end-session endpoint (OIDC RP-Initiated Logout §2)."""
    room = Blueprint("signout", __name__)

    @room.get("/logout")
    def logout() -> Response:
        who = visitor()
        return who.dress(signout.begin(single(request.args), who))

    @room.post("/logout")
    def logout_posted() -> Response:
        handle = posted.keep(single(request.form))
        return see_other(f"{signout.issuer}/logout/asked/{handle}")

    @room.get("/logout/asked/<handle>")
    def logout_after_post(handle: str) -> Response:
        who = visitor()
        return who.dress(signout.begin(posted.get(handle), who))

    @room.post("/logout/confirm")
    def confirm() -> Response:
        who = visitor()
        return who.dress(signout.confirmed(single(request.form).get("goodbye", ""), who))

    @room.get("/logout/done")
    def done() -> Response:
        who = visitor()
        return who.dress(signout.done(single(request.args).get("state", ""), who))

    return room
