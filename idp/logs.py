"""Logs: owns how a line of the log looks, where it goes, what never gets into it. Imports nothing of ours.

One JSON object per line: time, level, event, room, request_id and incident first. Lines of libraries take the
same way. Redaction is the second line of defence: no room passes a secret in the first place (I12).
"""

import json
import logging
import os
import re
import secrets
from collections.abc import Mapping, MutableMapping
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import structlog

LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}
REDACTED = "[redacted]"
_STANDARD_ERROR = 2
# Authlib prints tokens at DEBUG; the others print requests, filters or statements with their values.
QUIET = ("authlib", "joserfc", "urllib3", "ldap3", "redis", "sqlalchemy", "alembic", "werkzeug", "_granian")

_REQUEST: ContextVar[str] = ContextVar("request_id", default="")
_ANSWERED: dict[str, int] = {}  # where the lines of requests go, while they are wanted

_FIRST = ("time", "level", "event", "room", "request_id", "incident")
_SECRET_WORDS = frozenset(
    {
        "password",
        "passwd",
        "pwd",
        "passphrase",
        "secret",
        "token",
        "code",
        "cookie",
        "cookies",
        "authorization",
    }
    | {"assertion", "verifier", "kek", "private", "credential", "credentials", "hint"}
)
# Names that end like a secret and are none.
_PLAIN = frozenset(
    {"status_code", "error_code", "region_code", "token_endpoint", "token_type", "id_token_alg"}
)
_SECRET_TEXT = re.compile(
    r"""eyJ[\w-]{8,}(?:\.[\w-]*){1,4}                                     # a JWT, JWS or JWE
      | (?<=bearer\s)[\w.~+/=-]{8,} | (?<=basic\s)[\w+/=]{16,} | (?<=dpop\s)[\w.~+/=-]{8,}
    """,
    re.VERBOSE | re.IGNORECASE,
)
_PARAMETER = re.compile(
    r"""(\b(?:code|password|[a-z_]*token(?:_hint)?|[a-z_]*secret|client_assertion|code_verifier|state)=)[^&\s"']+""",
    re.IGNORECASE,
)


_SHORT = 40


@lru_cache(maxsize=1024)
def _secret(name: str) -> bool:
    return name not in _PLAIN and not _SECRET_WORDS.isdisjoint(re.split(r"[^a-z0-9]+", name.lower()))


def _strike_out(text: str) -> str:
    return _PARAMETER.sub(rf"\1{REDACTED}", _SECRET_TEXT.sub(REDACTED, text))


_struck_out = lru_cache(maxsize=1024)(_strike_out)  # routes, rooms and events: the same few words every time


def redact(name: str, value: object) -> object:
    """A value as it may be logged under a name: whole, with parts struck out, or not at all."""
    if _secret(name) or isinstance(value, bytes):
        return REDACTED
    if isinstance(value, str):
        return _struck_out(value) if len(value) <= _SHORT else _strike_out(value)
    if isinstance(value, Mapping):
        return {str(key): redact(str(key), inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redact(name, inner) for inner in value]
    return value


def configure(*, file: Path | None, level: str) -> None:
    """Send every line, ours and the libraries', to a file or to standard error.

    Args:
        file: opened to append, so that several workers can share it; None for standard error.
        level: `debug`, `info`, `warning` or `error`.
    """
    where = _STANDARD_ERROR
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        where = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    structlog.configure(
        processors=[
            _named,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            structlog.processors.format_exc_info,
            _room,
            _line,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=lambda *names: _Lines(str(names[0]) if names else "", where),
        cache_logger_on_first_use=False,
    )
    _ANSWERED.clear()
    if LEVELS[level] <= LEVELS["info"]:
        _ANSWERED["where"] = where
    _adopt(LEVELS[level])


def begin_request() -> str:
    """Name the request that this thread now works on; every line until the next one carries the name.

    The name is ours: one that came in from outside would join people's traces across borders.
    """
    request_id = secrets.token_hex(8)
    _REQUEST.set(request_id)
    return request_id


def answered(*, method: str, route: str | None, status: int, ms: float) -> None:
    """The line of a request that was answered: the one that every request writes, so it takes a short way.

    Args:
        method: as sent.
        route: the rule that matched, never the address with its values.
        ms: milliseconds from the first byte to the answer.
    """
    where = _ANSWERED.get("where")
    if where is None or structlog.get_config()["processors"][-1] is not _line:  # quieter, or not ours
        structlog.get_logger("edge").info("request", method=method, route=route, status=status, ms=ms)
        return
    now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    line = (
        f'{{"time": "{now}", "level": "info", "event": "request", "room": "edge", '
        f'"request_id": "{_REQUEST.get()}", "method": {_quoted(method)}, "route": {_quoted(route)}, '
        f'"status": {status:d}, "ms": {ms:.1f}}}\n'
    )
    os.write(where, line.encode("utf-8", "replace"))


@lru_cache(maxsize=256)
def _quoted(text: str | None) -> str:
    return json.dumps(text, ensure_ascii=False)


class _Lines:
    """Writes a line with one system call, which threads and workers cannot interleave."""

    def __init__(self, room: str, where: int) -> None:
        self.room = room
        self._where = where

    def msg(self, line: str) -> None:
        os.write(self._where, line.encode("utf-8", "replace") + b"\n")

    debug = info = warning = error = critical = exception = msg


def _named(_logger: _Lines, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if name := _REQUEST.get():
        event.setdefault("request_id", name)
    return event


def _room(logger: _Lines, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if logger.room:
        event.setdefault("room", logger.room)
    return event


def _line(_logger: _Lines, _method: str, event: MutableMapping[str, Any]) -> str:
    ordered = {name: event.pop(name) for name in _FIRST if name in event}
    ordered.update(event)
    clean = {name: redact(name, value) for name, value in ordered.items()}
    return json.dumps(clean, ensure_ascii=False, default=str)


class _Adopted(logging.Handler):
    """Lines of libraries, which know only the standard library's logging."""

    def emit(self, record: logging.LogRecord) -> None:
        log = structlog.get_logger(record.name)
        level = min(max(record.levelno, 10), 50)
        log.log(level, record.getMessage(), exc_info=record.exc_info)


def _adopt(level: int) -> None:
    root = logging.getLogger()
    root.handlers[:] = [_Adopted()]
    root.setLevel(level)
    logging.captureWarnings(capture=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
