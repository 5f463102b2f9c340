"""The supervisor with parts that do as they are told: order, deaths, orders, and an end that leaves nothing."""

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from idp.demo.control import Control, order
from idp.demo.ground import DemoError, socket_folder
from idp.demo.supervisor import Supervisor, until_signalled
from tests.idp.demo.test_child import wait


class FakePart:
    """A part that notes what happens to it."""

    log: Path | None = None

    def __init__(self, name: str, notes: list[str]) -> None:
        self.name = name
        self.notes = notes
        self.pid: int | None = None
        self.ended: int | None = None
        self.answers = True

    def start(self) -> None:
        self.notes.append(f"start {self.name}")
        self.pid, self.ended = 1, None

    def ready(self) -> bool:
        return self.answers

    def ask_to_stop(self) -> None:
        self.notes.append(f"ask {self.name}")

    def stop(self) -> None:
        self.notes.append(f"stop {self.name}")
        self.pid = None


class Scene:
    """A supervisor over three parts, watching in a thread."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.notes: list[str] = []
        self.said: list[str] = []
        self.changes = 0
        self.parts = {name: FakePart(name, self.notes) for name in ("store", "hub", "gd")}
        self.stopping = threading.Event()
        self.control: Control | None = None
        self.failure: DemoError | None = None

    def supervisor(self, control: Control) -> Supervisor:
        def changed() -> None:
            self.changes += 1

        return Supervisor(
            [*self.parts.values()],
            control=control,
            say=self.said.append,
            changed=changed,
            stopping=self.stopping,
        )

    def watch(self, supervisor: Supervisor) -> threading.Thread:
        def run() -> None:
            try:
                supervisor.watch()
            except DemoError as error:
                self.failure = error

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        return thread


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[tuple[Scene, Supervisor]]:
    with socket_folder(tmp_path) as sockets:
        control = Control(sockets)
        scene = Scene(tmp_path)
        yield scene, scene.supervisor(control)
        scene.stopping.set()
        control.close()


Setting = tuple[Scene, Supervisor]


def test_parts_start_in_order_and_stop_in_the_other(scene: Setting) -> None:
    play, supervisor = scene
    supervisor.start()
    supervisor.stop()
    assert play.notes == [
        *("start store", "start hub", "start gd"),
        *("ask store", "ask hub", "ask gd"),
        *("stop gd", "stop hub", "stop store"),
    ]


def test_a_part_that_ends_while_starting_is_named(scene: Setting) -> None:
    play, supervisor = scene
    hub = play.parts["hub"]
    hub.answers = False
    hub.start = lambda: setattr(hub, "ended", 1)  # type: ignore[method-assign]
    with pytest.raises(DemoError, match="hub ended"):
        supervisor.start()


def test_a_start_can_be_given_up(scene: Setting) -> None:
    play, supervisor = scene
    play.parts["hub"].answers = False
    play.stopping.set()
    supervisor.start()


def test_a_part_is_stopped_and_started_by_order(scene: Setting) -> None:
    play, supervisor = scene
    supervisor.start()
    thread = play.watch(supervisor)
    assert order(play.folder, "status")["parts"] == {"store": "up", "hub": "up", "gd": "up"}
    assert order(play.folder, "stop", "hub")["parts"]["hub"] == "down"
    assert order(play.folder, "stop", "hub")["parts"]["hub"] == "down"
    assert order(play.folder, "start", "hub")["parts"]["hub"] == "up"
    with pytest.raises(DemoError, match="one of: store, hub, gd"):
        order(play.folder, "stop", "moon")
    play.stopping.set()
    thread.join()
    assert play.notes[3:] == ["ask hub", "stop hub", "start hub"]
    assert play.said == ["hub is down", "hub is up"]


def test_what_died_is_started_again_and_said_however_young_it_was(scene: Setting) -> None:
    play, supervisor = scene
    supervisor.start()
    play.parts["gd"].ended = -signal.SIGKILL
    thread = play.watch(supervisor)
    wait(lambda: bool(play.said))
    play.stopping.set()
    thread.join()
    assert play.notes[3:] == ["stop gd", "start gd"]
    assert "gd died" in play.said[0]
    assert play.changes == 1


def test_what_somebody_stopped_with_a_signal_stays_down(scene: Setting) -> None:
    play, supervisor = scene
    supervisor.start()
    play.parts["hub"].ended = 0
    thread = play.watch(supervisor)
    wait(lambda: bool(play.said))
    assert order(play.folder, "status")["parts"]["hub"] == "down"
    play.parts["hub"].ended = None
    assert order(play.folder, "start", "hub")["parts"]["hub"] == "up"
    play.stopping.set()
    thread.join()
    assert "--start hub" in play.said[0]


def test_what_does_not_stay_up_ends_the_whole(scene: Setting) -> None:
    play, supervisor = scene
    supervisor.start()
    gd = play.parts["gd"]
    gd.ended = 1
    gd.start = lambda: None  # type: ignore[method-assign]
    play.watch(supervisor).join()
    assert "gd does not stay up" in str(play.failure)
    assert ["gd died" in line for line in play.said] == [True]


def test_what_stayed_up_for_a_while_may_die_again(scene: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("idp.demo.supervisor._SHORT_LIFE", 0.0)
    play, supervisor = scene
    supervisor.start()
    thread = play.watch(supervisor)
    for deaths in (1, 2):
        play.parts["gd"].ended = -signal.SIGKILL
        wait(lambda deaths=deaths: len(play.said) == deaths)  # type: ignore[misc]
    play.stopping.set()
    thread.join()
    assert play.failure is None


def test_an_order_to_nobody_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DemoError, match="no demo answers"):
        order(tmp_path, "status")


def test_the_first_signal_asks_for_the_end_and_the_handlers_come_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with until_signalled() as stopping:
        os.kill(os.getpid(), signal.SIGTERM)
        assert stopping.wait(5)
        os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGTERM) is before
