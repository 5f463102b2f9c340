"""Ledger: owns what is known about what each key has signed, and how two accounts are merged.

Pure but for `Tally`; does not know where accounts are kept. A key must not leave while something it signed is
alive; the ledger knows of what really was signed, also under lifetimes that were configured differently then.
"""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What one key signed: when first, when last, and the latest `exp` (seconds since 1970)."""

    first_signed: float
    last_signed: float
    latest_exp: float

    def joined(self, other: "Signed") -> "Signed":
        """Both accounts as one."""
        return Signed(
            first_signed=min(self.first_signed, other.first_signed),
            last_signed=max(self.last_signed, other.last_signed),
            latest_exp=max(self.latest_exp, other.latest_exp),
        )


@dataclass(frozen=True, slots=True)
class Ledger:
    """What each key signed, by kid. Equal accounts merge to the same, in any order, any number of times."""

    entries: Mapping[str, Signed] = field(default_factory=dict)

    def merged(self, other: "Ledger") -> "Ledger":
        """Both accounts as one."""
        both = dict(self.entries)
        for kid, signed in other.entries.items():
            both[kid] = signed.joined(both.get(kid, signed))
        return Ledger(both)

    def noted(self, kid: str, *, at: float, exp: float) -> "Ledger":
        """The account with one more signature."""
        return self.merged(Ledger({kid: Signed(first_signed=at, last_signed=at, latest_exp=exp)}))

    def latest_exp(self, kid: str) -> float | None:
        """When the last thing that this key signed expires (seconds since 1970); None: it signed nothing."""
        signed = self.entries.get(kid)
        return None if signed is None else signed.latest_exp


def merge(accounts: Iterable[Ledger]) -> Ledger:
    """One account out of any number."""
    result = Ledger()
    for account in accounts:
        result = result.merged(account)
    return result


class Tally:
    """Counts signatures in memory, for signing to note them without waiting; emptied into a `Ledger` now and
    then. What is lost with the process is covered by the bound that `gates` computes from the lifetimes."""

    def __init__(self) -> None:
        self._entries: dict[str, Signed] = {}
        self._lock = threading.Lock()

    def note(self, kid: str, *, at: float, exp: float) -> None:
        """A signature was made at `at` and counts until `exp` (seconds since 1970)."""
        with self._lock:
            seen = self._entries.get(kid)
            # Mostly the same second and the same lifetime: nothing to write down.
            if seen is None or at > seen.last_signed or exp > seen.latest_exp or at < seen.first_signed:
                fresh = Signed(first_signed=at, last_signed=at, latest_exp=exp)
                self._entries[kid] = fresh if seen is None else seen.joined(fresh)

    def take(self) -> Ledger:
        """What was noted since the last time; noting goes on from nothing."""
        with self._lock:
            entries, self._entries = self._entries, {}
        return Ledger(entries)
