"""Dynamic: owns the nouns of relying parties that register themselves (RFC 7591, RFC 7592). Does not know
HTTP, or where they are kept. Imports client.

Two tokens open this: an operator gives an initial access token to whoever may register, and each registration
is given a token of its own, for itself alone. Of either only the SHA-256 is kept.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Literal

from idp.client import Client

Standing = Literal["live", "revoked", "expired", "used up"]


@dataclass(frozen=True, slots=True, kw_only=True)
class InitialToken:
    """Leave to register relying parties (RFC 7591 §3, `initial access token`).

    Attributes:
        id: by which people and the audit log name it; opens nothing.
        sha256: hex, of the token.
        note: for whom it is, written by the operator.
        created: seconds since 1970; so are `expires` and `revoked_at`.
        uses: how many relying parties may be registered with it.
        used: how many were.
    """

    id: str
    sha256: str
    note: str
    created: float
    expires: float
    uses: int
    used: int = 0
    revoked_at: float | None = None

    def standing(self, now: float) -> Standing:
        """Whether it opens anything, and else why not."""
        if self.revoked_at is not None:
            return "revoked"
        if now >= self.expires:
            return "expired"
        return "live" if self.used < self.uses else "used up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A relying party that registered itself.

    Attributes:
        token_sha256: hex, of its registration access token.
        issued: seconds since 1970.
        initial: id of the token that it registered with.
    """

    client: Client
    token_sha256: str
    issued: float
    initial: str


def initial_token(*, note: str, uses: int, now: float, life: float) -> tuple[str, InitialToken]:
    """Make one; returns the token itself, which is shown once, and what is kept.

    Args:
        life: seconds.
    """
    token = secrets.token_urlsafe(32)
    kept = InitialToken(
        id=secrets.token_hex(4),
        sha256=digest(token),
        note=note,
        created=now,
        expires=now + life,
        uses=uses,
    )
    return token, kept


def digest(token: str) -> str:
    """Hex SHA-256, as tokens and secrets are kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def matches(token: str, sha256: str | None) -> bool:
    """Compare in constant time, with the same work where there is nothing to compare with."""
    same = hmac.compare_digest(digest(token), sha256 or "0" * 64)
    return same and sha256 is not None
