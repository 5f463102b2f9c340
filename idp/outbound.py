"""Outbound: owns every request that we make. Does not know what is asked or why. Imports errors, addresses.

No redirects, no retries, one deadline for everything together (also against an answer that arrives a byte at
a time), a size limit, https outside loopback, and a connection only ever to an address that was checked.
"""

import contextlib
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from idp.addresses import Addresses, Forbidden, Place, place_of, shown
from idp.errors import Unavailable

LIMIT = 262_144  # bytes of an answer
_IDLE_SECONDS, _IDLE_CONNECTIONS, _IDLE_IN_ALL = 10.0, 8, 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back.

    Attributes:
        status: also 3xx: nothing is followed.
        headers: lower-case names.
        body: at most the limit; never decompressed.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


class TooLong(ValueError):
    """More than was asked for; the cause of an `Unavailable`."""


class Sender(Protocol):
    """Whoever can make one exchange for us; `Outbound` does it over the network."""

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None,
        limit: int = LIMIT,
        timeout: float | None = None,
    ) -> Reply:
        """One exchange; raises `Unavailable`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    method: str
    place: Place
    headers: Mapping[str, str]
    body: bytes | None
    limit: int
    end: float


class _Watch:
    """Cuts a connection off when the time is up, wherever it is: handshake, headers or body."""

    def __init__(self, raw: socket.socket, seconds: float) -> None:
        self.expired = False
        self._raw = raw
        self._timer = threading.Timer(max(seconds, 0.001), self._cut)
        self._timer.daemon = True

    def _cut(self) -> None:
        self.expired = True
        with contextlib.suppress(OSError):
            # SSLSocket.shutdown would also drop its TLS state under the reading thread.
            socket.socket.shutdown(self._raw, socket.SHUT_RDWR)

    @contextlib.contextmanager
    def on(self) -> Iterator[None]:
        self._timer.start()
        try:
            yield
        finally:
            self._timer.cancel()
        if self.expired:  # what was read after the cut is not an answer
            raise TimeoutError("no whole answer in time")


class Outbound:
    """Sends requests, keeping a few connections open.

    Args:
        addresses: where we may go.
        timeout: seconds for one whole exchange, name to last byte, when the caller names none.
        ca_file: certificates that are trusted besides the system's.
    """

    def __init__(self, addresses: Addresses, *, timeout: float = 3, ca_file: Path | None = None) -> None:
        self._addresses = addresses
        self._timeout = timeout
        self._tls = ssl.create_default_context()
        if ca_file is not None:
            self._tls.load_verify_locations(cafile=ca_file)
        self._idle: dict[tuple[str, str, int], list[tuple[HTTPConnection, float]]] = {}
        self._lock = threading.Lock()

    def get(self, url: str, *, limit: int = LIMIT) -> bytes:
        """The body of a GET that is answered 200; raises `Unavailable` for anything else."""
        reply = self.send("GET", url, headers={"Accept": "*/*"}, body=None, limit=limit)
        if reply.status != 200:
            raise Unavailable("peer", f"{shown(url)}: status {reply.status}")
        return reply.body

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None,
        limit: int = LIMIT,
        timeout: float | None = None,
    ) -> Reply:
        """One exchange.

        Args:
            limit: bytes of the answer's body.
            timeout: seconds for everything together.

        Raises:
            Unavailable: part `peer`: not allowed, not reached, not in time, too long. The cause names the
                origin alone, since paths and queries can carry secrets.
        """
        end = time.monotonic() + (self._timeout if timeout is None else timeout)
        try:
            place = place_of(url)
            question = _Question(method=method, place=place, headers=headers, body=body, limit=limit, end=end)
            return self._exchange(self._reuse(place) or self._connect(place, end), question)
        except (OSError, HTTPError, http.client.HTTPException, Forbidden, ValueError) as error:
            raise Unavailable("peer", f"{shown(url)}: {type(error).__name__}: {error}") from error

    def close(self) -> None:
        """Close every idle connection."""
        with self._lock:
            idle, self._idle = self._idle, {}
        for connection, _since in (pair for pairs in idle.values() for pair in pairs):
            connection.close()

    def _reuse(self, place: Place) -> HTTPConnection | None:
        with self._lock:
            idle = self._idle.get(place.origin, [])
            while idle:
                connection, since = idle.pop()
                if connection.is_connected and time.monotonic() - since < _IDLE_SECONDS:
                    return connection
                connection.close()
            self._idle.pop(place.origin, None)
        return None

    def _keep(self, place: Place, connection: HTTPConnection) -> None:
        with self._lock:
            idle = self._idle[place.origin] = self._idle.pop(place.origin, [])
            idle.append((connection, time.monotonic()))
            spare = [idle.pop(0)] if len(idle) > _IDLE_CONNECTIONS else []
            # Whoever resolves a federation meets thousands of hosts, each once.
            while sum(map(len, self._idle.values())) > _IDLE_IN_ALL:
                spare += self._idle.pop(next(iter(self._idle)))
        for one, _since in spare:
            one.close()

    def _connect(self, place: Place, end: float) -> HTTPConnection:
        failure: OSError = OSError("has no address")
        for address in self._addresses.find(place.host, end - time.monotonic()):
            try:
                sock = self._socket(place, address, end)
            except OSError as error:
                failure = error
                continue
            connection = HTTPConnection(place.host, place.port)
            connection.sock = sock
            connection.auto_open = 0  # a lost connection must not come back by an unchecked name
            return connection
        raise failure

    def _socket(self, place: Place, address: str, end: float) -> socket.socket:
        left = max(end - time.monotonic(), 0.001)
        sock = socket.create_connection((address, place.port), timeout=left)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if place.scheme == "http":
            return sock
        try:
            wrapped = self._tls.wrap_socket(sock, server_hostname=place.host, do_handshake_on_connect=False)
        except Exception:
            sock.close()
            raise
        try:
            with _Watch(wrapped, end - time.monotonic()).on():
                wrapped.do_handshake()
        except Exception:
            wrapped.close()
            raise
        return wrapped

    def _exchange(self, connection: HTTPConnection, question: _Question) -> Reply:
        try:
            left = max(question.end - time.monotonic(), 0.001)
            connection.sock.settimeout(left)
            # Nothing compressed is asked for or unpacked, so an answer cannot grow beyond its limit.
            headers = {**question.headers, "Host": question.place.netloc, "Accept-Encoding": "identity"}
            with _Watch(connection.sock, left).on():
                connection.request(
                    question.method,
                    question.place.target,
                    body=question.body,
                    headers=headers,
                    preload_content=False,
                )
                response = connection.getresponse()
                content = _read(response, question.limit)
        except BaseException:
            connection.close()
            raise
        fields = {name.lower(): value for name, value in response.headers.items()}
        if connection.sock is None or fields.get("connection", "").lower() == "close":
            connection.close()
        else:
            self._keep(question.place, connection)
        return Reply(status=response.status, headers=fields, body=content)


def _read(response: BaseHTTPResponse, limit: int) -> bytes:
    content = b""
    # Until nothing more comes: only then does the library notice an answer that stopped early.
    while part := response.read(limit + 1 - len(content), decode_content=False):
        content += part
        if len(content) > limit:
            raise TooLong(f"answers with more than {limit} bytes")
    return content
