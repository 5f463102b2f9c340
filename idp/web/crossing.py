"""Crossing: owns which endpoints pages of other sites may call from a browser (Fetch standard, CORS).

Only endpoints that read no cookie: what they give depends on a credential that the caller must hold, so that
a foreign page gains nothing it could not fetch by itself. Public clients that live in a browser need them.
"""

from flask import Blueprint, Response, request


def open_to_browsers(routes: Blueprint) -> None:
    """Let pages of any origin call the routes of a blueprint and read their answers, refusals included."""

    @routes.after_request
    def allow(response: Response) -> Response:
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = "WWW-Authenticate"
        if request.method == "OPTIONS":
            response.headers["Access-Control-Allow-Headers"] = "authorization, content-type"
            response.headers["Access-Control-Allow-Methods"] = response.headers.get("Allow", "POST")
            response.headers["Access-Control-Max-Age"] = "600"
        return response
