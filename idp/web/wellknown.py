"""Well-known addresses: discovery, keys and the entity configuration. Parses nothing, decides nothing.

How long caches may hold the keys is part of the promise that no key signs before it can be known everywhere.
"""

import json
from collections.abc import Callable, Collection, Mapping

from flask import Blueprint, Response

from federation.statement import TYP
from idp.entity import Entity
from idp.oauth.metadata import PATHS
from idp.web.crossing import open_to_browsers

Fetched = Callable[[Collection[str]], None]


def blueprint(
    *, entity: Entity, discovery: Mapping[str, object] | None, max_age: int, fetched: Fetched
) -> Blueprint:
    """Return the routes of the documents that we publish.

    Args:
        entity: signs the entity configuration and knows the keys.
        discovery: `Provider.metadata()`, or None for a node that is no OpenID provider.
        max_age: seconds for which caches may hold a document.
        fetched: told which keys somebody has just been given.
    """
    routes = Blueprint("wellknown", __name__)
    open_to_browsers(routes)
    kept = {"Cache-Control": f"public, max-age={max_age}"}

    @routes.get("/.well-known/openid-federation")
    def configuration() -> Response:
        fetched(entity.kids())
        return Response(entity.configuration(), mimetype=f"application/{TYP}", headers=kept)

    if discovery is None:
        return routes
    document = json.dumps(discovery, ensure_ascii=False, indent=2)

    @routes.get("/.well-known/openid-configuration")
    def openid_configuration() -> Response:
        return Response(document, mimetype="application/json", headers=kept)

    @routes.get(PATHS["jwks_uri"])
    def jwks() -> Response:
        fetched(entity.token_kids())
        return Response(json.dumps(entity.jwks()), mimetype="application/jwk-set+json", headers=kept)

    return routes
