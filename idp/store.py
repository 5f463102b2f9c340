"""Store: owns short-lived state, five atomic verbs over Valkey or Redis. Does not know what the values mean.

Imports redis (the only room that does), the scripts, the breaker and our errors. Every value has a lifetime;
single use is one atomic command.

Connections are kept here rather than in redis-py's pool: its bookkeeping costs more CPU than the command
itself (32 µs against 13 µs for a GET), and the sign-in path has three of them.
"""

import os
from collections import deque
from threading import Lock
from typing import Protocol, cast

from redis import ConnectionPool
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as Unreachable
from redis.exceptions import NoScriptError, RedisError
from redis.exceptions import TimeoutError as TooLate
from redis.retry import Retry

from idp.breaker import Breaker
from idp.errors import Unavailable
from idp.scripts import SWAP, TAKE, Script


class Store(Protocol):
    """Short-lived state. Every verb raises `Unavailable("store")` when there is no answer (I7)."""

    def get(self, key: str) -> bytes | None:
        """The value, or None when it is not there or has expired."""
        ...

    def put(self, key: str, value: bytes, ttl: int) -> None:
        """Write for `ttl` seconds (at least 1), over whatever was there."""
        ...

    def add(self, key: str, value: bytes, ttl: int) -> bool:
        """Write only if nothing is there; False: something was there already."""
        ...

    def take(
        self, key: str, *, into: str | None = None, ttl: int = 0, needs: str | None = None
    ) -> bytes | None:
        """Read and remove in one step, so that the first reader is the only one.

        Args:
            into: the value moves to this key in the same step.
            ttl: seconds that it lives there; at least 1 with `into`.
            needs: unless this key exists nothing is given or moved, and the value is removed all the same.
        """
        ...

    def swap(self, key: str, old: bytes, new: bytes | None, ttl: int) -> bool:
        """Replace `old` by `new` (None removes it); False: something else was there, nothing changed."""
        ...

    def ping(self) -> None:
        """Return when the store answers."""
        ...


class Line(Protocol):
    """What is used of redis-py's connections."""

    def connect(self) -> None: ...
    def disconnect(self) -> None: ...
    def send_packed_command(self, command: list[bytes], check_health: bool) -> None: ...
    def read_response(self) -> object: ...


class ValkeyStore:
    """The store over a real server.

    Args:
        url: `unix:///path.sock`, `redis://host:port/db` or `rediss://…`, with user and password where needed.
        prefix: put before every key, with a colon, so that nodes can share a server.
        timeout: seconds for a command and its answer.
        connect_timeout: seconds to connect.
        breaker: replaceable for tests.
    """

    def __init__(
        self,
        url: str,
        prefix: str = "",
        *,
        timeout: float = 0.5,
        connect_timeout: float = 0.2,
        breaker: Breaker | None = None,
    ) -> None:
        # RESP2: nothing here needs RESP3, and servers before 6 refuse its greeting.
        self._factory = ConnectionPool.from_url(
            url,
            protocol=2,
            socket_timeout=timeout,
            socket_connect_timeout=connect_timeout,
            retry=Retry(NoBackoff(), 0),
        )
        self._prefix = f"{prefix}:" if prefix else ""
        self._breaker = breaker or Breaker()
        self._idle: deque[Line] = deque()
        self._dialling = Lock()
        self._pid = os.getpid()

    def get(self, key: str) -> bytes | None:
        return cast("bytes | None", self._do("GET", self._prefix + key))

    def put(self, key: str, value: bytes, ttl: int) -> None:
        self._do("SET", self._prefix + key, value, "EX", str(_lifetime(ttl)))

    def add(self, key: str, value: bytes, ttl: int) -> bool:
        return self._do("SET", self._prefix + key, value, "EX", str(_lifetime(ttl)), "NX") is not None

    def take(
        self, key: str, *, into: str | None = None, ttl: int = 0, needs: str | None = None
    ) -> bytes | None:
        if into is None and needs is None:
            return cast("bytes | None", self._do("GETDEL", self._prefix + key))
        keys = [self._prefix + name for name in (key, into, needs) if name is not None]
        lives = "0" if into is None else str(_lifetime(ttl))
        return cast("bytes | None", self._run(TAKE, keys, lives, "0" if needs is None else "1"))

    def swap(self, key: str, old: bytes, new: bytes | None, ttl: int) -> bool:
        lives = "0" if new is None else str(_lifetime(ttl))
        return self._run(SWAP, [self._prefix + key], old, new or b"", lives) == 1

    def ping(self) -> None:
        self._do("PING")

    def close(self) -> None:
        """Drop every idle connection."""
        while self._idle:
            self._idle.pop().disconnect()

    def _run(self, script: Script, keys: list[str], *args: str | bytes) -> object:
        count = str(len(keys))
        try:
            return self._do("EVALSHA", script.sha, count, *keys, *args)
        except NoScriptError:  # a server that was restarted, or never saw it
            return self._do("EVAL", script.text, count, *keys, *args)

    def _do(self, *command: str | bytes) -> object:
        try:
            self._check_breaker()
            answer = self._exchange(command)
        except NoScriptError:
            raise
        except (Unreachable, TooLate, OSError) as error:
            self._breaker.failed()
            raise Unavailable("store", f"{type(error).__name__}: {error}") from error
        except RedisError as error:
            # The server's text may quote what was sent; its first word is the kind of error (OOM, WRONGTYPE).
            raise Unavailable("store", f"{type(error).__name__}: {str(error).split(' ', 1)[0]}") from None
        self._breaker.worked()
        return answer

    def _check_breaker(self) -> None:
        if not self._breaker.allows():
            raise Unavailable("store", "not tried: it failed just now")

    def _exchange(self, command: tuple[str | bytes, ...]) -> object:
        """Send and read, on other connections if idle ones had died meanwhile.

        A repeated command may have run twice: a second GETDEL, SET NX or swap then says no: the safe side.
        """
        data = [_pack(command)]
        while (line := self._pop()) is not None:
            try:
                return self._converse(line, data)
            except Unreachable:
                continue
        return self._converse(self._dial(), data)

    def _converse(self, line: Line, data: list[bytes]) -> object:
        try:
            line.send_packed_command(data, check_health=False)
            answer = line.read_response()
        except NoScriptError:
            self._idle.append(line)
            raise
        except BaseException:
            # An answer may still be on its way: the next command would read it as its own (I9).
            line.disconnect()
            raise
        self._idle.append(line)
        return answer

    def _dial(self) -> Line:
        # One at a time: a burst waits for connections to come back rather than opening hundreds, and behind a
        # dead server nobody waits longer than it takes the breaker to open.
        waited = not self._dialling.acquire(blocking=False)
        if waited:
            self._dialling.acquire()
        try:
            line = self._pop()
            if line is None:
                if waited:
                    self._check_breaker()
                line = cast("Line", self._factory.make_connection())
                line.connect()
            return line
        finally:
            self._dialling.release()

    def _pop(self) -> Line | None:
        if self._pid != os.getpid():  # after a fork the sockets belong to the parent
            self._idle, self._dialling, self._pid = deque(), Lock(), os.getpid()
        try:
            return self._idle.pop()
        except IndexError:
            return None


def _pack(command: tuple[str | bytes, ...]) -> bytes:
    parts = [b"*%d\r\n" % len(command)]
    for part in command:
        data = part.encode() if isinstance(part, str) else part
        parts.append(b"$%d\r\n%b\r\n" % (len(data), data))
    return b"".join(parts)


def _lifetime(ttl: int) -> int:
    if ttl < 1:
        raise ValueError("a lifetime is at least one second")
    return ttl
