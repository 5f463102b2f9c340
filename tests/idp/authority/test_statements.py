"""A statement about every subordinate lies ready: signed on change and in time, the same in every process."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from federation.authority import Wide
from idp.authority.statements import FRESH
from idp.errors import Unavailable
from keys.encoding import unb64
from keys.jose import STATEMENT, verify
from tests.federation.world import ANCHOR, ENTITY, NOW, PINNED, made
from tests.idp.authority.place import FETCH, KEY, LIFE, Moved, Process, entity, subordinate


def claims(token: str) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(unb64(token.split(".")[1]))
    return said


def served(process: Process, entity_id: str = ENTITY) -> str | None:
    found = process.statements.find(entity_id)
    return None if found is None else found.token


def signatures(process: Process) -> int:
    """How often this process has signed since it was asked last."""
    return len(process.tally.take().entries)


@pytest.fixture
def kept(anchor: Process) -> Process:
    anchor.registry.add(subordinate(metadata={"openid_provider": {"manyou_region": "440000"}}), by="li")
    return anchor


def test_a_statement_says_what_is_registered(kept: Process) -> None:
    kept.registry.set_wide(
        Wide(metadata_policy={"openid_provider": {"x": {"value": 1}}}, constraints={"max_path_length": 2}),
        by="li",
    )
    token = served(kept)
    assert token is not None
    said: Mapping[str, object] = verify(
        token,
        {"keys": [dict(KEY.public)]},
        algs=("ES256",),
        typ=("entity-statement+jwt",),
        issuer=ANCHOR,
        audience=None,
        now=NOW,
        limits=STATEMENT,
    )
    assert said == {
        "iss": ANCHOR,
        "sub": ENTITY,
        "iat": int(NOW),
        "exp": int(NOW) + LIFE,
        "jwks": PINNED,
        "source_endpoint": FETCH,
        "metadata": {"openid_provider": {"manyou_region": "440000"}},
        "metadata_policy": {"openid_provider": {"x": {"value": 1}}},
        "constraints": {"max_path_length": 2},
    }


def test_what_is_empty_is_left_out(anchor: Process) -> None:
    anchor.registry.add(subordinate(), by="li")
    token = served(anchor)
    assert token is not None
    assert claims(token).keys() == {"iss", "sub", "iat", "exp", "jwks", "source_endpoint"}


def test_the_round_signs_what_changed_and_asking_signs_nothing(kept: Process, clock: Moved) -> None:
    assert kept.statements.renew() == 1
    assert signatures(kept) == 1
    for _ in range(5):
        assert served(kept)
        clock.pass_(FRESH)
    assert kept.statements.renew() == 0
    assert signatures(kept) == 0


def test_who_asks_before_the_round_pays_for_all(kept: Process, other: Process, clock: Moved) -> None:
    first = served(kept)
    assert first is not None
    assert served(other) == first
    assert signatures(other) == 0
    assert other.statements.renew() == 0
    clock.pass_(FRESH)
    assert served(kept) == served(other) == first


@pytest.mark.parametrize(("passed", "renewed"), [(LIFE / 2 - 1, 0), (LIFE / 2, 1)])
def test_a_statement_is_renewed_at_half_of_its_life(
    kept: Process, clock: Moved, passed: float, renewed: int
) -> None:
    kept.statements.renew()
    first = served(kept)
    clock.pass_(passed)
    assert kept.statements.renew() == renewed
    clock.pass_(FRESH)
    assert (served(kept) != first) is bool(renewed)


def test_no_two_processes_renew_the_same(kept: Process, other: Process) -> None:
    assert (kept.statements.renew(), other.statements.renew()) == (1, 0)


def test_what_a_process_took_and_did_not_sign_is_due_again(kept: Process, clock: Moved) -> None:
    kept.documents.take_due(clock(), 60.0, 10)
    assert kept.statements.renew() == 0
    clock.pass_(60)
    assert kept.statements.renew() == 1


def test_where_no_round_comes_by_the_last_eighth_is_signed_on_asking(kept: Process, clock: Moved) -> None:
    first = served(kept)
    clock.pass_(LIFE * 7 / 8 - 1)
    assert served(kept) == first
    clock.pass_(FRESH)
    second = served(kept)
    assert second is not None
    assert second != first
    assert claims(second)["exp"] == int(clock()) + LIFE


@pytest.mark.parametrize("verb", ["suspend", "remove"])
def test_of_who_is_suspended_or_removed_nothing_is_stated_in_any_process(
    kept: Process, other: Process, clock: Moved, verb: str
) -> None:
    assert served(kept) == served(other)
    getattr(kept.registry, verb)(ENTITY, by="li", reason="r")
    clock.pass_(FRESH)
    for process in (kept, other):
        assert served(process) is None
        assert process.statements.ready([ENTITY]) == {}
    assert kept.statements.renew() == 0, "nothing lies there to be signed again"


def test_who_is_reinstated_is_stated_anew(kept: Process, clock: Moved) -> None:
    first = served(kept)
    kept.registry.suspend(ENTITY, by="li", reason="r")
    kept.registry.reinstate(ENTITY, by="li", reason="r")
    clock.pass_(FRESH)
    second = served(kept)
    assert second is not None
    assert second != first


def test_a_change_is_stated_within_seconds_by_every_process(
    kept: Process, other: Process, clock: Moved
) -> None:
    assert served(other)
    kept.registry.change(ENTITY, lambda one: replace(one, constraints={"max_path_length": 0}), by="li")
    clock.pass_(FRESH)
    texts = {served(kept), served(other)}
    assert len(texts) == 1
    assert claims(texts.pop() or "")["constraints"] == {"max_path_length": 0}


def test_what_is_said_of_all_changes_every_statement(anchor: Process, clock: Moved) -> None:
    names = [entity(number) for number in range(3)]
    for name in names:
        anchor.registry.add(subordinate(name), by="li")
    anchor.statements.renew()
    anchor.registry.set_wide(Wide(constraints={"max_path_length": 3}), by="li")
    assert anchor.statements.ready(names) == {}, "what lies there says what is not said any more"
    assert anchor.statements.renew() == 3
    ready = anchor.statements.ready(names)
    assert {claims(token)["constraints"]["max_path_length"] for token in ready.values()} == {3}


def test_a_page_signs_nothing(anchor: Process) -> None:
    names = [entity(number) for number in range(5)]
    for name in names:
        anchor.registry.add(subordinate(name), by="li")
    assert anchor.statements.ready(names) == {}
    anchor.statements.find(names[2])
    signatures(anchor)
    assert set(anchor.statements.ready(names)) == {names[2]}
    assert signatures(anchor) == 0


def test_what_a_lost_key_signed_is_not_handed_out(kept: Process, clock: Moved) -> None:
    first = served(kept)
    kept.keys = [made(issuer=ANCHOR)]
    clock.pass_(FRESH)
    assert kept.statements.ready([ENTITY]) == {}
    assert served(kept) != first
    assert kept.statements.ready([ENTITY]) != {}


def test_what_is_signed_is_noted_and_does_not_outlive_its_key(kept: Process) -> None:
    kept.keys = [replace(KEY, forget_at=NOW + 100)]
    token = served(kept)
    assert token is not None
    assert claims(token)["exp"] == int(NOW) + 100
    assert kept.tally.take().latest_exp(KEY.kid) == NOW + 100


def test_one_that_cannot_be_signed_is_no_answer_rather_than_an_old_one(
    kept: Process, clock: Moved, monkeypatch: pytest.MonkeyPatch
) -> None:
    served(kept)
    kept.registry.change(ENTITY, lambda one: replace(one, constraints={"max_path_length": 0}), by="li")
    clock.pass_(FRESH)
    monkeypatch.setattr(kept.documents, "keep", lambda _documents: None)
    with pytest.raises(Unavailable, match="statement"):
        served(kept)


def test_nobody_is_stated_who_was_never_registered(kept: Process) -> None:
    assert served(kept, "http://stranger.localhost") is None
