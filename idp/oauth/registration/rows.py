"""Rows: owns what registration needs of where things are kept. Protocols only."""

from typing import Protocol

from idp.audit import Entry
from idp.dynamic import InitialToken, Registered


class InitialTokens(Protocol):
    """Where leave to register lies."""

    def find(self, sha256: str) -> InitialToken | None:
        """The token with this digest, in whatever state."""
        ...


class Rows(Protocol):
    """Where those who registered lie. Each change and its audit entry are kept both or neither (I6)."""

    def add(self, one: Registered, entry: Entry) -> bool:
        """Keep one and count it; False: its initial token opens nothing any more."""
        ...

    def find(self, client_id: str) -> Registered | None:
        """One as it is now."""
        ...

    def replace(self, one: Registered, entry: Entry, *, stranger: bool) -> bool:
        """Write a new form; with `stranger`, forget what citizens agreed to. False: it is gone."""
        ...

    def remove(self, client_id: str, entry: Entry) -> bool:
        """Forget one; False: it is gone."""
        ...
