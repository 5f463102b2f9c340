"""Audit: owns which events are kept for ever, and that nobody in them can be recognised without our secret.

Does not know where they lie. Imports the clock. An event is durable before what it tells of is acknowledged
(I6); the log beside it may be lost.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from idp.clock import Clock

Event = Literal[
    "signin.succeeded",
    "signin.failed",
    "signin.held",
    "client.entered",
    "session.ended",
    "peer.vouched",
    "peer.refused",
    "consent.given",
    "code.reused",
    "refresh.reused",
    "token.revoked",
    "client.added",
    "client.changed",
    "client.removed",
    "client.registered",
    "client.token_added",
    "client.token_revoked",
    "account.added",
    "key.generated",
    "key.published",
    "key.activated",
    "key.retired",
    "key.rolled_back",
    "key.forgotten",
    "key.destroyed",
    "key.compromised",
    "key.approved",
    "key.overridden",
    "key.restored",
    "key.drilled",
    "key.resealed",
    "peer.keys_changed",
    "trust.lost",
    "subordinate.added",
    "subordinate.changed",
    "subordinate.suspended",
    "subordinate.reinstated",
    "subordinate.removed",
    "subordinate.key_seen",
    "subordinate.key_dropped",
    "subordinate.key_refused",
    "subordinate.key_approved",
    "anchor.keys_announced",
    "anchor.adopted",
    "authority.policy_changed",
    "enrolment.proposed",
    "enrolment.approved",
    "enrolment.rejected",
    "enrolment.failed",
    "mark.type_defined",
    "mark.issued",
    "mark.revoked",
    "mark.delegated",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event.

    Attributes:
        at: seconds since 1970.
        event: what happened.
        subject: pseudonym of whom it is about, or empty.
        client: the client or peer that took part, or empty.
        incident: the number that a person may have been shown, or empty.
        details: short facts; never a secret, a name or a claim of a person.
    """

    at: float
    event: Event
    subject: str = ""
    client: str = ""
    incident: str = ""
    details: Mapping[str, str | int | float | bool | None] = field(default_factory=dict)


class AuditSink(Protocol):
    """A place where entries are kept, each chained to the one before."""

    def append(self, entry: Entry) -> None:
        """Keep the entry; returns when it is durable."""
        ...


class Audit:
    """Writes events down.

    Args:
        sink: where they go; raises `Unavailable` when it cannot keep one, and then what was to be told of
            does not happen.
        secret: 32 bytes behind the pseudonyms.
        now: the clock.
    """

    def __init__(self, sink: AuditSink, secret: bytes, now: Clock) -> None:
        self._sink = sink
        self._secret = secret
        self._now = now

    def record(
        self,
        event: Event,
        *,
        source: str = "",
        local_id: str = "",
        client: str = "",
        incident: str = "",
        **details: str | int | float | bool | None,
    ) -> None:
        """Write an event down; returns when it is durable.

        Args:
            source: with `local_id`, whom it is about: kept as a pseudonym only.
        """
        subject = self.pseudonym(source, local_id) if local_id else ""
        entry = Entry(
            at=self._now(), event=event, subject=subject, client=client, incident=incident, details=details
        )
        self._sink.append(entry)

    def pseudonym(self, source: str, local_id: str) -> str:
        """The same person has the same pseudonym here, and no one else's elsewhere."""
        return hmac.digest(self._secret, f"{source}\0{local_id}".encode(), hashlib.sha256).hex()[:32]
