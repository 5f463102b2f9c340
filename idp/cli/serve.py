"""Serve: owns `manyou serve`: one node behind granian, from start to SIGTERM. Imports desk, valkey.

What can be found wrong is found before a worker starts, so that a worker never fails in a loop.
"""

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import click
import structlog
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from idp import logs
from idp.cli.desk import Desk, at_desk
from idp.cli.failure import Failure
from idp.hardening import keep_memory_private
from idp.settings import Settings, override
from idp.valkey import Embedded
from idp.wiring import open_store
from idp.wiring.custody import handed_on

log = structlog.get_logger("serve")

_GRACE_SECONDS = 5  # for requests that are being answered; then the workers are killed

# Granian's own lines take the way of all others (`idp.logs`), instead of its own handlers; its advice about
# threads at every start is left out.
_LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "loggers": {"_granian": {"propagate": True, "level": "ERROR"}},
}


@click.command()
@at_desk
def serve(desk: Desk) -> None:
    """Serve this node until SIGTERM or Ctrl-C."""
    keep_memory_private()
    settings = desk.settings()
    signal.signal(signal.SIGTERM, _end)  # also while things start; granian sets its own later
    with desk.records() as records:  # tables and keys are made here once, not by every worker
        records.rings.oidc()
        records.rings.federation()
    logs.configure(file=settings.log.file, level=settings.log.level)
    _reserve(settings)
    with _store(settings):
        os.environ["MANYOU_SETTINGS"] = str(desk.path.absolute())
        os.environ.update(handed_on(settings.keys))  # for the workers, which take it out again
        log.info("serving", issuer=settings.issuer, listen=settings.http.listen)
        _granian(settings)
    log.info("stopped", issuer=settings.issuer)


def _end(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def _reserve(settings: Settings) -> None:
    # Granian shares its port with whoever else listens there (SO_REUSEPORT), which would be half a node.
    host, port = settings.http.address
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        raise Failure(
            f"{settings.http.listen} cannot be listened at ({error.strerror}); stop what listens there, "
            "or write another [http] listen"
        ) from error


@contextmanager
def _store(settings: Settings) -> Iterator[None]:
    """The store, for all workers together: an embedded one is started here, and they are told its socket."""
    if settings.store.url != "embedded":
        store, close = open_store(settings)
        try:
            store.ping()
        finally:
            close()
        yield
        return
    with Embedded() as server:
        os.environ[override("store", "url")] = server.url
        try:
            yield
        finally:
            del os.environ[override("store", "url")]


def _granian(settings: Settings) -> None:
    host, port = settings.http.address
    tls: dict[str, Any] = {}
    if settings.http.certificate_file is not None:
        tls = {"ssl_cert": settings.http.certificate_file, "ssl_key": settings.http.key_file}
    server = Granian(
        "idp.app:application",
        factory=True,
        interface=Interfaces.WSGI,
        address=host,
        port=port,
        workers=settings.http.workers,
        blocking_threads=settings.http.threads,
        websockets=False,
        workers_kill_timeout=_GRACE_SECONDS,
        log_level=LogLevels.error,
        log_dictconfig=_LOGGING,
        **tls,
    )
    server.serve()
