"""Pushed authorization request endpoint: parses, calls, renders (RFC 9126 §2). Knows nothing of requests."""

from flask import Blueprint, Response, request

from idp.oauth.provider import Provider
from idp.web import edge


def blueprint(provider: Provider) -> Blueprint:
    """Return the route of the endpoint."""
    routes = Blueprint("par", __name__)

    @routes.post("/par")
    def par() -> Response:
        return edge.respond(provider.push(edge.wire(request)))

    return routes
