"""LDAP servers that misbehave on purpose: each message is answered by a function of the test."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterable

from adapters.ldap.embedded import ber, wire
from adapters.ldap.embedded.wire import Message

Script = Callable[[Message], Iterable[bytes]]


class Scripted:
    """Listens on a free port; what it heard is in `heard`, as tags of operations."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.heard: list[Message] = []
        self.connections = 0
        self._clients: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> "Scripted":
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        for one in [self._listener, *self._clients]:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(timeout=5)
        for one in [self._listener, *self._clients]:
            one.close()

    def binds(self) -> list[str]:
        """The names that somebody tried to bind as."""
        return [wire.bind(m.operation)[1] for m in self.heard if m.operation.tag == wire.BIND]

    def _start(self, work: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self.connections += 1
                self._clients.append(client)
                self._start(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        pending = b""
        with contextlib.suppress(OSError, ber.BadBer):
            while data := client.recv(65536):
                pending += data
                while (size := ber.span(pending)) is not None and size <= len(pending):
                    message, pending = wire.message(pending[:size]), pending[size:]
                    self.heard.append(message)
                    for part in self._script(message):
                        client.sendall(part)


def bound(message: Message, code: int = wire.SUCCESS) -> bytes:
    """The answer to a bind."""
    return wire.answer(wire.ANSWERS[wire.BIND], message.number, code)


def done(message: Message, code: int = wire.SUCCESS, more: bytes = b"") -> bytes:
    """The end of a search."""
    return wire.answer(wire.ANSWERS[wire.SEARCH], message.number, code, more=more)


def person(
    message: Message, dn: str = "uid=zhangwei,ou=people,dc=gd,dc=example", uid: str = "zhangwei"
) -> bytes:
    """An entry that somebody may sign in as."""
    values = [("uid", [uid.encode()]), ("entryUUID", [b"1"]), ("cn", ["张伟".encode()])]
    return wire.entry(message.number, dn, values)


def honest(search: Script, bind: Script = lambda m: [bound(m)]) -> Script:
    """A server that binds anybody, and searches as the test says."""

    def script(message: Message) -> Iterable[bytes]:
        match message.operation.tag:
            case wire.BIND:
                return bind(message)
            case wire.SEARCH:
                return search(message)
            case _:
                return []

    return script
