"""Records come back from a shelf as they were put there, or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from idp.citizen import Citizen
from idp.errors import Unavailable
from idp.shelf import Crowded, Shelf, secret_name
from idp.store import Store, ValkeyStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    names: tuple[str, ...]
    when: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    id: str
    inner: Inner
    claims: Mapping[str, object] = field(default_factory=dict)
    pairs: tuple[tuple[str, int], ...] = ()
    count: float = 0.0
    maybe: Inner | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewerRecord:
    id: str
    inner: Inner
    claims: Mapping[str, object] = field(default_factory=dict)
    added_later: str = "?"


FULL = Record(
    id="一",
    inner=Inner(names=("甲", "b"), when=7),
    claims={"name": "李", "address": {"region": "广东"}, "n": [1, None, True]},
    pairs=(("a", 1), ("b", 2)),
    count=1.5,
    maybe=Inner(names=()),
)


@pytest.fixture
def shelf(store: ValkeyStore) -> Shelf[Record]:
    return Shelf(store, "record", Record)


@pytest.mark.parametrize("record", [FULL, Record(id="", inner=Inner(names=()))], ids=["full", "bare"])
def test_a_record_comes_back_equal_and_frozen(shelf: Shelf[Record], record: Record) -> None:
    shelf.put("n", record, 60)
    back = shelf.get("n")
    assert back == record
    assert isinstance(back, Record)
    assert isinstance(back.inner.names, tuple)


def test_a_citizen_comes_back_equal(store: ValkeyStore) -> None:
    citizen = Citizen(
        source="account",
        local_id="1",
        rl=3,
        acr="realname",
        amr=("pwd",),
        auth_time=1,
        idp="http://gd.localhost",
        home_region="440000",
        claims={"name": "李"},
    )
    shelf: Shelf[Citizen] = Shelf(store, "citizen", Citizen)
    shelf.put("n", citizen, 60)
    assert shelf.get("n") == citizen


def test_take_is_once_only(shelf: Shelf[Record]) -> None:
    shelf.put("n", FULL, 60)
    assert shelf.take("n") == FULL
    assert shelf.take("n") is None


def test_take_moves_to_another_shelf(shelf: Shelf[Record], store: ValkeyStore) -> None:
    spent: Shelf[Record] = Shelf(store, "spent", Record)
    shelf.put("n", FULL, 60)
    assert shelf.take("n", into=spent.key("m"), ttl=60) == FULL
    assert spent.get("m") == FULL


def test_take_needs_a_record_of_another_shelf(shelf: Shelf[Record], store: ValkeyStore) -> None:
    sessions: Shelf[Inner] = Shelf(store, "session", Inner)
    shelf.put("n", FULL, 60)
    assert shelf.take("n", needs=sessions.key("gone")) is None


def test_add_keeps_the_first(shelf: Shelf[Record]) -> None:
    assert shelf.add("n", FULL, 60)
    assert not shelf.add("n", Record(id="2", inner=Inner(names=())), 60)
    assert shelf.get("n") == FULL


def test_swap_is_for_whoever_read_the_latest(shelf: Shelf[Record]) -> None:
    new = Record(id="2", inner=Inner(names=()))
    shelf.put("n", FULL, 60)
    assert shelf.swap("n", FULL, new, 60)
    assert not shelf.swap("n", FULL, new, 60)
    assert shelf.swap("n", new, None, 0)
    assert shelf.get("n") is None


def test_shelves_do_not_meet(shelf: Shelf[Record], store: ValkeyStore) -> None:
    shelf.put("n", FULL, 60)
    assert Shelf(store, "other", Record).get("n") is None


def test_what_cannot_be_read_is_not_there(shelf: Shelf[Record], store: ValkeyStore) -> None:
    for raw in (b"", b"{}", b"null", b"[1]", b'{"id": 1, "inner": {"names": "x"}}', b"\xff"):
        store.put(shelf.key("n"), raw, 60)
        assert shelf.get("n") is None
        assert shelf.take("n") is None
        assert store.get(shelf.key("n")) is None


def test_the_version_before_reads_what_the_next_one_wrote_and_the_other_way_round(store: ValkeyStore) -> None:
    old: Shelf[Record] = Shelf(store, "record", Record)
    new: Shelf[NewerRecord] = Shelf(store, "record", NewerRecord)
    new.put("n", NewerRecord(id="1", inner=Inner(names=()), added_later="x"), 60)
    assert old.get("n") == Record(id="1", inner=Inner(names=()))
    old.put("n", FULL, 60)
    assert new.get("n") == NewerRecord(id="一", inner=FULL.inner, claims=FULL.claims)


def test_a_record_of_a_newer_version_can_still_be_changed(store: ValkeyStore) -> None:
    old: Shelf[Inner] = Shelf(store, "inner", Inner)
    store.put(old.key("n"), b'{"names": ["a"], "when": 1, "later": true}', 60)
    assert old.change("n", lambda inner: Inner(names=(*inner.names, "b")), 60) == Inner(names=("a", "b"))


def test_change_of_nothing_is_nothing(shelf: Shelf[Record]) -> None:
    assert shelf.change("n", lambda record: record, 60) is None


def test_change_for_nothing_removes(shelf: Shelf[Record]) -> None:
    shelf.put("n", FULL, 60)
    assert shelf.change("n", lambda _: None, 60) is None
    assert shelf.get("n") is None


def test_change_to_itself_writes_nothing(shelf: Shelf[Record], store: ValkeyStore) -> None:
    shelf.put("n", FULL, 60)
    store.swap = lambda *_: pytest.fail("written")  # type: ignore[method-assign]
    assert shelf.change("n", lambda record: record, 60) == FULL


def test_change_applies_to_what_somebody_else_wrote_meanwhile(store: ValkeyStore) -> None:
    shelf: Shelf[Inner] = Shelf(store, "inner", Inner)
    shelf.put("n", Inner(names=()), 60)
    calls: list[Inner] = []

    def add(inner: Inner) -> Inner:
        if not calls:
            shelf.put("n", Inner(names=("other",)), 60)
        calls.append(inner)
        return Inner(names=(*inner.names, "mine"))

    assert shelf.change("n", add, 60) == Inner(names=("other", "mine"))
    assert len(calls) == 2


def test_change_gives_up_when_somebody_is_always_quicker(store: ValkeyStore) -> None:
    shelf: Shelf[Inner] = Shelf(store, "inner", Inner)
    shelf.put("n", Inner(names=(), when=0), 60)

    def race(inner: Inner) -> Inner:
        shelf.put("n", Inner(names=(), when=(inner.when or 0) + 1), 60)
        return Inner(names=inner.names, when=-1)

    with pytest.raises(Crowded):
        shelf.change("n", race, 60)


def test_a_secret_is_not_in_its_name() -> None:
    name = secret_name("s3cret")
    assert "s3cret" not in name
    assert len(name) == 43
    assert name == secret_name("s3cret") != secret_name("s3creT")


def test_an_unavailable_store_is_an_unavailable_shelf() -> None:
    class Gone:
        def __getattr__(self, name: str) -> object:
            raise Unavailable("store")

    gone: Store = Gone()  # type: ignore[assignment]
    with pytest.raises(Unavailable):
        Shelf(gone, "record", Record).get("n")
