"""Loopback: owns the one HTTP request that demo programs make. Does not know OpenID. Imports nothing of ours.

Names under `.localhost` are the loopback address (RFC 6761 §6.3); many systems' resolvers do not know that,
so it is decided here. Redirects are never followed: a relying party has no reason to, and the check counts
them.
"""

import http.client
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

_LIMIT = 1 << 20


class Unreachable(Exception):
    """Nobody answered, or not in time, or with more than an answer may hold."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer.

    Attributes:
        status: HTTP status.
        headers: pairs as they came, names in lower case.
        body: at most one mebibyte.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """The first header of that (lower-case) name, or an empty string."""
        return next((value for key, value in self.headers if key == name), "")


def address(host: str) -> str:
    """Where to connect for a host name."""
    return "127.0.0.1" if host == "localhost" or host.endswith(".localhost") else host


def hosts_line(hosts: Sequence[str]) -> str | None:
    """What a hosts file needs for programs that cannot resolve `*.localhost`; None when the system can."""
    return None if all(map(_resolves, hosts)) else f"127.0.0.1 {' '.join(hosts)}"


def ask(
    url: str,
    *,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    timeout: float = 5,
    trust: ssl.SSLContext | None = None,
) -> Reply:
    """Make one request.

    Args:
        url: absolute.
        method: HTTP method.
        body: sent as it is.
        headers: besides `Host` and `Content-Length`.
        timeout: seconds for connecting and for each read.
        trust: whose certificates are believed over https; None: those that the system believes.

    Raises:
        Unreachable: no whole answer.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Unreachable(f"not a web address: {url}")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    context = (trust or ssl.create_default_context()) if parts.scheme == "https" else None
    connection = _Connection(parts.hostname, parts.port or (443 if context else 80), timeout, context)
    try:
        connection.request(method, target, body, {"Host": parts.netloc, **(headers or {})})
        response = connection.getresponse()
        content = response.read(_LIMIT + 1)
        pairs = tuple((name.lower(), value) for name, value in response.getheaders())
    except (OSError, http.client.HTTPException) as error:
        raise Unreachable(f"{parts.netloc} does not answer: {error}") from error
    finally:
        connection.close()
    if len(content) > _LIMIT:
        raise Unreachable(f"{parts.netloc} answers with more than {_LIMIT} bytes")
    return Reply(response.status, pairs, content)


def asker(ca: Path | None) -> Callable[..., Reply]:
    """`ask` that believes the certificates of one authority, or of those that the system believes.

    Args:
        ca: PEM file of the authority.
    """
    return partial(ask, trust=ssl.create_default_context(cafile=ca)) if ca else ask


class _Connection(http.client.HTTPConnection):
    """A connection that finds `*.localhost` itself, and still checks certificates against the name."""

    def __init__(self, host: str, port: int, timeout: float, context: ssl.SSLContext | None) -> None:
        super().__init__(host, port, timeout=timeout)
        self._context = context

    def connect(self) -> None:
        """Open the socket."""
        sock = socket.create_connection((address(self.host), self.port), self.timeout)
        self.sock = self._context.wrap_socket(sock, server_hostname=self.host) if self._context else sock


def _resolves(host: str) -> bool:
    try:
        return bool(socket.getaddrinfo(host, 80, proto=socket.IPPROTO_TCP))
    except OSError:
        return False
