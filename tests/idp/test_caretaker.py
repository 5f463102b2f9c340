"""What is done again and again."""

import threading

import pytest

from idp.caretaker import KEPT, Caretaker, _rounds
from idp.errors import Unavailable


class Told:
    def __init__(self) -> None:
        self.before: list[float] = []

    def prune(self, before: float) -> int:
        self.before.append(before)
        return 1


def test_tidying_forgets_old_notices_after_a_week_and_dead_sessions_at_once() -> None:
    notices, tombstones, origins = Told(), Told(), Told()
    caretaker = Caretaker(
        deliver=lambda: 0,
        keep=lambda: None,
        visit=lambda: None,
        notices=notices,
        tombstones=tombstones,
        origins=origins,
        clock=lambda: 1_000_000.0,
    )
    caretaker.tidy()
    assert notices.before == [1_000_000.0 - KEPT]
    assert tombstones.before == origins.before == [1_000_000.0]


def test_what_fails_once_is_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("idp.caretaker.ROUND", 0.001)
    kept, enough = iter([Unavailable("records"), ValueError("a defect")]), threading.Event()

    def keep() -> None:
        error = next(kept, None)
        if error is not None:
            raise error
        enough.set()

    Caretaker(
        deliver=lambda: 0,
        keep=keep,
        visit=lambda: None,
        notices=Told(),
        tombstones=Told(),
        origins=Told(),
        clock=lambda: 1_000_000.0,
    ).start()
    assert enough.wait(10)


def test_nothing_is_done_before_the_server_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []

    class Pause:
        def wait(self, _: float) -> None:
            order.append("pause")
            if len(order) > 1:
                raise KeyboardInterrupt

    monkeypatch.setattr("idp.caretaker.threading.Event", Pause)
    with pytest.raises(KeyboardInterrupt):
        _rounds("watch", lambda: order.append("duty"))
    assert order == ["pause", "duty", "pause"]
