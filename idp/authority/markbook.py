"""Markbook: owns what a trust mark is that we issued, and what is needed of whoever keeps them.

Imports federation.authority, audit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from federation.authority.marks import MarkType
from idp.audit import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A mark that we issued.

    Attributes:
        token: the signed mark.
        kid: the key that signed.
        issued, expires: seconds since 1970.
        renew_at: from when it is issued anew.
        current: whether no newer one has taken its place.
        revoked_at: from when it does not count, or None.
        reason: why it was revoked.
    """

    type: str
    subject: str
    token: str
    kid: str
    issued: int
    expires: int
    renew_at: float
    current: bool = True
    revoked_at: float | None = None
    reason: str | None = None


class Markbook(Protocol):
    """Where marks and their types are kept; every verb raises `Unavailable("records")`."""

    def types(self) -> Sequence[MarkType]: ...
    def save_type(self, of: MarkType, entry: Entry) -> None: ...
    def find(self, mark_type: str, subject: str) -> Mark | None:
        """The current one, revoked or not."""

    def by_hash(self, token_sha256: str) -> Mark | None: ...
    def held(self, subjects: Sequence[str], now: float) -> Sequence[Mark]:
        """All of these entities that count."""

    def holders(self, mark_type: str, now: float) -> Sequence[str]:
        """Who holds one that counts, sorted."""

    def issue(self, mark: Mark, entry: Entry | None) -> bool:
        """Keep a fresh one in the place of the current one; with an entry it is a new one, told as an event,
        without it a renewal, and False where there is nothing to renew any more."""

    def revoke(self, mark_type: str, subject: str, *, at: float, reason: str, entry: Entry) -> bool: ...
    def due(self, now: float, lease: float, limit: int) -> Sequence[Mark]:
        """Those to be renewed, lent to one process for a while."""

    def note(self, entry: Entry) -> None:
        """Keep an audit entry alone."""

    def prune(self, before: float) -> None:
        """Forget those that had expired by then and have been replaced."""
