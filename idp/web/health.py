"""Health: owns `/livez` and `/readyz`. Knows of a part only how to ask it. Imports flask, errors.

Live means that the process serves; ready means that the parts behind it answer. Causes go to the log, since
anybody may ask.
"""

import json
import threading
from collections.abc import Callable, Mapping

import structlog
from flask import Blueprint, Response

from idp.clock import Clock
from idp.errors import Unavailable

log = structlog.get_logger("health")

_FRESH_SECONDS = 1.0  # so that a flood of probes is not a flood of queries


class Readiness:
    """Asks every part, at most once a second.

    Args:
        parts: by name, a call that returns when the part answers and raises `Unavailable` when not.
    """

    def __init__(self, parts: Mapping[str, Callable[[], object]], clock: Clock) -> None:
        self._parts = parts
        self._clock = clock
        self._lock = threading.Lock()
        self._asked = float("-inf")
        self._found: Mapping[str, str] = {}

    def check(self) -> Mapping[str, str]:
        """`ok`, or a reason in plain words, for each part."""
        with self._lock:
            now = self._clock()
            if not 0 <= now - self._asked < _FRESH_SECONDS:
                self._found = {name: self._ask(name, call) for name, call in self._parts.items()}
                self._asked = now
            return self._found

    def _ask(self, name: str, call: Callable[[], object]) -> str:
        try:
            call()
        except Unavailable as error:
            log.warning("part_unavailable", part=name, cause=error.cause)
            return "does not answer"
        except Exception as error:
            log.exception("part_failed", part=name, kind=type(error).__name__)
            return "fails"
        return "ok"


def blueprint(*, clock: Clock, **parts: Callable[[], object]) -> Blueprint:
    """The two routes.

    Args:
        parts: by name, what `/readyz` asks: 200 when every part answers, else 503 with `Retry-After`.
    """
    routes = Blueprint("health", __name__)
    readiness = Readiness(parts, clock)

    @routes.get("/livez")
    def livez() -> Response:
        return _answer(200, {"status": "ok"})

    @routes.get("/readyz")
    def readyz() -> Response:
        parts = readiness.check()
        ready = all(state == "ok" for state in parts.values())
        return _answer(200 if ready else 503, {"status": "ok" if ready else "unavailable", "parts": parts})

    return routes


def _answer(status: int, body: Mapping[str, object]) -> Response:
    response = Response(json.dumps(body), status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    if status == 503:
        response.headers["Retry-After"] = "1"
    return response
