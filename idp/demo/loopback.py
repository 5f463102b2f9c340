"""Loopback: owns the one HTTP request that demo programs make. Does not know OpenID. Imports nothing of ours.

Names under `.localhost` are the loopback address (RFC 6761 §6.3); many systems' resolvers do not know that,
so it is decided here. Redirects are never followed: a relying party has no reason to, and the check counts
them.
"""

import http.client
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
) -> Reply:
    """Make one request to an `http` URL.

    Args:
        url: absolute.
        method: HTTP method.
        body: sent as it is.
        headers: besides `Host` and `Content-Length`.
        timeout: seconds for connecting and for each read.

    Raises:
        Unreachable: no whole answer.
    """
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname:
        raise Unreachable(f"not an http address: {url}")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = http.client.HTTPConnection(address(parts.hostname), parts.port or 80, timeout=timeout)
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


def _resolves(host: str) -> bool:
    try:
        return bool(socket.getaddrinfo(host, 80, proto=socket.IPPROTO_TCP))
    except OSError:
        return False
