"""Userinfo endpoint: parses, calls, renders (OIDC Core §5.3). Knows nothing of claims."""

from flask import Blueprint, Response, request

from idp.oauth.provider import Provider
from idp.web import edge
from idp.web.crossing import open_to_browsers


def blueprint(provider: Provider) -> Blueprint:
    """Return the route of the userinfo endpoint."""
    routes = Blueprint("userinfo", __name__)
    open_to_browsers(routes)

    @routes.route("/userinfo", methods=["GET", "POST"])
    def userinfo() -> Response:
        return edge.respond(provider.userinfo(edge.wire(request)))

    return routes
