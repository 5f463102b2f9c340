"""Documents: owns what a signed document about a subordinate is, and what is needed of whoever keeps them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from federation.authority import Subordinate, Wide

DocumentKind = Literal["statement", "events"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Something that we signed about a subordinate.

    Attributes:
        token: the signed JWT; empty before it was signed.
        kid: the key that signed.
        basis: what it was made from: the subordinate's version, or its last event.
        issued, expires: seconds since 1970.
        renew_at: from when it is signed anew.
    """

    kind: DocumentKind
    entity_id: str
    token: str
    kid: str
    basis: int
    issued: int
    expires: int
    renew_at: float


@dataclass(frozen=True, slots=True)
class Found:
    """What there is about an entity.

    Attributes:
        basis: what a document would be made from now.
        document: the one that is kept, perhaps of another basis, or None.
    """

    basis: int
    document: Document | None


class Documents(Protocol):
    """Where they are kept; every verb raises `Unavailable("records")`."""

    def statement(self, entity_id: str) -> Found | None:
        """About an active subordinate; None: there is none of that name."""

    def statements(self, entity_ids: Sequence[str]) -> Sequence[Document]:
        """Those of them that were signed and say what we say now."""

    def events(self, entity_id: str) -> Found | None:
        """About an entity that is or was a subordinate; None: it never was."""

    def take_due(self, now: float, lease: float, limit: int) -> tuple[Wide, Sequence[Subordinate]]:
        """Subordinates whose statement is to be signed, lent to one process for a while."""

    def get(self, entity_id: str) -> tuple[Wide, Subordinate] | None:
        """What a statement about an active subordinate is made from."""

    def keep(self, documents: Sequence[Document]) -> None:
        """Keep those that are of the newest basis and not older than what is kept."""
