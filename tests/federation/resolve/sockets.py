"""Sockets: a country on loopback, behind a real server, for what only a network can show."""

import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from keys.key import SigningKey
from tests.federation.country import NOW, Country
from tests.federation.resolve.world import TYPE


class Local(Country):
    """A country whose entities are names on one port."""

    port = 0

    def id_of(self, name: str) -> str:  # type: ignore[override]
        return name if "://" in name else f"http://{name}.localhost:{self.port}"

    def jwks(self, name: str) -> Mapping[str, object]:
        return self.rings[name].jwks(NOW)  # the keys of tests begin there, whatever the time is

    def key(self, name: str) -> SigningKey:
        return self.rings[name].signer(NOW)


@contextmanager
def served(now: float, superiors: dict[str, str] | None = None) -> Iterator[tuple[Local, Counter[str]]]:
    """A country that answers on loopback, and how often it was asked for each path and query."""
    asked: Counter[str] = Counter()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            host = str(self.headers["Host"]).split(".localhost")[0]
            asked[f"{host}{self.path}"] += 1
            parts = urlsplit(self.path)
            subject = parse_qs(parts.query).get("sub", [country.id_of(host)])[0]
            body = country.statement(host, subject.removeprefix("http://").split(".localhost")[0]).encode()
            self.send_response(200)
            self.send_header("Content-Type", TYPE)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Local.port = server.server_address[1]
    country = Local(superiors, now=now)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield country, asked
    finally:
        server.shutdown()
        server.server_close()
