"""Key updates: the endpoints at which a subordinate tells us about new keys (OIDF §11.2 leaves how to us).

One takes a push (`federation.keypush`), the other is asked to look soon. Neither certifies anything.
"""

from flask import Blueprint, Response, jsonify, request

from federation.keypush import LIMITS, TYP, NotProven
from idp.authority.callers import Callers
from idp.authority.candidates import Candidates
from idp.authority.paths import JWKS_UPDATE, JWKS_UPDATE_TRIGGER
from idp.authority.pushes import Pushes
from idp.errors import WireError
from idp.web.federation.asked import asked

_STATUS = {"invalid_client": 401, "invalid_request": 400}


def register(routes: Blueprint, *, pushes: Pushes, candidates: Candidates, callers: Callers) -> None:
    """Put the two endpoints on the blueprint."""

    @routes.post(JWKS_UPDATE)
    def update() -> tuple[Response, int]:
        if request.mimetype != f"application/{TYP}":
            raise WireError("invalid_request", f"Send a push as application/{TYP}.", status=415)
        if (request.content_length or 0) > LIMITS.size:
            raise WireError("invalid_request", f"A push has at most {LIMITS.size} characters.", status=413)
        try:
            taken = pushes.take(request.get_data(cache=False).decode("ascii", "replace").strip())
        except NotProven as error:
            raise WireError(error.code, error.sentence, status=_STATUS[error.code]) from None
        answer = {"sub": taken.subordinate, "certified": taken.certified, "waiting": taken.waiting}
        return jsonify(answer), 202 if taken.waiting else 200

    @routes.post(JWKS_UPDATE_TRIGGER)
    def trigger() -> tuple[str, int]:
        question = asked(request, callers, always_post=True)
        if not candidates.hurry(question.caller or question.need("sub")):
            raise WireError("not_found", "No subordinate of that name is registered here.", status=404)
        return "", 202
