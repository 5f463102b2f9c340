"""Notices: owns the two addresses at which peers tell that a session ended. Does not judge them
(`idp.notices`)."""

from flask import Blueprint, Response, request

from idp.errors import WireError
from idp.notices import Notices
from idp.web.edge import wire

LARGEST = 8192


def blueprint(*, notices: Notices) -> Blueprint:
    """Back-channel logout (OIDC Back-Channel Logout §2.5) and pushed security events (RFC 8935 §2)."""
    room = Blueprint("notices", __name__)

    @room.post("/backchannel-logout")
    def backchannel_logout() -> Response:
        token = wire(request).form.get("logout_token")
        if not token:
            raise WireError("invalid_request", "The form field logout_token is missing.")
        notices.logout_token(token)
        return Response(status=200, headers={"Cache-Control": "no-store"})

    @room.post("/events")
    def events() -> Response:
        if request.mimetype != "application/secevent+jwt":
            raise WireError("invalid_request", "The content type must be application/secevent+jwt.")
        notices.session_event(request.get_data(cache=False)[: LARGEST + 1].decode("ascii", "replace"))
        return Response(status=202, headers={"Cache-Control": "no-store"})

    return room
