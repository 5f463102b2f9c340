"""Revocation and introspection endpoints: parse, call, render (RFC 7009 §2, RFC 7662 §2)."""

from flask import Blueprint, Response, request

from idp.oauth.provider import Provider
from idp.web import edge
from idp.web.crossing import open_to_browsers


def revocation(provider: Provider) -> Blueprint:
    """Return the route of the revocation endpoint; clients that live in a browser need it too."""
    routes = Blueprint("revocation", __name__)
    open_to_browsers(routes)

    @routes.post("/revoke")
    def revoke() -> Response:
        return edge.respond(provider.revoke(edge.wire(request)))

    return routes


def introspection(provider: Provider) -> Blueprint:
    """Return the route of the introspection endpoint."""
    routes = Blueprint("introspection", __name__)

    @routes.post("/introspect")
    def introspect() -> Response:
        return edge.respond(provider.introspect(edge.wire(request)))

    return routes
