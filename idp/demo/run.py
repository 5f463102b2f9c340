"""Run: owns one life of the country, from the first check to the last clean-up.

Puts the rooms of the demo together.
"""

import ssl
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.ldap.embedded import EmbeddedDirectory
from idp.demo import directory, manifest
from idp.demo.authority import CERTIFICATE, KEY
from idp.demo.control import Control
from idp.demo.ground import DemoError, free_ports, locked, settle, settled, socket_folder, wipe
from idp.demo.parts import Certificate, Directory, Node, Part, Site, Store
from idp.demo.places import Country, Place
from idp.demo.supervisor import Say, Supervisor, until_signalled

if TYPE_CHECKING:
    from idp.demo.sites import Program

Work = Callable[[], None]


def run(country: Country, *, fresh: bool, say: Say, ready: Work, work: Work | None = None) -> None:
    """Start the country, keep it running, and stop it.

    Args:
        country: the map.
        fresh: whether to start from nothing.
        say: prints a line for the person at the terminal.
        ready: called once everything answers.
        work: what to do then, in a thread beside it; the country stops when it returns. None: until a signal.

    Raises:
        DemoError: it cannot start or go on, with what to do.
    """
    with ExitStack() as stack:
        stopping = stack.enter_context(until_signalled())
        stack.enter_context(locked(country.folder))
        manifest.remove(country)  # a killed demo may have left one
        sockets = stack.enter_context(socket_folder(country.folder))
        free_ports(country)
        if fresh or not settled(country):
            _found(country, sockets / "valkey.sock")
        control = Control(sockets)
        stack.callback(control.close)
        parts = _parts(country, sockets)
        supervisor = Supervisor(
            parts,
            control=control,
            say=say,
            changed=partial(manifest.write, country, parts),
            stopping=stopping,
        )
        stack.callback(supervisor.stop)
        supervisor.start()
        if stopping.is_set():
            return
        stack.callback(manifest.remove, country)
        manifest.write(country, parts)
        ready()
        if work is not None:
            threading.Thread(target=_beside, args=(work, stopping), daemon=True).start()
        supervisor.watch()


def _beside(work: Work, stopping: threading.Event) -> None:
    try:
        work()
    finally:
        stopping.set()


def _found(country: Country, store: Path) -> None:
    from idp.demo.founding import found

    wipe(country.folder)
    found(country, store=store)
    settle(country)


def _parts(country: Country, sockets: Path) -> list[Part]:
    """Everything, in the order in which it starts."""
    certificate = (country.folder / CERTIFICATE, country.folder / KEY) if country.tls else None
    ldap = EmbeddedDirectory(directory.LDIF, port=country.directory.port, tls=_server_side(certificate))
    nodes = [
        Node(node, settings=country.settings(node), log=country.log(node.name), ca=country.ca)
        for node in country.nodes
    ]
    portals = [
        Site(
            portal,
            partial(_portal, country, portal),
            log=country.log(portal.name),
            certificate=certificate,
        )
        for portal in country.portals
    ]
    board = Site(country.board, partial(_board, country), log=None, certificate=certificate)
    return [Store(sockets / "valkey.sock"), Directory(ldap), *nodes, *portals, board]


def _server_side(certificate: Certificate | None) -> ssl.SSLContext | None:
    if certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


def _portal(country: Country, place: Place) -> "Program":
    from idp.demo.sites import portal_site

    return portal_site(country, place)


def _board(country: Country) -> "Program":
    from idp.demo.sites import board_site

    return board_site(country)


def wait_until_running(folder: Path, seconds: float = 90.0) -> None:
    """Wait for a demo that is starting in a folder.

    Raises:
        DemoError: it does not come up.
    """
    deadline = time.monotonic() + seconds
    while not (folder / "demo.json").exists():
        if time.monotonic() > deadline:
            raise DemoError(
                f"the demo in {folder} holds its lock but does not answer: stop it and start it again"
            )
        time.sleep(0.1)
