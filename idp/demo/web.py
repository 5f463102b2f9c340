"""Web: owns how the demo's own sites are served, and the headers of every answer.

Does not know what they say.
"""

import logging
import threading
from pathlib import Path

from flask import Flask, Response
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from idp.demo.places import LOOPBACK


def guard(response: Response) -> Response:
    """Nothing that a portal says about a person is kept by anybody; its pages load nothing from elsewhere."""
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def serve(app: Flask, port: int, certificate: tuple[Path, Path] | None) -> BaseWSGIServer:
    """Listen on the loopback address, and answer from a thread for each connection.

    Args:
        app: the program.
        port: of the loopback address.
        certificate: certificate and key for https, or None.

    Raises:
        OSError: the port is taken.
    """
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    tls = (str(certificate[0]), str(certificate[1])) if certificate else None
    server = make_server(LOOPBACK, port, app, threaded=True, request_handler=_Handler, ssl_context=tls)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    return server


class _Handler(WSGIRequestHandler):
    """Keep connections open between requests, but not for ever."""

    protocol_version = "HTTP/1.1"
    timeout = 15
