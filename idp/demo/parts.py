"""Parts: owns the kinds of things that the country is made of, each with the same few verbs.

Does not order them. A part starts, says whether it answers, stops, and can be started again: that is how a
bad day is tried out.
"""

import contextlib
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from adapters.ldap.embedded import EmbeddedDirectory
from idp.demo.child import Child
from idp.demo.loopback import Unreachable, asker
from idp.demo.places import Place
from idp.valkey import Embedded

if TYPE_CHECKING:
    from werkzeug.serving import BaseWSGIServer

    from idp.demo.sites import Program

Certificate = tuple[Path, Path]
_DUTY_PAUSE = 0.5  # seconds
_SIGNS_OF_LIFE = ("readyz", ".well-known/openid-federation")


class Part(Protocol):
    """Something that can be started and stopped."""

    @property
    def name(self) -> str: ...
    @property
    def pid(self) -> int | None:
        """Of its own process, while it has one."""
        ...

    @property
    def log(self) -> Path | None:
        """Where to look when it misbehaves."""
        ...

    @property
    def ended(self) -> int | None:
        """How it ended by itself: an exit code, or minus a signal's number; None while it runs."""
        ...

    def start(self) -> None: ...
    def ready(self) -> bool:
        """Whether it answers now."""
        ...

    def ask_to_stop(self) -> None:
        """Begin to stop, without waiting."""
        ...

    def stop(self) -> None: ...


class Node:
    """A node of the country: `manyou serve` in a process group of its own."""

    def __init__(self, place: Place, *, settings: Path, log: Path, ca: Path | None) -> None:
        self.name = place.name
        self.log: Path | None = log
        self._ca = ca
        self._place = place
        arguments = ["-m", "idp.cli", "serve", "--settings", str(settings)]
        self._child = Child(place.name, arguments, settings.with_name("output.txt"))

    @property
    def pid(self) -> int | None:
        """Of the process that leads the group."""
        return self._child.pid

    @property
    def ended(self) -> int | None:
        """How it ended, if it did."""
        return self._child.ended

    def start(self) -> None:
        """From the main thread only (see `Child.start`)."""
        self._child.start()

    def ready(self) -> bool:
        """Whether it says so, and can say who it is (for which a new node first makes its keys)."""
        ask = asker(self._ca)
        with contextlib.suppress(Unreachable):
            return all(
                ask(f"{self._place.origin}/{path}", timeout=5).status == 200 for path in _SIGNS_OF_LIFE
            )
        return False

    def ask_to_stop(self) -> None:
        """SIGTERM."""
        self._child.ask_to_stop()

    def stop(self) -> None:
        """The whole group."""
        self._child.stop()


class Store:
    """The embedded Valkey under an address that stays the same from run to run.

    Args:
        link: path of a symbolic link to its socket.
    """

    name = "store"
    log: Path | None = None
    pid: int | None = None

    def __init__(self, link: Path) -> None:
        self._link = link
        self._server = Embedded()

    @property
    def ended(self) -> int | None:
        """Whether it has died: nobody listens at its socket any more."""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as line:
            line.connect(str(self._link))
            return None
        return 1

    def start(self) -> None:
        """Start it, and point the link to it."""
        url = self._server.start()
        self._link.unlink(missing_ok=True)
        self._link.symlink_to(url.removeprefix("unix://"))

    def ready(self) -> bool:
        """It answers when `start` returns."""
        return True

    def ask_to_stop(self) -> None:
        """It goes last, when nobody asks it any more."""

    def stop(self) -> None:
        """Stop it; what it held is gone."""
        self._server.stop()
        self._link.unlink(missing_ok=True)


class Directory:
    """The embedded LDAP directory, served by threads of ours."""

    name = "directory"
    log: Path | None = None
    pid: int | None = None
    ended: int | None = None

    def __init__(self, server: EmbeddedDirectory) -> None:
        self._server = server

    def start(self) -> None:
        """Listen."""
        self._server.start()

    def ready(self) -> bool:
        """It answers when `start` returns."""
        return True

    def ask_to_stop(self) -> None:
        """Nothing to do ahead of `stop`."""

    def stop(self) -> None:
        """Close everything."""
        self._server.stop()


class Site:
    """A small WSGI program of the demo (a portal, the board), served by a thread of ours.

    Args:
        place: where.
        program: makes it, when it starts.
        log: of the program.
        certificate: certificate and key for https, or None.
    """

    pid: int | None = None
    ended: int | None = None

    def __init__(
        self,
        place: Place,
        program: "Callable[[], Program]",
        *,
        log: Path | None,
        certificate: Certificate | None,
    ) -> None:
        self.name = place.name
        self.log = log
        self._place = place
        self._make = program
        self._program: Program | None = None
        self._stopping = threading.Event()
        self._certificate = certificate
        self._server: BaseWSGIServer | None = None

    def start(self) -> None:
        """Listen, answer from a thread for each request, and do its duty beside that."""
        from idp.demo.web import serve

        self._stopping.clear()
        self._program = self._make()
        self._server = serve(self._program.app, self._place.port, self._certificate)
        if self._program.duty is not None:
            threading.Thread(target=self._keep, args=(self._program.duty,), daemon=True).start()

    def _keep(self, duty: "Callable[[], None]") -> None:
        while True:
            duty()
            if self._stopping.wait(_DUTY_PAUSE):
                return

    def ready(self) -> bool:
        """Whether it listens, and has what it needs to serve."""
        return self._server is not None and self._program is not None and self._program.whole()

    def ask_to_stop(self) -> None:
        """Its duty ends."""
        self._stopping.set()

    def stop(self) -> None:
        """Stop listening."""
        self._stopping.set()
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()
