"""Who is below us: each verb keeps the row, its events and the audit entry together, or changes nothing."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from federation.authority import Subordinate, Unlawful, Wide
from federation.authority.listing import Filters, Place
from idp.authority.registry import Conflict, Registry, Unknown
from tests.federation.world import ANCHOR, ENTITY, NOW, made
from tests.idp.authority.place import Moved, Process, entity, subordinate

OTHER_KEYS = {"keys": [dict(made().public)]}


def told(anchor: Process, entity_id: str = ENTITY) -> list[str]:
    return [one.event for one in anchor.registry.events(entity_id)]


def audited(anchor: Process) -> list[str]:
    return [one.entry.event for one in anchor.audit.tail()]


def test_who_is_registered_is_found_and_listed(anchor: Process) -> None:
    kept = anchor.registry.add(subordinate(), by="li", reason="signed the contract")
    assert anchor.registry.find(ENTITY) == kept
    assert (kept.state, kept.registered, kept.updated, kept.version) == ("active", NOW, NOW, 1)
    assert anchor.registry.ids() == (ENTITY,)
    assert told(anchor) == ["registration"]
    (entry,) = anchor.audit.tail()
    assert (entry.entry.event, entry.entry.client) == ("subordinate.added", ENTITY)
    assert entry.entry.details["by"] == "li"
    assert anchor.audit.verify() == ()


def test_nobody_is_registered_twice(anchor: Process) -> None:
    anchor.registry.add(subordinate(), by="li")
    with pytest.raises(Conflict, match="already"):
        anchor.registry.add(subordinate(), by="li")
    assert told(anchor) == ["registration"]


CHANGES: dict[str, tuple[Callable[[Subordinate], Subordinate], str]] = {
    "jwks": (lambda one: replace(one, jwks=OTHER_KEYS), "jwks_update"),
    "metadata": (
        lambda one: replace(one, metadata={"openid_provider": {"manyou_region": "440000"}}),
        "metadata_update",
    ),
    "kinds": (lambda one: replace(one, kinds=("openid_relying_party",)), "metadata_update"),
    "policy": (
        lambda one: replace(one, metadata_policy={"openid_provider": {"x": {"value": 1}}}),
        "metadata_policy_update",
    ),
    "constraints": (lambda one: replace(one, constraints={"max_path_length": 1}), "constraints_update"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_told_as_what_it_is(anchor: Process, clock: Moved, name: str) -> None:
    edit, event = CHANGES[name]
    anchor.registry.add(subordinate(), by="li")
    clock.pass_(5)
    changed = anchor.registry.change(ENTITY, edit, by="li", reason="asked for")
    assert anchor.registry.find(ENTITY) == changed
    assert (changed.version, changed.registered, changed.updated) == (2, NOW, NOW + 5)
    assert told(anchor) == ["registration", event]
    assert anchor.registry.events(ENTITY)[-1].description == "asked for"
    assert audited(anchor) == ["subordinate.added", "subordinate.changed"]


def test_a_change_that_changes_nothing_is_none(anchor: Process) -> None:
    kept = anchor.registry.add(subordinate(), by="li")
    assert anchor.registry.change(ENTITY, lambda one: one, by="li") == kept
    assert audited(anchor) == ["subordinate.added"]


def test_contacts_are_kept_and_told_to_nobody(anchor: Process, clock: Moved) -> None:
    anchor.registry.add(subordinate(), by="li")
    clock.pass_(5)
    edit = lambda one: replace(one, contacts=("ops@gd.example",))  # noqa: E731
    assert anchor.registry.change(ENTITY, edit, by="li").updated == NOW
    assert told(anchor) == ["registration"]
    found = anchor.registry.find(ENTITY)
    assert found is not None
    assert found.contacts == ("ops@gd.example",)


def test_an_edit_cannot_change_who_it_is_or_its_state(anchor: Process) -> None:
    anchor.registry.add(subordinate(), by="li")
    edit = lambda one: replace(one, entity_id=entity(1), state="removed", version=9)  # noqa: E731
    assert anchor.registry.change(ENTITY, edit, by="li").version == 1
    assert anchor.registry.ids() == (ENTITY,)


MOVES: dict[str, tuple[list[str], str, list[str]]] = {
    "suspended": (["suspend"], "suspended", ["registration", "suspension"]),
    "reinstated": (["suspend", "reinstate"], "active", ["registration", "suspension", "reinstatement"]),
    "removed": (["remove"], "removed", ["registration", "revocation"]),
    "removed while suspended": (
        ["suspend", "remove"],
        "removed",
        ["registration", "suspension", "revocation"],
    ),
}


@pytest.mark.parametrize("name", MOVES)
def test_its_state_moves_and_every_list_moves_with_it(anchor: Process, other: Process, name: str) -> None:
    verbs, state, events = MOVES[name]
    anchor.registry.add(subordinate(), by="li")
    for verb in verbs:
        getattr(anchor.registry, verb)(ENTITY, by="li", reason="r")
    found = other.registry.find(ENTITY)
    assert found is not None
    assert found.state == state
    assert told(anchor) == events
    active = state == "active"
    for filters in (Filters(), Filters(entity_types=("openid_provider",)), Filters(updated_after=0)):
        assert (other.registry.ids(filters) == (ENTITY,)) is active
    assert other.registry.every("active" if active else found.state) == (ENTITY,)


@pytest.mark.parametrize(
    ("before", "verb", "error"),
    [
        ([], "reinstate", Conflict),
        (["suspend"], "suspend", Conflict),
        (["remove"], "suspend", Unknown),
        (["remove"], "reinstate", Unknown),
        (["remove"], "remove", Unknown),
    ],
)
def test_moves_that_make_no_sense_are_refused(
    anchor: Process, before: list[str], verb: str, error: type[Exception]
) -> None:
    anchor.registry.add(subordinate(), by="li")
    for one in before:
        getattr(anchor.registry, one)(ENTITY, by="li", reason="r")
    events = told(anchor)
    with pytest.raises(error):
        getattr(anchor.registry, verb)(ENTITY, by="li", reason="r")
    assert told(anchor) == events


def test_who_was_removed_can_be_registered_anew(anchor: Process) -> None:
    anchor.registry.add(subordinate(), by="li")
    anchor.registry.remove(ENTITY, by="li", reason="left")
    anchor.registry.add(subordinate(kinds=()), by="li", reason="came back")
    assert anchor.registry.ids() == (ENTITY,)
    assert anchor.registry.ids(Filters(entity_types=("openid_provider",))) == ()
    assert told(anchor) == ["registration", "revocation", "registration"]


def test_who_decided_about_an_older_version_must_look_again(anchor: Process) -> None:
    registry = anchor.registry
    kept = registry.add(subordinate(), by="li")
    registry.change(ENTITY, lambda one: replace(one, jwks=OTHER_KEYS), by="wang")
    verbs: list[Callable[[int], object]] = [
        lambda seen: registry.suspend(ENTITY, by="li", reason="r", seen=seen),
        lambda seen: registry.change(ENTITY, lambda one: replace(one, kinds=()), by="li", seen=seen),
        lambda seen: registry.remove(ENTITY, by="li", reason="r", seen=seen),
    ]
    for verb in verbs:
        with pytest.raises(Conflict, match="look at it again"):
            verb(kept.version)
    registry.suspend(ENTITY, by="li", reason="r", seen=kept.version + 1)


def test_of_two_who_write_at_once_one_is_first(anchor: Process, other: Process) -> None:
    anchor.registry.add(subordinate(), by="li")

    def meanwhile(one: Subordinate) -> Subordinate:
        other.registry.suspend(ENTITY, by="wang", reason="r")
        return replace(one, jwks=OTHER_KEYS)

    with pytest.raises(Conflict):
        anchor.registry.change(ENTITY, meanwhile, by="li")
    found = anchor.registry.find(ENTITY)
    assert found is not None
    assert (found.state, found.jwks) == ("suspended", subordinate().jwks)


def test_what_is_unlawful_is_not_written(anchor: Process) -> None:
    with pytest.raises(Unlawful, match="its own subordinate"):
        anchor.registry.add(subordinate(ANCHOR), by="li")
    anchor.registry.add(subordinate(), by="li")
    with pytest.raises(Unlawful, match="key set"):
        anchor.registry.change(ENTITY, lambda one: replace(one, jwks={"keys": []}), by="li")
    assert audited(anchor) == ["subordinate.added"]


POLICY = {"openid_provider": {"manyou_identity_levels": {"subset_of": ["RL1", "RL2"]}}}


def test_what_is_said_of_all_is_a_change_for_each(anchor: Process, clock: Moved) -> None:
    for number in range(3):
        anchor.registry.add(subordinate(entity(number)), by="li")
    anchor.registry.suspend(entity(2), by="li", reason="r")
    clock.pass_(5)
    assert anchor.registry.set_wide(Wide(metadata_policy=POLICY), by="li", reason="levels").version == 1
    assert anchor.registry.wide().metadata_policy == POLICY
    assert [told(anchor, entity(number))[-1] for number in range(3)] == [
        "metadata_policy_update",
        "metadata_policy_update",
        "suspension",
    ]
    assert anchor.registry.ids(Filters(updated_after=NOW + 1)) == (entity(0), entity(1))
    anchor.registry.set_wide(Wide(metadata_policy=POLICY, constraints={"max_path_length": 2}), by="li")
    assert told(anchor, entity(0))[-1] == "constraints_update"
    assert audited(anchor)[-2:] == ["authority.policy_changed"] * 2


def test_what_is_said_of_all_must_fit_each(anchor: Process) -> None:
    own = {"openid_provider": {"x": {"value": 1}}}
    anchor.registry.add(subordinate(metadata_policy=own), by="li")
    with pytest.raises(Unlawful, match=r"gd\.localhost"):
        anchor.registry.set_wide(Wide(metadata_policy={"openid_provider": {"x": {"value": 2}}}), by="li")
    anchor.registry.set_wide(Wide(metadata_policy=own), by="li")
    other = {"openid_provider": {"x": {"value": 3}}}
    with pytest.raises(Unlawful, match="said of all"):
        anchor.registry.add(subordinate(entity(1), metadata_policy=other), by="li")
    with pytest.raises(Conflict):
        anchor.registry.set_wide(Wide(), by="li", seen=0)


def test_who_comes_back_is_judged_by_what_is_said_by_then(anchor: Process) -> None:
    own = {"openid_provider": {"x": {"value": 1}}}
    anchor.registry.add(subordinate(metadata_policy=own), by="li")
    anchor.registry.suspend(ENTITY, by="li", reason="r")
    anchor.registry.set_wide(Wide(metadata_policy={"openid_provider": {"x": {"value": 2}}}), by="li")
    with pytest.raises(Unlawful):
        anchor.registry.reinstate(ENTITY, by="li", reason="r")


@pytest.fixture
def crowd(anchor: Process, clock: Moved) -> Registry:
    """Twelve: every third has two types, every fourth is an intermediate; one a second."""
    for number in range(12):
        kinds = ("openid_provider", "openid_relying_party") if number % 3 == 0 else ("openid_provider",)
        one = subordinate(entity(number), kinds=kinds, intermediate=number % 4 == 0)
        anchor.registry.add(one, by="li")
        clock.pass_(1)
    return anchor.registry


@pytest.mark.parametrize(
    ("filters", "numbers"),
    [
        (Filters(), range(12)),
        (Filters(entity_types=("openid_relying_party",)), (0, 3, 6, 9)),
        (Filters(entity_types=("openid_provider", "openid_relying_party")), (0, 3, 6, 9)),
        (Filters(entity_types=("openid_provider", "oauth_client")), ()),
        (Filters(intermediate=True), (0, 4, 8)),
        (Filters(intermediate=False, entity_types=("openid_relying_party",)), (3, 6, 9)),
        (Filters(updated_after=NOW + 9), (9, 10, 11)),
        (Filters(updated_before=NOW + 1), (0, 1)),
        (
            Filters(updated_after=NOW + 2, updated_before=NOW + 9, entity_types=("openid_relying_party",)),
            (3, 6, 9),
        ),
        (Filters(trust_marked=True), ()),
        (Filters(trust_marked=False), range(12)),
    ],
)
def test_filters_and_pages_agree(
    crowd: Registry, filters: Filters, numbers: "range | tuple[int, ...]"
) -> None:
    wanted = tuple(entity(number) for number in numbers)
    assert crowd.ids(filters) == wanted
    paged: list[str] = []
    after = None
    while page := crowd.page(filters, after=after, limit=2):
        assert len(page) <= 2
        paged += [one.entity_id for one in page]
        after = Place(updated=page[-1].updated, entity_id=page[-1].entity_id)
    assert tuple(paged) == wanted
