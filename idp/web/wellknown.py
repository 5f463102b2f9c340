"""Well-known addresses: discovery, keys, key history and the entity configuration. Parses nothing, decides
nothing.

How long caches may hold the keys is part of the promise that no key signs before it can be known everywhere:
never longer than the settings say. Each answer says up to a tenth less, so that the caches of a country do
not all come back in the same second. A cache that comes back is asked only whether anything has changed
(RFC 9110 §8.8.3, §13.1.2).
"""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from random import SystemRandom

from flask import Blueprint, Response, request

from federation.statement import TYP
from idp.introduction import HISTORY, TOKEN_HISTORY
from idp.oauth.metadata import PATHS
from idp.publications import Publications
from idp.web.crossing import open_to_browsers
from keys.history import HISTORICAL_TYP

Fetched = Callable[[Collection[str], str | None], None]

JITTER = 0.1
"""The share of an answer's `max-age` that chance takes away at most."""

_dice = SystemRandom().random


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """Hands documents out.

    Attributes:
        max_age: seconds for which caches may hold a document, at most.
        life: seconds until a signed document ends. Caches may hold it for half as long: it may have lain
            here for a quarter of its life, and a cache must not hand out what has ended.
        dice: gives a number from 0 to below 1.
    """

    max_age: int
    life: int
    dice: Callable[[], float] = _dice

    def answer(self, text: str, mimetype: str) -> Response:
        """The document, or 304 for a reader whose copy is the same."""
        response = Response(text, mimetype=mimetype)
        response.set_etag(hashlib.sha256(text.encode()).hexdigest()[:32])
        most = min(self.max_age, self.life // 2) if mimetype.endswith("+jwt") else self.max_age
        age = most - int(most * JITTER * self.dice())
        response.headers["Cache-Control"] = f"public, max-age={age}"
        response.make_conditional(request)
        return response


def blueprint(
    *, publications: Publications, discovery: Mapping[str, object] | None, shop: Shop, fetched: Fetched
) -> Blueprint:
    """Return the routes of the documents that we publish.

    Args:
        publications: makes them.
        discovery: `Provider.metadata()`, or None for a node that is no OpenID provider.
        shop: hands them out.
        fetched: told which keys somebody has just been given, and what was shown to say who that is. The
            answer is the same for all.
    """
    routes = Blueprint("wellknown", __name__)
    open_to_browsers(routes)
    entity = publications.entity

    @routes.get("/.well-known/openid-federation")
    def configuration() -> Response:
        fetched(entity.kids(), _shown())
        return shop.answer(publications.configuration(), f"application/{TYP}")

    @routes.get(HISTORY)
    def history() -> Response:
        return shop.answer(publications.history(), f"application/{HISTORICAL_TYP}")

    if discovery is not None:
        _provide(routes, publications, json.dumps(discovery, ensure_ascii=False, indent=2), shop, fetched)
    return routes


def _provide(
    routes: Blueprint, publications: Publications, discovery: str, shop: Shop, fetched: Fetched
) -> None:
    entity = publications.entity

    @routes.get("/.well-known/openid-configuration")
    def openid_configuration() -> Response:
        return shop.answer(discovery, "application/json")

    @routes.get(PATHS["jwks_uri"])
    def jwks() -> Response:
        fetched(entity.token_kids(), _shown())
        return shop.answer(json.dumps(entity.jwks()), "application/jwk-set+json")

    @routes.get(PATHS["signed_jwks_uri"])
    def signed_jwks() -> Response:
        fetched(entity.token_kids(), _shown())
        return shop.answer(publications.signed_keys(), f"application/{HISTORICAL_TYP}")

    @routes.get(TOKEN_HISTORY)
    def token_history() -> Response:
        return shop.answer(publications.token_history(), f"application/{HISTORICAL_TYP}")


def _shown() -> str | None:
    return request.headers.get("Authorization")
