"""Ground: owns the folder a country stands on: its mark, its lock, its sockets.

Does not know what stands there. Imports `places` only. Only a folder that carries our mark is ever wiped.
Sockets live in a short folder of their own, since a socket's path may have 107 bytes.
"""

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import shutil
import socket
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from idp.demo.places import LOOPBACK, Country

_MARK = ".manyou-demo"
_LOCK = "lock"
_VERSION = 2
"""Of what stands in the folder; it grows when a country that stands there cannot go on."""


class DemoError(Exception):
    """The demo cannot start or go on; the message says what to do."""


def sockets(folder: Path) -> Path:
    """The short folder of the country's sockets: the same one for the same folder and user."""
    name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:10]
    return Path(tempfile.gettempdir()) / f"manyou-{os.getuid()}-{name}"


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder for this process alone; the kernel lets go if the process dies.

    Raises:
        DemoError: another demo holds it, or it is not ours to use.
    """
    _claim(folder)
    path = folder / _LOCK
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EACCES):
                raise
            raise DemoError(
                f"another demo runs in {folder}: stop it, or give this one a folder of its own with --data"
            ) from error
        if not path.exists() or path.stat().st_ino != os.fstat(file.fileno()).st_ino:
            raise DemoError(f"another demo was just stopping in {folder}: try again")
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def held(folder: Path) -> bool:
    """Whether a demo runs (or starts) in the folder."""
    try:
        with (folder / _LOCK).open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def settled(country: Country) -> bool:
    """Whether the folder holds this very country, whole.

    Raises:
        DemoError: it holds one of another version, with another base port, or with other certificates.
    """
    mark = json.loads((country.folder / _MARK).read_text() or "{}")
    if not mark.get("settled"):
        return False
    if mark["version"] != _VERSION:
        raise DemoError(
            f"{country.folder} holds a country that another version of this program made: "
            "use --fresh to start from nothing, or another folder with --data"
        )
    if mark["base"] != country.base:
        raise DemoError(
            f"{country.folder} holds a country on port {mark['base']}: "
            f"use --port {mark['base']}, another folder with --data, or --fresh"
        )
    if mark["tls"] != country.tls:
        raise DemoError(
            f"{country.folder} holds a country {'with' if mark['tls'] else 'without'} --tls: "
            "give this one a folder of its own with --data, or use --fresh"
        )
    return True


def settle(country: Country) -> None:
    """Remember that everything was set up."""
    mark = {"version": _VERSION, "settled": True, "base": country.base, "tls": country.tls}
    (country.folder / _MARK).write_text(json.dumps(mark))


def wipe(folder: Path) -> None:
    """Remove everything in a folder that is ours, except the lock that we hold."""
    (folder / _MARK).write_text("")
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name not in (_MARK, _LOCK):
            path.unlink()


@contextlib.contextmanager
def socket_folder(folder: Path) -> Iterator[Path]:
    """The folder for sockets, private to this user, gone afterwards.

    Raises:
        DemoError: somebody else has made it.
    """
    path = sockets(folder)
    path.mkdir(mode=0o700, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise DemoError(f"{path} is not private to you: remove it")
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def free_ports(country: Country) -> None:
    """Check that every port can be bound.

    Raises:
        DemoError: some cannot.
    """
    busy = [f"{port} ({name})" for port, name in sorted(country.ports.items()) if not _free(port)]
    if busy:
        raise DemoError(
            f"already in use: port {', '.join(busy)}. Stop what listens there, or choose others with --port"
        )


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def _claim(folder: Path) -> None:
    """Make the folder ours, or find that it is."""
    if (folder / _MARK).exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise DemoError(f"{folder} holds other files: give the demo an empty folder with --data")
    (folder / _MARK).write_text("")
