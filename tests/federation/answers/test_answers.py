"""A signed answer is believed when everything holds, and refused when one thing does not."""

from collections.abc import Callable
from typing import Any

import pytest

from federation import events
from federation.answers import resolved, status
from federation.answers.reading import BadAnswer
from federation.answers.resolved import Resolved
from federation.events import Event
from tests.federation.world import ANCHOR, ENTITY, NOW, made
from tests.keys.forge import unchecked

KEY, OTHER = made(issuer=ANCHOR), made(issuer=ANCHOR)
JWKS = {"keys": [dict(KEY.public)]}
MARK = "a.b.c"
HAPPENED = [Event(at=1, event="registration"), Event(at=5, event="suspension", description="why")]
ONE = Resolved(
    sub=ENTITY,
    issued=int(NOW),
    expires=int(NOW) + 600,
    metadata={"openid_provider": {"issuer": ENTITY}},
    trust_chain=("a.b.c", "d.e.f"),
    trust_marks=((f"{ANCHOR}/mark", MARK),),
)

Verified = Callable[[str, float], object]


def read_events(token: str, now: float = NOW) -> object:
    return events.verify(token, issuer=ANCHOR, subject=ENTITY, jwks=JWKS, now=now)


def read_status(token: str, now: float = NOW) -> object:
    return status.verify(token, mark=MARK, issuer=ANCHOR, jwks=JWKS, now=now)


def read_resolved(token: str, now: float = NOW) -> object:
    return resolved.verify(token, issuer=ANCHOR, subject=ENTITY, jwks=JWKS, now=now)


LAWFUL: dict[str, tuple[str, dict[str, Any], Verified, object]] = {
    "events": (
        events.TYP,
        dict(events.claims(HAPPENED, issuer=ANCHOR, subject=ENTITY, issued=int(NOW), expires=int(NOW) + 60)),
        read_events,
        tuple(HAPPENED),
    ),
    "status": (
        status.TYP,
        dict(status.claims(MARK, "active", issuer=ANCHOR, issued=int(NOW))),
        read_status,
        "active",
    ),
    "resolved": (resolved.TYP, dict(resolved.claims(ONE, issuer=ANCHOR, audience=None)), read_resolved, ONE),
}


def answer(kind: str, key: Any = KEY, typ: str | None = None, **changes: object) -> str:
    lawful_typ, claims, _, _ = LAWFUL[kind]
    said = {name: value for name, value in {**claims, **changes}.items() if value is not ...}
    return unchecked(key, said, typ=typ or lawful_typ)


@pytest.mark.parametrize("kind", LAWFUL)
def test_what_was_said_is_read(kind: str) -> None:
    _, _, verify, expected = LAWFUL[kind]
    assert verify(answer(kind), NOW) == expected


@pytest.mark.parametrize("kind", LAWFUL)
@pytest.mark.parametrize(
    "wrong",
    [
        {"key": OTHER},
        {"typ": "JWT"},
        {"typ": "entity-statement+jwt"},
        {"iss": ENTITY},
        {"iat": ...},
        {"iat": int(NOW) + 60},
        {"exp": int(NOW) - 60},
    ],
)
def test_no_answer_is_believed_that_does_not_verify(kind: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(BadAnswer):
        LAWFUL[kind][2](answer(kind, **wrong), NOW)


WRONG: dict[str, tuple[str, dict[str, Any]]] = {
    "events of somebody else": ("events", {"sub": ANCHOR}),
    "no events at all": ("events", {"federation_registration_events": ...}),
    "events that are an object": ("events", {"federation_registration_events": {}}),
    "an event without a date": ("events", {"federation_registration_events": [{"event": "x"}]}),
    "an event whose date is true": (
        "events",
        {"federation_registration_events": [{"event": "x", "iat": True}]},
    ),
    "an event without a name": ("events", {"federation_registration_events": [{"event": "", "iat": 1}]}),
    "an event that is text": ("events", {"federation_registration_events": ["suspension"]}),
    "a description that is none": (
        "events",
        {"federation_registration_events": [{"event": "x", "iat": 1, "event_description": 5}]},
    ),
    "events without an end, a day old": ("events", {"exp": ..., "iat": int(NOW) - 86_500}),
    "the status of another mark": ("status", {"trust_mark": "x.y.z"}),
    "no status": ("status", {"status": ...}),
    "a status that nobody knows": ("status", {"status": "fine"}),
    "a status that is a list": ("status", {"status": ["active"]}),
    "a status of yesterday": ("status", {"iat": int(NOW) - 400}),
    "what was resolved of somebody else": ("resolved", {"sub": ANCHOR}),
    "what was resolved for somebody else": ("resolved", {"aud": ANCHOR}),
    "no end": ("resolved", {"exp": ...}),
    "no chain": ("resolved", {"trust_chain": ...}),
    "an empty chain": ("resolved", {"trust_chain": []}),
    "a chain of numbers": ("resolved", {"trust_chain": [1]}),
    "metadata of another form": ("resolved", {"metadata": {"openid_provider": "x"}}),
    "marks of another form": ("resolved", {"trust_marks": [{"trust_mark_type": "x"}]}),
    "marks that are an object": ("resolved", {"trust_marks": {}}),
}


@pytest.mark.parametrize("what", WRONG)
def test_an_answer_of_another_form_is_refused(what: str) -> None:
    kind, changes = WRONG[what]
    with pytest.raises(BadAnswer) as refused:
        LAWFUL[kind][2](answer(kind, **changes), NOW)
    assert refused.value.section


def test_events_come_oldest_first_in_whatever_order_they_are_told() -> None:
    told = [{"iat": 5, "event": "b"}, {"iat": 1, "event": "a"}]
    read = read_events(answer("events", federation_registration_events=told))
    assert read == (Event(at=1, event="a"), Event(at=5, event="b"))


def test_events_without_an_end_are_believed_for_a_day() -> None:
    assert read_events(answer("events", exp=..., iat=int(NOW) - 86_000))


def test_who_said_who_they_are_is_meant_alone() -> None:
    token = answer("resolved", aud=ENTITY)
    named = {"issuer": ANCHOR, "subject": ENTITY, "jwks": JWKS, "now": NOW}
    assert resolved.verify(token, **named, audience=ENTITY) == ONE  # type: ignore[arg-type]
    for other in (answer("resolved"), answer("resolved", aud=[ENTITY, ANCHOR])):
        with pytest.raises(BadAnswer):
            resolved.verify(other, **named, audience=ENTITY)  # type: ignore[arg-type]


def test_without_marks_none_are_named() -> None:
    bare = Resolved(sub=ENTITY, issued=1, expires=2, metadata={}, trust_chain=("a.b.c",))
    assert "trust_marks" not in resolved.claims(bare, issuer=ANCHOR, audience=None)
