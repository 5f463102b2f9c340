"""Web: owns the headers of every answer of the demo's own sites. Does not know what they answer."""

from flask import Response


def guard(response: Response) -> Response:
    """Nothing that a portal says about a person is kept by anybody; its pages load nothing from elsewhere."""
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
