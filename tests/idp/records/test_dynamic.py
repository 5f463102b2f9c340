"""A registration is kept with what it spends and what is told of it, or not at all."""

from collections.abc import Callable

import pytest

from idp.audit import Entry
from idp.client import Client
from idp.dynamic import InitialToken, Registered, initial_token
from idp.records.audit import AuditRecords
from idp.records.clients import ClientRecords
from idp.records.database import Database
from idp.records.dynamic import DynamicRecords

NOW = 1_800_000_000.0
TOLD = Entry(at=NOW, event="client.added")
UNTELLABLE = Entry(at=NOW, event="client.added", details={"x": float("nan")})
ONE = Client(client_id="one", name={"zh": "一", "en": "One"}, redirect_uris=("https://one.example/",))


@pytest.fixture
def clients(database: Database) -> ClientRecords:
    return ClientRecords(database)


@pytest.fixture
def rows(database: Database, clients: ClientRecords) -> DynamicRecords:
    return DynamicRecords(database, clients, AuditRecords(database, "here"))


@pytest.fixture
def leave(rows: DynamicRecords) -> InitialToken:
    _, kept = initial_token(note="多", uses=1, now=NOW, life=60)
    rows.initial.add(kept, TOLD)
    return kept


def registered(leave: InitialToken, at: float = NOW) -> Registered:
    return Registered(client=ONE, token_sha256="ab" * 32, issued=at, initial=leave.id)


def test_what_was_kept_comes_back_equal(rows: DynamicRecords, leave: InitialToken) -> None:
    assert rows.initial.find(leave.sha256) == leave
    assert rows.find("one") is None
    assert rows.add(registered(leave), TOLD)
    assert rows.find("one") == registered(leave)
    (counted,) = rows.initial.list()
    assert (counted.used, counted.standing(NOW)) == (1, "used up")


def test_what_cannot_be_told_is_not_done(
    rows: DynamicRecords, clients: ClientRecords, leave: InitialToken
) -> None:
    with pytest.raises(ValueError, match="Out of range"):
        rows.add(registered(leave), UNTELLABLE)
    assert rows.find("one") is None
    assert clients.find("one") is None
    assert rows.add(registered(leave), TOLD), "nothing was spent"
    changes: tuple[Callable[[], bool], ...] = (
        lambda: rows.replace(registered(leave), UNTELLABLE, stranger=True),
        lambda: rows.remove("one", UNTELLABLE),
        lambda: rows.initial.revoke(leave.id, UNTELLABLE),
    )
    for change in changes:
        with pytest.raises(ValueError, match="Out of range"):
            change()
    assert rows.find("one") == registered(leave)
    assert rows.initial.list()[0].revoked_at is None


@pytest.mark.parametrize("late", [59.9, 60.0])
def test_the_row_itself_refuses_what_ended_meanwhile(
    rows: DynamicRecords, clients: ClientRecords, leave: InitialToken, late: float
) -> None:
    assert rows.add(registered(leave, NOW + late), TOLD) == (late < 60)
    assert (clients.find("one") is not None) == (late < 60)


def test_the_row_itself_refuses_what_was_revoked_meanwhile(rows: DynamicRecords, leave: InitialToken) -> None:
    assert rows.initial.revoke(leave.id, TOLD)
    assert not rows.add(registered(leave), TOLD)


def test_nothing_is_changed_or_removed_that_did_not_register_itself(
    rows: DynamicRecords, clients: ClientRecords, leave: InitialToken
) -> None:
    clients.add(ONE)
    assert rows.find("one") is None
    assert not rows.replace(registered(leave), TOLD, stranger=False)
    assert not rows.remove("one", TOLD)
    assert clients.find("one") == ONE


def test_another_process_hears_of_a_removal_within_five_seconds(
    rows: DynamicRecords, database: Database, leave: InitialToken
) -> None:
    moment = [0.0]
    elsewhere = ClientRecords(database, now=lambda: moment[0])
    rows.add(registered(leave), TOLD)
    assert elsewhere.find("one") == ONE
    rows.remove("one", TOLD)
    moment[0] += 5
    assert elsewhere.find("one") is None
