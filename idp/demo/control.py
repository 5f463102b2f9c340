"""Control: owns the socket through which a running demo is asked to stop or start one of its parts.

Knows no parts. One line of JSON in, one out. The socket lies in a folder that only its user can enter.
"""

import contextlib
import json
import queue
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from idp.demo.ground import DemoError, sockets

_LINE = 4096


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody asks for: `stop`, `start` or `status`, and the name of a part."""

    verb: str
    part: str
    _answer: "queue.Queue[Mapping[str, Any]]" = field(default_factory=lambda: queue.Queue(1))

    def reply(self, answer: Mapping[str, Any]) -> None:
        """Answer; once."""
        self._answer.put(answer)

    def wait(self, seconds: float) -> Mapping[str, Any]:
        """The answer; `queue.Empty` when it does not come."""
        return self._answer.get(timeout=seconds)


class Control:
    """The listening side: collects orders for the main thread, which alone starts and stops things."""

    def __init__(self, folder: Path) -> None:
        self.orders: queue.Queue[Order] = queue.Queue()
        self._socket = socket.socket(socket.AF_UNIX)
        path = folder / "control.sock"
        path.unlink(missing_ok=True)
        self._socket.bind(str(path))
        self._socket.listen(8)
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()

    def _listen(self) -> None:
        while True:
            try:
                line, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        with line, contextlib.suppress(OSError, ValueError, queue.Empty):
            line.settimeout(60)
            asked = json.loads(line.makefile("rb").readline(_LINE))
            order = Order(str(asked.get("verb")), str(asked.get("part", "")))
            self.orders.put(order)
            line.sendall(json.dumps(order.wait(60)).encode() + b"\n")


def order(folder: Path, verb: str, part: str = "") -> Mapping[str, Any]:
    """Ask the demo that runs in a folder.

    Args:
        folder: its DIR.
        verb: `stop`, `start` or `status`.
        part: `hub`, `gd`, `directory`, `store` …

    Raises:
        DemoError: none runs there, or it refuses.
    """
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(60)
            line.connect(str(sockets(folder) / "control.sock"))
            line.sendall(json.dumps({"verb": verb, "part": part}).encode() + b"\n")
            answer: dict[str, Any] = json.loads(line.makefile("rb").readline(_LINE) or b"{}")
    except (OSError, ValueError) as error:
        raise DemoError(
            f"no demo answers in {folder}: start one with `manyou demo --data {folder}`"
        ) from error
    if "error" in answer:
        raise DemoError(str(answer["error"]))
    return answer
