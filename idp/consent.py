"""Consent: owns what a citizen has agreed to give a site. Does not know pages or clients.

Imports nothing of ours.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """A citizen's word that a client may have these scopes.

    Attributes:
        source: with `local_id`, who agreed (as in `Citizen`).
        client_id: to whom.
        scopes: to what.
        given_at: seconds since 1970.
    """

    source: str
    local_id: str
    client_id: str
    scopes: tuple[str, ...]
    given_at: float

    def covers(self, scopes: Collection[str]) -> bool:
        """Whether nothing is asked that was not agreed to."""
        return set(scopes) <= set(self.scopes)


class Agreements(Protocol):
    """Whoever remembers what was agreed to."""

    def find(self, source: str, local_id: str, client_id: str) -> Consent | None:
        """What this person agreed to give this client; None when they were never asked."""

    def give(self, consent: Consent) -> None:
        """Remember it, instead of what was agreed before."""
