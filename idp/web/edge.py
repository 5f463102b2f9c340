"""Edge: owns where HTTP ends: parameters in, answers out, errors as answers, headers on everything. Knows
no journeys.

Imports flask, errors, oauth.wire, pages. Parameters that occur twice are refused for every endpoint (RFC
6749 §3.1).
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from flask import Flask, Request, Response, g, request
from werkzeug.datastructures import Headers, MultiDict
from werkzeug.exceptions import HTTPException

from idp import logs
from idp.answer import Answer
from idp.errors import PageError, Refused, Unavailable, WireError, incident
from idp.oauth.wire import WireRequest, back, describe
from idp.web.pages import Pages, locale_for

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

log = structlog.get_logger("edge")

MACHINES = frozenset(
    {"par", "register", "registration", "token", "revocation", "introspection", "userinfo"}
    | {"wellknown", "notices", "health", "federation"}
)
"""Blueprints whose callers are programs: their errors are JSON."""

LARGEST = 64 * 1024
"""Bytes of a request body; nothing that is sent to us is larger."""

POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"
"""`form-action` is left out: browsers apply it to the whole redirect chain that follows a form."""

SPOKEN = ("authorization", "content-type", "accept")
"""The headers that the rooms below understand."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def single(values: MultiDict[str, str]) -> Mapping[str, str]:
    """The parameters, each of which must occur once (RFC 6749 §3.1).

    Raises:
        PageError: `invalid_request`.
    """
    for name, many in values.lists():
        if len(many) > 1:
            raise PageError(
                "invalid_request", f"The parameter {name[:40]} occurs more than once; send it once."
            )
    return values.to_dict()


def wire(from_: Request) -> WireRequest:
    """A request as a value, for the rooms that know no Flask.

    Raises:
        WireError: `invalid_request`, a parameter occurs twice.
    """
    try:
        query, form = single(from_.args), single(from_.form)
    except PageError as error:
        raise WireError("invalid_request", error.public) from error
    headers = {name: value for name in SPOKEN if (value := from_.headers.get(name)) is not None}
    return WireRequest(method=from_.method, path=from_.path, query=query, form=form, headers=headers)


class Complete(Response):
    """An answer whose headers are all there; nothing is left to be derived from the request."""

    def get_wsgi_headers(self, environ: "WSGIEnvironment") -> Headers:  # noqa: ARG002 (werkzeug calls it so)
        """The headers as they are: addresses in them are absolute and ASCII, the length is known."""
        return self.headers


def respond(answer: Answer) -> Response:
    """An answer of the rooms below as a response."""
    return Complete(answer.body, answer.status, list(answer.headers))


def see_other(location: str) -> Response:
    """Send the browser on with GET (RFC 9700 §4.12: 303, so that a password is never posted onwards)."""
    return Response(status=303, headers={"Location": location, "Cache-Control": "no-store"})


@dataclass(frozen=True, slots=True)
class Edge:
    """What every request and answer passes.

    Attributes:
        again: where a person can start anew at a client, for pages that end a journey.
    """

    issuer: str
    pages: Pages
    again: Callable[[str], tuple[str | None, Mapping[str, str]]]

    def guard(self, app: Flask) -> None:
        """Install the handlers of errors, the headers and the request log."""
        app.config["MAX_CONTENT_LENGTH"] = LARGEST
        app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST
        app.before_request(_begin)
        app.after_request(self._finish)
        app.register_error_handler(WireError, self._wire_error)
        app.register_error_handler(PageError, self._page_error)
        app.register_error_handler(Refused, self._refused)
        app.register_error_handler(Unavailable, self._unavailable)
        app.register_error_handler(HTTPException, self._http_error)
        app.register_error_handler(Exception, self._crash)

    def _finish(self, response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.add(name, value)  # no view sets these, so there is nothing to look for
        if self.issuer.startswith("https:"):
            response.headers.setdefault("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
        logs.answered(
            method=request.method,
            route=request.url_rule.rule if request.url_rule else None,
            status=response.status_code,
            ms=(time.perf_counter() - g.began) * 1000,
        )
        return response

    def _wire_error(self, error: WireError) -> Response:
        number = _note(error.code, error.cause or error.public, error.status)
        return _json(error.code, describe(error.public, number), error.status, error.headers)

    def _page_error(self, error: PageError) -> Response:
        if _machine():
            return self._wire_error(
                WireError(error.code, error.public, status=error.status, cause=error.cause)
            )
        number = _note(error.code, error.cause or error.public, error.status)
        return self._page(
            error.code, error.public, error.status, number, error.client_id, entity=error.entity
        )

    def _refused(self, error: Refused) -> Response:
        number = _note(error.code, error.cause or error.public, 303)
        params = {
            "error": error.code,
            "error_description": describe(error.public, number),
            "state": error.state,
        }
        return respond(back(error.back_to, self.issuer, params))

    def _unavailable(self, error: Unavailable) -> Response:
        number = _note("temporarily_unavailable", f"{error.part}: {error.cause}", 503)
        headers = {"Retry-After": str(error.retry_after)}
        if _machine():
            text = describe(f"The {error.part} does not answer; try again in a moment.", number)
            return _json("temporarily_unavailable", text, 503, headers)
        response = self._page("temporarily_unavailable", f"{error.part} does not answer", 503, number, None)
        response.headers.update(headers)
        return response

    def _http_error(self, error: HTTPException) -> Response:
        status = error.code or 500
        code = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}.get(status, "invalid_request")
        headers = {"Allow": ", ".join(getattr(error, "valid_methods", None) or ())} if status == 405 else {}
        if _machine():
            wire_code = "invalid_request" if status < 500 else "server_error"
            return _json(
                wire_code, describe(f"{error.name}.", _note(code, error.name, status)), status, headers
            )
        response = self._page(code, error.name, status, _note(code, error.name, status), None)
        response.headers.update(headers)
        return response

    def _crash(self, error: Exception) -> Response:
        number = incident()
        log.error("crash", incident=number, kind=type(error).__name__, exc_info=error)
        if _machine():
            return _json("server_error", describe("Something went wrong on our side.", number), 500, {})
        return self._page("server_error", "", 500, number, None)

    def _page(
        self,
        code: str,
        public: str,
        status: int,
        number: str,
        client_id: str | None,
        *,
        entity: str | None = None,
    ) -> Response:
        locale = locale_for(request)
        url, name = self.again(client_id) if client_id else (None, {})
        return self.pages.render(
            "error.html",
            locale=locale,
            status=status,
            code=code,
            incident=number,
            public=public,
            again_url=url,
            client_name=name.get(locale) or name.get("zh"),
            entity=entity,
        )


def _begin() -> None:
    logs.begin_request()
    g.began = time.perf_counter()


def _machine() -> bool:
    """Whether a program asks: by the endpoint, or where there is none, by what it can read."""
    if request.url_rule is None:
        return "text/html" not in request.headers.get("Accept", "")
    return request.blueprint in MACHINES


def _note(code: str, cause: str, status: int) -> str:
    number = incident()
    route = request.url_rule.rule if request.url_rule else None
    log.warning("refused", incident=number, error=code, cause=cause, status=status, route=route)
    return number


def _json(code: str, description: str, status: int, headers: Mapping[str, str]) -> Response:
    body = json.dumps({"error": code, "error_description": description})
    response = Response(body, status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    response.headers.update(headers)
    return response
