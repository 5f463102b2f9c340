"""Supervisor: owns the running country: starts its parts in order, watches them, stops them all.

Does not set them up. Only the main thread starts and stops parts. However a run ends (Ctrl-C, SIGTERM, a part
that will not stay up), every process, socket, lock and `demo.json` is gone afterwards.
"""

import contextlib
import math
import queue
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from idp.demo.control import Control, Order
from idp.demo.ground import DemoError
from idp.demo.parts import Part

_READY_SECONDS = 60.0
_TICK = 0.05
_SHORT_LIFE = 10.0

Say = Callable[[str], None]


class Supervisor:
    """The parts of one country.

    Args:
        parts: in the order in which they start; each is stopped before those ahead of it.
        control: where orders come from.
        say: prints a line for the person at the terminal.
        changed: called when processes have changed (to write `demo.json` anew).
        stopping: set when somebody wants the whole to end.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        *,
        control: Control,
        say: Say,
        changed: Callable[[], None],
        stopping: threading.Event,
    ) -> None:
        self._parts = {part.name: part for part in parts}
        self._control = control
        self._say = say
        self._changed = changed
        self._stopping = stopping
        self._down: set[str] = set()
        self._revived: dict[str, float] = {}

    def start(self) -> None:
        """Start everything and wait until everything answers.

        Raises:
            DemoError: a part ended or does not answer in time.
        """
        for part in self._parts.values():
            part.start()
        self._wait([*self._parts.values()])

    def watch(self) -> None:
        """Keep things running and follow orders until `stopping` is set.

        Raises:
            DemoError: a part ended twice within ten seconds.
        """
        while not self._stopping.is_set():
            with contextlib.suppress(queue.Empty):
                self._obey(self._control.orders.get(timeout=_TICK * 4))
            self._revive()

    def stop(self) -> None:
        """Stop everything; nodes side by side, since each may take a moment."""
        for part in self._parts.values():
            part.ask_to_stop()
        for part in reversed(self._parts.values()):
            part.stop()

    def status(self) -> Mapping[str, str]:
        """`up` or `down` for each part."""
        return {name: "down" if name in self._down else "up" for name in self._parts}

    def _wait(self, parts: list[Part]) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        while parts and not self._stopping.wait(_TICK):
            for part in parts:
                if part.ended is not None:
                    raise DemoError(f"{part.name} ended while starting: see {_where(part)}")
            parts = [part for part in parts if not part.ready()]
            if parts and time.monotonic() > deadline:
                names = ", ".join(f"{part.name} (see {_where(part)})" for part in parts)
                raise DemoError(f"no answer within {_READY_SECONDS:.0f} s from {names}")

    def _revive(self) -> None:
        """Start again what died. What was told to stop (SIGTERM) stays down, since somebody wanted that.

        A first death is always forgiven, however young: the part did answer once (`_wait`).
        """
        for name, part in self._parts.items():
            if name in self._down or part.ended is None:
                continue
            part.stop()  # what is left of its group
            if part.ended in (0, -signal.SIGTERM, 128 + signal.SIGTERM):
                self._down.add(name)
                self._say(f"{name} was stopped; start it again with `manyou demo --start {name}`")
            elif time.monotonic() < self._revived.get(name, -math.inf) + _SHORT_LIFE:
                raise DemoError(f"{name} does not stay up: see {_where(part)}")
            else:
                self._say(f"{name} died ({part.ended}), starting it again; its log is {_where(part)}")
                self._revived[name] = time.monotonic()
                part.start()
            self._changed()

    def _obey(self, order: Order) -> None:
        part = self._parts.get(order.part)
        if order.verb == "status":
            order.reply({"parts": dict(self.status())})
        elif part is None or order.verb not in ("stop", "start"):
            order.reply({"error": f"stop or start one of: {', '.join(self._parts)}"})
        else:
            order.reply(self._switch(part, on=order.verb == "start"))

    def _switch(self, part: Part, *, on: bool) -> dict[str, Any]:
        if on != (part.name in self._down):
            return {"parts": dict(self.status())}  # it is as wanted already
        if on:
            self._revived.pop(part.name, None)
            part.start()
            try:
                self._wait([part])
            except DemoError as error:
                part.stop()
                return {"error": str(error)}
            self._down.discard(part.name)
        else:
            part.ask_to_stop()
            part.stop()
            self._down.add(part.name)
        self._changed()
        self._say(f"{part.name} is {'up' if on else 'down'}")
        return {"parts": dict(self.status())}


@contextmanager
def until_signalled() -> Iterator[threading.Event]:
    """An event that Ctrl-C, SIGTERM or a closed terminal sets; signals do nothing else meanwhile."""
    event = threading.Event()
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, lambda *_: event.set()) for number in numbers}
    try:
        yield event
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _where(part: Part) -> str:
    """The log, and the output that came before there was a log."""
    return f"{part.log} and output.txt beside it" if part.log else "the lines above"
