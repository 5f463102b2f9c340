"""Explicit registration: parses, calls, renders (OIDF §12.2). Knows nothing of chains."""

import json

from flask import Blueprint, Response, request

from federation.chain import LONGEST
from federation.registration import RESPONSE
from idp.errors import WireError
from idp.explicit import Explicit
from idp.introduction import REGISTRATION

STATEMENT, CHAIN = "application/entity-statement+jwt", "application/trust-chain+json"


def blueprint(explicit: Explicit) -> Blueprint:
    """The route of the registration endpoint."""
    routes = Blueprint("registration", __name__)

    @routes.post(REGISTRATION)
    def register() -> Response:
        supplied = _sent()
        answer = explicit.register(supplied[0], supplied if len(supplied) > 1 else ())
        response = Response(answer, mimetype=f"application/{RESPONSE}")
        response.headers["Cache-Control"] = "no-store"
        return response

    return routes


def _sent() -> list[str]:
    """A configuration, or a chain that begins with it (§12.2.1).

    Raises:
        WireError: `invalid_request`.
    """
    body = request.get_data()
    if request.mimetype == STATEMENT:
        return [body.decode("ascii", "replace").strip()]
    if request.mimetype != CHAIN:
        raise WireError("invalid_request", f"Send {STATEMENT} or {CHAIN}.", status=415)
    try:
        tokens = json.loads(body)
    except (ValueError, RecursionError):
        tokens = None
    if not isinstance(tokens, list) or not tokens or not all(isinstance(one, str) for one in tokens):
        raise WireError("invalid_request", "A trust chain is a JSON array of statements.")
    if len(tokens) > LONGEST:
        raise WireError("invalid_request", f"A trust chain has at most {LONGEST} statements.")
    return tokens
