"""Authorize: owns the authorization endpoint (OIDC Core §3.1.2). Decides nothing; imports dispatch.

A POST that comes from another site carries no `SameSite=Lax` cookie, so it is stored and answered with 303
to a GET of our own before any session is read.
"""

from collections.abc import Mapping

from flask import Blueprint, Response, request

from idp.errors import PageError
from idp.login import new_id
from idp.oauth.provider import Provider
from idp.shelf import Shelf, secret_name
from idp.store import Store
from idp.web.desk import Desk
from idp.web.edge import see_other, single

WAITING = 300
"""Seconds for which a posted request waits for the browser's next step."""


class Posted:
    """Requests that came by POST, waiting for the GET that follows at once."""

    def __init__(self, store: Store, kind: str) -> None:
        self._shelf = Shelf(store, f"posted-{kind}", dict[str, str])

    def keep(self, params: Mapping[str, str]) -> str:
        """Store them; returns the handle."""
        handle = new_id()
        self._shelf.put(secret_name(handle), dict(params), WAITING)
        return handle

    def get(self, handle: str) -> Mapping[str, str]:
        """The request; it may be reloaded while it waits."""
        params = self._shelf.get(secret_name(handle))
        if params is None:
            raise PageError(
                "expired", "This request was posted too long ago; start again at the site you came from."
            )
        return params


def blueprint(desk: Desk, *, issuer: str, provider: Provider, posted: Posted) -> Blueprint:
    """The authorization endpoint."""
    room = Blueprint("authorize", __name__)

    def answer(params: Mapping[str, str]) -> Response:
        checked = provider.arrive(params)
        who = desk.visitor()
        return who.dress(desk.dispatch.begin(checked, who))

    @room.get("/authorize")
    def authorize() -> Response:
        return answer(single(request.args))

    @room.post("/authorize")
    def authorize_posted() -> Response:
        params = single(request.form)
        provider.arrive(params)
        return see_other(f"{issuer}/authorize/{posted.keep(params)}")

    @room.get("/authorize/<handle>")
    def authorize_after_post(handle: str) -> Response:
        return answer(posted.get(handle))

    return room
