"""Web: owns how the demo's own sites are served, and the headers of every answer.

Does not know what they say.
"""

import logging
import threading

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


def serve(app: Flask, port: int) -> BaseWSGIServer:
    """Listen on the loopback address, and answer from a thread for each connection.

    Raises:
        OSError: the port is taken.
    """
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server(LOOPBACK, port, app, threaded=True, request_handler=_Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    return server


class _Handler(WSGIRequestHandler):
    """Keep connections open between requests, but not for ever."""

    protocol_version = "HTTP/1.1"
    timeout = 15
