"""What is done again and again."""

from idp.caretaker import KEPT, Caretaker


class Told:
    def __init__(self) -> None:
        self.before: list[float] = []

    def prune(self, before: float) -> int:
        self.before.append(before)
        return 1


def test_tidying_forgets_old_notices_after_a_week_and_dead_tombstones_at_once() -> None:
    notices, tombstones = Told(), Told()
    caretaker = Caretaker(
        deliver=lambda: 0,
        keep=lambda: None,
        visit=lambda: None,
        notices=notices,
        tombstones=tombstones,
        clock=lambda: 1_000_000.0,
    )
    caretaker.tidy()
    assert notices.before == [1_000_000.0 - KEPT]
    assert tombstones.before == [1_000_000.0]
