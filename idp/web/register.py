"""Registration and client configuration endpoints: parses, calls, renders (RFC 7591 §3, RFC 7592 §2). Knows
nothing of metadata."""

from flask import Blueprint, Response, request

from idp.oauth.metadata import REGISTRATION
from idp.oauth.registration import DynamicRegistration
from idp.web import edge
from idp.web.crossing import open_to_browsers

_ONE = f"{REGISTRATION}/<client_id>"


def blueprint(registration: DynamicRegistration) -> Blueprint:
    """Return the routes of both endpoints."""
    routes = Blueprint("register", __name__)
    open_to_browsers(routes)

    @routes.post(REGISTRATION)
    def register() -> Response:
        return edge.respond(registration.register(edge.wire(request), request.get_data()))

    @routes.get(_ONE)
    def read(client_id: str) -> Response:
        return edge.respond(registration.read(edge.wire(request), client_id))

    @routes.put(_ONE)
    def update(client_id: str) -> Response:
        return edge.respond(registration.update(edge.wire(request), client_id, request.get_data()))

    @routes.delete(_ONE)
    def remove(client_id: str) -> Response:
        return edge.respond(registration.remove(edge.wire(request), client_id))

    return routes
