"""Events: owns the statement about what happened to a subordinate (Subordinate Events Endpoint 1.0)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from federation.answers.reading import BadAnswer, read

TYP = "entity-events-statement+jwt"
SECTION = "Subordinate Events §3"
OLDEST = 86_400.0
"""Seconds after which a statement without an end is not believed any more."""

_MOST = 10_000
_WRITTEN = 128 * 1024  # bytes of events in a statement of ours; whoever reads it takes a quarter of a MiB


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to an entity.

    Attributes:
        at: seconds since 1970.
        event: `registration`, `suspension`, `revocation` and others, of the standard or not.
        description: for people; may be empty.
    """

    at: int
    event: str
    description: str = ""


def claims(
    events: Sequence[Event], *, issuer: str, subject: str, issued: int, expires: int
) -> Mapping[str, object]:
    """What our statement about a subordinate's events says: the newest, as many as others would read.

    A subordinate that changes its keys without end must not make the news of its suspension too long to read.

    Args:
        events: oldest first.
        issued, expires: seconds since 1970.
    """
    return {
        "iss": issuer,
        "sub": subject,
        "iat": issued,
        "exp": expires,
        "federation_registration_events": _newest(events),
    }


def verify(
    token: str, *, issuer: str, subject: str, jwks: Mapping[str, object], now: float
) -> tuple[Event, ...]:
    """The events in a statement that a superior gave us, oldest first.

    Args:
        issuer, subject: the superior that was asked, and about whom.
        jwks: the superior's federation keys.
        now: seconds since 1970.

    Raises:
        BadAnswer: it is not believed.
    """
    required = ("sub", "federation_registration_events")
    said = read(
        token, typ=TYP, section=SECTION, issuer=issuer, jwks=jwks, now=now, require=required, oldest=OLDEST
    )
    if said["sub"] != subject:
        raise BadAnswer(SECTION, "it is about somebody else")
    listed = said["federation_registration_events"]
    if not isinstance(listed, list) or len(listed) > _MOST:
        raise BadAnswer(SECTION, "federation_registration_events is not an array of events")
    return tuple(sorted(_events(listed), key=lambda one: one.at))


def _newest(events: Sequence[Event]) -> list[Mapping[str, object]]:
    told: list[Mapping[str, object]] = []
    left = _WRITTEN
    for one in reversed(events):
        member = _member(one)
        left -= len(json.dumps(member, ensure_ascii=False).encode())
        if left < 0:
            break
        told.append(member)
    return told[::-1]


def _member(one: Event) -> Mapping[str, object]:
    said: dict[str, object] = {"iat": one.at, "event": one.event}
    return {**said, "event_description": one.description} if one.description else said


def _events(listed: Sequence[object]) -> Iterator[Event]:
    for one in listed:
        at, event, description = (
            (one.get("iat"), one.get("event"), one.get("event_description", ""))
            if isinstance(one, dict)
            else (None, None, None)
        )
        whole = isinstance(at, int) and not isinstance(at, bool)
        if not whole or not isinstance(event, str) or not isinstance(description, str) or not event:
            raise BadAnswer(SECTION, "an event has iat, event and perhaps a description")
        yield Event(at=int(str(at)), event=event, description=description)
