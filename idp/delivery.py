"""Delivery: owns the form of one message to somebody who must know that a session ended. Imports nothing
of ours."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["logout_token", "session_event"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A message on its way.

    Attributes:
        id: random.
        kind: `logout_token` down to a client, `session_event` up to a peer.
        target: the client's id or the peer's issuer.
        payload: what is needed to make the message afresh at each try; never a finished token.
        created: seconds since 1970.
        tries: how often it was lent to a worker, this time included.
    """

    id: str
    kind: Kind
    target: str
    payload: Mapping[str, object]
    created: float
    tries: int


def delivery(kind: Kind, target: str, sid: str, now: float) -> Delivery:
    """A first message that the session of this `sid` has ended."""
    return Delivery(
        id=secrets.token_hex(16), kind=kind, target=target, payload={"sid": sid}, created=now, tries=1
    )
