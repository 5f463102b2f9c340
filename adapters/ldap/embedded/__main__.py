"""`python -m adapters.ldap.embedded --ldif FILE --listen HOST:PORT`: serves it until told to stop."""

import argparse
import signal
import sys
import threading
from pathlib import Path

from adapters.ldap.embedded.server import EmbeddedDirectory, silent
from adapters.ldap.settings import loopback


def main(arguments: list[str] | None = None) -> int:
    """Serves until SIGINT or SIGTERM.

    Returns:
        0 when stopped, 1 when it cannot serve, with what to do on stderr.
    """
    parser = argparse.ArgumentParser(prog="python -m adapters.ldap.embedded", description=__doc__)
    parser.add_argument("--ldif", type=Path, required=True, help="entries to serve, parents first")
    parser.add_argument("--listen", default="127.0.0.1:8389", metavar="HOST:PORT", help="a loopback address")
    parser.add_argument("--verbose", action="store_true", help="a line per operation on stderr")
    given = parser.parse_args(arguments)
    host, _, port = given.listen.rpartition(":")
    if not port.isdecimal() or not loopback(host):
        parser.error("--listen: write a loopback address and a port, such as 127.0.0.1:8389")
    try:
        directory = EmbeddedDirectory(given.ldif, host, int(port), heard=_say if given.verbose else silent)
        directory.start()
    except (OSError, ValueError) as error:
        _say(f"directory: {error}")
        return 1
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    _say(f"directory: ldap://{host}:{directory.port}")
    stop.wait()
    directory.stop()
    return 0


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
