"""Site: owns a nation's answers: over a socket of the loopback address, or straight from memory. Imports
nation, federation.resolve.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from federation.resolve import Page
from idp.simulated.nation import Nation, Size

TYPE = "application/entity-statement+jwt"


class Site:
    """What a nation answers, and how often it was asked for each document."""

    def __init__(self, nation: Nation) -> None:
        self.nation = nation
        self.asked: Counter[str] = Counter()

    def get(self, url: str, *, limit: int, timeout: float) -> Page:  # noqa: ARG002
        """The answer without a socket."""
        return self.answer(urlsplit(url).netloc, url)

    def post(self, url: str, *, form: str, limit: int, timeout: float) -> Page:  # noqa: ARG002
        """There is nothing to post to."""
        return Page(404, "application/json", b"{}")

    def answer(self, host: str, target: str) -> Page:
        """The answer of one host."""
        issuer = host.partition(".localhost")[0]
        asked = parse_qs(urlsplit(target).query).get("sub")
        subject = urlsplit(asked[0]).netloc.partition(".localhost")[0] if asked else issuer
        self.asked[f"{issuer} {subject}"] += 1
        token = self.nation.statement(issuer, subject)
        if token is None:
            return Page(404, "application/json", b'{"error":"not_found","error_description":"unknown"}')
        return Page(200, TYPE, token.encode())


@contextmanager
def opened(size: Size, now: float) -> Iterator[Site]:
    """A nation that answers on a free port until the block ends."""
    site: Site

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            page = site.answer(self.headers.get("Host", ""), self.path)
            self.send_response(page.status)
            self.send_header("Content-Type", page.content_type)
            self.send_header("Content-Length", str(len(page.body)))
            self.end_headers()
            self.wfile.write(page.body)

        def log_message(self, *_said: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site = Site(Nation(size=size, port=server.server_address[1], now=now))
    threading.Thread(target=server.serve_forever, name="nation", daemon=True).start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
