"""Token endpoint: parses, calls, renders (RFC 6749 §3.2). Knows nothing of tokens."""

from flask import Blueprint, Response, request

from idp.oauth.provider import Provider
from idp.web import edge
from idp.web.crossing import open_to_browsers


def blueprint(provider: Provider) -> Blueprint:
    """Return the route of the token endpoint."""
    routes = Blueprint("token", __name__)
    open_to_browsers(routes)

    @routes.post("/token")
    def token() -> Response:
        return edge.respond(provider.token(edge.wire(request)))

    return routes
