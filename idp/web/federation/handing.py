"""Handing: owns the form of what a federation endpoint answers: signed text, JSON, tags and ages."""

import hashlib
import json
from collections.abc import Mapping, Sequence

from flask import Response, request

AGE = 10
"""Seconds for which caches may hold what we state about others: somebody who was suspended must not live on
there."""


def signed(token: str, typ: str, *, left: float | None = None) -> Response:
    """A signed document, or 304 for a reader whose copy is the same.

    Args:
        typ: of the JWT; the media type is made of it.
        left: seconds until it expires; None: it must not be kept by anybody.
    """
    response = Response(token, mimetype=f"application/{typ}")
    if left is None:
        response.headers["Cache-Control"] = "no-store"
        return response
    return _tagged(response, token, min(AGE, max(0, int(left))))


def listed(value: Sequence[object] | Mapping[str, object], *, age: int = AGE) -> Response:
    """JSON, or 304 for a reader whose copy is the same."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return _tagged(Response(text, mimetype="application/json"), text, age)


def _tagged(response: Response, text: str, age: int) -> Response:
    response.set_etag(hashlib.sha256(text.encode()).hexdigest()[:32])
    response.headers["Cache-Control"] = f"public, max-age={age}"
    response.make_conditional(request)
    return response
