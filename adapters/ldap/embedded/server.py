"""Server: owns the sockets and threads of the embedded directory. Knows messages, but no operation.

Each client has a thread. A client may be idle for minutes; messages and the number of clients are bounded.
"""

import contextlib
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable
from pathlib import Path

from adapters.ldap.embedded import ber, wire
from adapters.ldap.embedded.talk import Talk
from adapters.ldap.embedded.tree import Tree

MAX_CLIENTS = 200
IDLE_SECONDS = 300.0


_Serve = Callable[[socket.socket, Callable[[socket.socket], None]], None]


def silent(_: str) -> None:
    """Hears nothing."""


class EmbeddedDirectory:
    """A small read-only LDAPv3 server over the entries of an LDIF file. For demos and tests.

    Args:
        ldif_path: what it serves.
        host: address to listen on.
        port: 0 takes a free one.
        tls: context of a server, which allows StartTLS.
        implicit_tls: whether connections are TLS from the first byte (ldaps) instead.
        heard: told one line about every operation.

    Raises:
        ValueError: the file is not LDIF.
        OSError: it cannot be read.
    """

    def __init__(
        self,
        ldif_path: Path,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        tls: ssl.SSLContext | None = None,
        implicit_tls: bool = False,
        heard: Callable[[str], None] = silent,
    ) -> None:
        self._tree = Tree.of(ldif_path)
        self._place = (host, port)
        self._tls = tls
        self._implicit = implicit_tls and tls is not None
        self._heard = heard
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """Where it listens; after `stop`, where it listened, so that it comes back there."""
        return self._place[1]

    def start(self) -> None:
        """Listens, and serves in threads of its own.

        Raises:
            OSError: the port is taken.
        """
        self._server = _Server(self._place, self._serve)
        self._place = (self._place[0], int(self._server.server_address[1]))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Closes everything, clients in mid-sentence too."""
        server, thread, self._server, self._thread = self._server, self._thread, None, None
        if server is not None and thread is not None:
            server.shutdown()
            thread.join()
            server.server_close()
            server.hang_up()

    def _serve(self, client: socket.socket, replaced: Callable[[socket.socket], None]) -> None:
        client.settimeout(IDLE_SECONDS)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        talk = Talk(self._tree, self._heard, can_start_tls=self._tls is not None and not self._implicit)
        talk.turning = self._implicit
        try:
            while True:
                if talk.turning and self._tls is not None:
                    talk.turning = False
                    client = self._tls.wrap_socket(client, server_side=True)
                    replaced(client)
                data = _received(client)
                if data is None or not _exchanged(client, talk, data):
                    return
        except ber.BadBer:
            client.sendall(wire.disconnection())
        finally:
            client.close()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, place: tuple[str, int], serve: _Serve) -> None:
        self._serve = serve
        self._clients: dict[
            object, socket.socket
        ] = {}  # by the socket as accepted: TLS puts another in its place
        self._lock = threading.Lock()
        super().__init__(place, socketserver.BaseRequestHandler)

    def verify_request(self, request: object, client_address: object) -> bool:  # noqa: ARG002
        with self._lock:
            if len(self._clients) >= MAX_CLIENTS or not isinstance(request, socket.socket):
                return False
            self._clients[request] = request
            return True

    def finish_request(self, request: object, client_address: object) -> None:  # noqa: ARG002
        # strangers hang up, time out and speak no TLS: nothing of it is ours to report
        if isinstance(request, socket.socket):
            with contextlib.suppress(OSError):
                self._serve(request, lambda now: self._clients.update({request: now}))

    def shutdown_request(self, request: object) -> None:
        if isinstance(request, socket.socket):
            with self._lock:
                self._clients.pop(request, None)
            super().shutdown_request(request)

    def hang_up(self) -> None:
        """Cuts off every client."""
        with self._lock:
            clients, self._clients = self._clients, {}
        for client in clients.values():
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)


def _exchanged(client: socket.socket, talk: Talk, data: bytes) -> bool:
    """Answers one message; False when the talk is over."""
    message = wire.message(data)
    if message.operation.tag == wire.UNBIND:
        return False
    for part in talk.answers(message):
        client.sendall(part)
    return True


def _received(client: socket.socket) -> bytes | None:
    """One message; None when the client has left.

    Nothing is read past its end: what a stranger slips in before StartTLS must not count as said under TLS.
    """
    head = _exactly(client, 2)
    if head is None:
        return None
    if head[0] != ber.SEQUENCE:
        raise ber.BadBer("no message begins so")
    while (size := ber.span(head)) is None:
        more = _exactly(client, 1)
        if more is None:
            return None
        head += more
    rest = _exactly(client, size - len(head))
    return None if rest is None else head + rest


def _exactly(client: socket.socket, count: int) -> bytes | None:
    data = bytearray()
    while len(data) < count:
        part = client.recv(min(65536, count - len(data)))
        if not part:
            return None
        data += part
    return bytes(data)
