"""Child: owns one program that runs beside us: start, wait, stop, and nothing left behind.

Does not know what it is. Imports nothing of ours. Each child leads a process group of its own, so that Ctrl-C
reaches us alone and a stop reaches all of its workers. On Linux a child is told to stop when we are killed
(see `leash`).
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

_PATIENCE = 8.0


class Child:
    """A program.

    Args:
        name: for messages.
        arguments: after the Python interpreter.
        output: file that takes standard output and error.
    """

    def __init__(self, name: str, arguments: Sequence[str], output: Path) -> None:
        self.name = name
        self.output = output
        self._arguments = list(arguments)
        self._process: subprocess.Popen[bytes] | None = None
        self.started = 0.0

    @property
    def pid(self) -> int | None:
        """Its process id while it runs; also the id of its process group."""
        return self._process.pid if self._process and self._process.poll() is None else None

    @property
    def ended(self) -> int | None:
        """How it ended (minus the signal's number, or the exit code);

        None while it runs or before it started.
        """
        return self._process.poll() if self._process else None

    def start(self) -> None:
        """Start it; call this from the main thread (the kernel ties the leash to the calling thread)."""
        leash = [sys.executable, "-m", "idp.demo.leash", str(os.getpid())]
        with self.output.open("ab") as output:
            self._process = subprocess.Popen(
                [*leash, *self._arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                env=_environment(),
            )
        self.started = time.monotonic()

    def ask_to_stop(self) -> None:
        """Send SIGTERM and return at once."""
        if self.pid is not None:
            self._signal(signal.SIGCONT)
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid or 0, signal.SIGTERM)

    def stop(self) -> None:
        """Stop it and everything it started, by force if it does not go."""
        if self._process is None:
            return
        self.ask_to_stop()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_PATIENCE)
        self._signal(signal.SIGKILL)
        self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        """To the whole group; it may be gone already."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, number)


def _environment() -> dict[str, str]:
    """Ours, with this very tree first on the path and without settings meant for another node."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MANYOU_")}
    tree = str(Path(__file__).parents[2])
    return {**kept, "PYTHONPATH": os.pathsep.join(filter(None, [tree, kept.get("PYTHONPATH")]))}
