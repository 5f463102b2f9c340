"""Rows: owns what enrolments need of whoever keeps proposals. Imports federation.enrolment, audit."""

from collections.abc import Sequence
from typing import Protocol

from federation.enrolment import Proposal, Stage
from idp.audit import Entry


class Rows(Protocol):
    """Where proposals are kept; every verb raises `Unavailable("records")`."""

    def add(self, one: Proposal, entry: Entry) -> None:
        """Keep a new one, with its audit entry."""

    def move(self, one: Proposal, before: Stage, entry: Entry | None) -> bool:
        """Write where it stands now over where it stood, with its audit entry; False: it stands elsewhere by
        now."""

    def find(self, code: str) -> Proposal | None: ...

    def every(self, limit: int) -> Sequence[Proposal]:
        """The newest first."""
