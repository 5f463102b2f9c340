"""Announce: owns third-party-initiated login (OIDC Core §4) as a region uses it to tell the hub of a new
session.

At the hub: `/initiate`. The caller must be a peer that is known already (nothing is resolved for a
stranger), the way back must be its one registered path with an opaque id, only top-level navigations count,
and the browser always goes back. At the region: `/return/<id>`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, Request, Response, request

from idp.errors import PageError, Unavailable
from idp.peers import Peers
from idp.session import Sessions
from idp.travel import Travel
from idp.web.desk import Desk
from idp.web.edge import see_other, single

OPAQUE = re.compile(r"[A-Za-z0-9_-]{16,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcements:
    """Both ends of an announcement."""

    desk: Desk
    peers: Peers
    travel: Travel
    sessions: Sessions

    def initiate(self) -> Response:
        """GET, at the hub: a region sends a browser to be asked about."""
        params = single(request.args)
        issuer, target = params.get("iss", ""), _target(self.peers, params)
        if not _navigation(request):
            return see_other(target)
        who = self.desk.visitor()
        try:
            url = self.travel.leave(issuer, browser=who.browser_name, silent=True, return_to=target)
        except Unavailable:
            return see_other(target)
        return who.dress(see_other(url))

    def initiate_posted(self) -> Response:
        """POST, at the hub: the same, by way of a GET of our own.

        A POST of another site comes without our cookies: a new one now would end every journey under way.
        """
        params = single(request.form)
        _target(self.peers, params)
        query = urlencode({name: params[name] for name in ("iss", "target_link_uri")})
        return see_other(f"{self.desk.dispatch.issuer}/initiate?{query}")

    def come_back(self, login_id: str) -> Response:
        """GET, at the region: the browser is back from the hub."""
        who = self.desk.visitor()
        login = self.desk.login(login_id, who)
        if who.session is not None and login.announced:
            who.session = self.sessions.announce(who.session, now=self.desk.clock())
        return self.desk.onward(login, who, "signin")


def blueprint(ends: Announcements) -> Blueprint:
    """The routes of announcements."""
    room = Blueprint("announce", __name__)
    room.add_url_rule("/initiate", "initiate", ends.initiate)
    room.add_url_rule("/initiate", "initiate_posted", ends.initiate_posted, methods=["POST"])
    room.add_url_rule("/return/<login_id>", "come_back", ends.come_back)
    return room


def _target(peers: Peers, params: Mapping[str, str]) -> str:
    """The way back, exactly as the peer registered it, plus an opaque id.

    Raises:
        PageError: `invalid_request`; the browser is sent nowhere.
    """
    issuer, target = params.get("iss", ""), params.get("target_link_uri", "")
    if peers.known(issuer) is None:
        raise PageError("invalid_request", "The parameter iss does not name a peer of this provider.")
    try:
        base = peers.get(issuer).party.get("manyou_return_uri")
    except Unavailable:  # a region that cannot be reached still gets its browsers back: to its own site only
        base = f"{issuer.removesuffix('/')}/return"
    path, _, opaque = target.rpartition("/")
    if not isinstance(base, str) or path != base or OPAQUE.fullmatch(opaque) is None:
        raise PageError(
            "invalid_request", "The target_link_uri is not the registered return path of that peer."
        )
    return target


def _navigation(from_: Request) -> bool:
    """Whether the person's own window is here: a hidden frame or image may not start an announcement."""
    mode, where = from_.headers.get("Sec-Fetch-Mode"), from_.headers.get("Sec-Fetch-Dest")
    return mode in (None, "navigate") and where in (None, "document")
