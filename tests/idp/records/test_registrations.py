"""Who registered explicitly, and until when."""

from idp.records.database import Database
from idp.records.registrations import Registrations

NOW = 1_800_000_000.0
PORTAL, OTHER, ANCHOR = "https://portal.example", "https://other.example", "https://anchor.example"


class Monotonic:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def opened(database: Database) -> tuple[Registrations, Monotonic]:
    clock = Monotonic()
    return Registrations(database, now=clock), clock


def test_nobody_is_registered_until_they_are_and_only_until_the_end(database: Database) -> None:
    rows, _ = opened(database)
    assert not rows.alive(PORTAL, NOW)
    rows.put(PORTAL, anchor=ANCHOR, at=NOW, expires=NOW + 60)
    assert rows.alive(PORTAL, NOW)
    assert rows.alive(PORTAL, NOW + 59)
    assert not rows.alive(PORTAL, NOW + 60)
    assert not rows.alive(OTHER, NOW)


def test_a_new_registration_takes_the_place_of_the_one_before(database: Database) -> None:
    rows, _ = opened(database)
    rows.put(PORTAL, anchor=ANCHOR, at=NOW, expires=NOW + 600)
    rows.put(PORTAL, anchor=ANCHOR, at=NOW + 1, expires=NOW + 60)
    assert not rows.alive(PORTAL, NOW + 60)


def test_registrations_of_the_past_make_room(database: Database) -> None:
    rows, clock = opened(database)
    rows.put(PORTAL, anchor=ANCHOR, at=NOW, expires=NOW + 60)
    rows.put(OTHER, anchor=ANCHOR, at=NOW + 61, expires=NOW + 600)
    clock.now += 6
    assert not rows.alive(PORTAL, NOW), "the row is gone, whatever the time says"
    assert rows.alive(OTHER, NOW + 61)


def test_another_process_notices_within_five_seconds(database: Database) -> None:
    here, _ = opened(database)
    there, clock = opened(database)
    assert not there.alive(PORTAL, NOW)
    here.put(PORTAL, anchor=ANCHOR, at=NOW, expires=NOW + 60)
    assert not there.alive(PORTAL, NOW)
    clock.now += 5
    assert there.alive(PORTAL, NOW)


def test_what_is_remembered_is_bounded(database: Database) -> None:
    rows = Registrations(database, size=2, now=Monotonic())
    for number in range(5):
        rows.alive(f"https://{number}.example", NOW)
    assert len(rows._seen) == 2
