"""Announce: owns third-party-initiated login (OIDC Core §4) as a region uses it to tell the hub of a new
session.

At the hub: `/initiate`. The caller must be a peer that is known already (nothing is resolved for a
stranger), the way back must be its one registered path with an opaque id, only top-level navigations count,
and the browser always goes back. At the region: `/return/<id>`.
"""

import re
from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Blueprint, Request, Response, request

from idp.errors import PageError, Unavailable
from idp.peers import Peers
from idp.session import Sessions
from idp.travel import Travel
from idp.web.desk import Desk
from idp.web.edge import see_other, single

OPAQUE = re.compile(r"[A-Za-z0-9_-]{16,64}")


def blueprint(desk: Desk, *, peers: Peers, travel: Travel, sessions: Sessions) -> Blueprint:
    """Both ends of an announcement."""
    room = Blueprint("announce", __name__)

    @room.post("/initiate")
    def initiate_posted() -> Response:
        params = single(request.form)
        _target(peers, params)
        # A POST of another site comes without our cookies: a new one now would end every journey under way.
        query = urlencode({name: params[name] for name in ("iss", "target_link_uri")})
        return see_other(f"{desk.dispatch.issuer}/initiate?{query}")

    @room.get("/initiate")
    def initiate() -> Response:
        params = single(request.args)
        issuer, target = params.get("iss", ""), _target(peers, params)
        if not _navigation(request):
            return see_other(target)
        who = desk.visitor()
        try:
            url = travel.leave(issuer, browser=who.browser_name, silent=True, return_to=target)
        except Unavailable:
            return see_other(target)
        return who.dress(see_other(url))

    @room.get("/return/<login_id>")
    def come_back(login_id: str) -> Response:
        who = desk.visitor()
        login = desk.login(login_id, who)
        if who.session is not None and login.announced:
            who.session = sessions.announce(who.session, now=desk.clock())
        return desk.onward(login, who, "signin")

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
