"""Attempts: owns how often a password may be guessed. Does not know passwords, pages or cookies.

Imports the shelf. Every guess is counted before anything is hashed or sent to a directory, so that two
hundred guesses at once count two hundred. A stranger's failures never hold back a citizen in a place where
they signed in before: see docs/decisions/2026-11-24-guessing.md.
"""

import ipaddress
import json
import math
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from idp.shelf import Crowded, Shelf, secret_name
from idp.store import Store

# Seconds; by then every allowance has forgotten everything that it may remember.
_MEMORY = 86_400
_ROUNDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """How failures hold back the next try. Bounds are data.

    Attributes:
        free: failures that cost nothing.
        refill: seconds after which one failure is forgotten.
        first: seconds to wait after the first failure that is not free; doubled by each further one.
        longest: seconds at most, which is the lock.
    """

    free: int
    refill: float
    first: float = 1.0
    longest: float = 900.0

    def left(self, count: "Count", now: float) -> float:
        """Failures that are not forgotten yet."""
        return max(0.0, count.failures - max(0.0, now - count.last) / self.refill)

    def wait(self, count: "Count", now: float) -> float:
        """Seconds until the next try."""
        beyond = math.ceil(count.failures - 1e-9) - self.free
        if beyond < 0:
            return 0.0
        due = count.last + min(self.longest, self.first * 2.0 ** min(beyond, 32))
        return min(self.longest, max(0.0, due - now))


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The allowances.

    Attributes:
        place: one account from one known browser, or from one network.
        strangers: one account from all places where its citizen never signed in, together.
        address: all accounts from one address, known browsers apart.
        known: seconds for which a place is remembered after a sign-in there.
    """

    place: Allowance = Allowance(free=5, refill=900)
    strangers: Allowance = Allowance(free=30, refill=900)
    # Whole offices share an address: a short wait at most, so that one guesser does not close it to
    # everybody.
    address: Allowance = Allowance(free=100, refill=10, longest=60)
    known: int = 90 * 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Failures, a try under way counted as one, and when the last was."""

    failures: float
    last: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """A try that may go ahead; to be given back to `succeeded` or `forgive`, or else it was a failure."""

    account: str
    network: str
    device: str | None
    counted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """A try that may not go ahead: nothing is to be hashed or asked.

    Attributes:
        retry_after: seconds, at least 1.
    """

    retry_after: int


class Attempts:
    """Counts tries at passwords.

    Args:
        store: where the counts are.
        limits: how many are too many.
    """

    def __init__(self, store: Store, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._store = store
        self._counts: Shelf[Count] = Shelf(store, "attempts", Count)

    def admit(self, account: str, address: str, device: str | None, now: float) -> Admitted | Refused:
        """Count a try, before it is made.

        Args:
            account: the name as it was typed, in its one spelling (`adapters.names.fold`).
            address: of the browser.
            device: the secret that `succeeded` gave this browser earlier; anything else is as None.
            now: seconds since 1970.

        Raises:
            Unavailable: `store`.
        """
        network = _network(address)
        trusted = device if device and self._knows(account, f"device {device}") else None
        counted: list[str] = []
        for name, allowance in self._buckets(account, network, trusted):
            wait = self._count(name, allowance, now)
            if wait > 0:
                self._give_back(counted)
                return Refused(max(1, math.ceil(wait)))
            counted.append(name)
        return Admitted(account=account, network=network, device=trusted, counted=tuple(counted))

    def succeeded(self, admitted: Admitted) -> str:
        """The password was right: nothing was a failure, and this place is known from now on.

        Returns:
            The browser's secret for this and later tries, for a cookie of its own.
        """
        place, *others = admitted.counted
        self._give_back(others)
        self._counts.take(place)
        device = admitted.device or secrets.token_urlsafe(24)
        for where in (f"device {device}", f"network {admitted.network}"):
            self._store.put(_known(admitted.account, where), b"", self._limits.known)
        return device

    def forgive(self, admitted: Admitted) -> None:
        """The try said nothing about the password (a directory that did not answer): it was none."""
        self._give_back(admitted.counted)

    def _buckets(self, account: str, network: str, device: str | None) -> Iterator[tuple[str, Allowance]]:
        limits = self._limits
        if device is not None:
            yield _bucket("place", account, f"device {device}"), limits.place
            return
        yield _bucket("place", account, f"network {network}"), limits.place
        if not self._knows(account, f"network {network}"):
            yield _bucket("strangers", account), limits.strangers
        yield _bucket("address", network), limits.address

    def _knows(self, account: str, where: str) -> bool:
        return self._store.get(_known(account, where)) is not None

    def _count(self, name: str, allowance: Allowance, now: float) -> float:
        """Count one more and return 0, or count nothing and return the seconds still to wait."""
        wait = 0.0

        def one_more(old: Count) -> Count:
            nonlocal wait
            wait = allowance.wait(old, now)
            if wait > 0:
                return old
            return Count(failures=allowance.left(old, now) + 1, last=max(old.last, now))

        first = Count(failures=1, last=now)
        try:
            # What is there is changed, what is not is added; it may come or go in between.
            for _ in range(_ROUNDS):
                if self._counts.change(name, one_more, _MEMORY) is not None:
                    return wait
                if self._counts.add(name, first, _MEMORY):
                    return 0.0
        except Crowded:
            pass
        return 1.0  # what cannot be counted, for so many at once, is too many

    def _give_back(self, counted: Iterable[str]) -> None:
        for name in counted:
            self._counts.change(name, _one_less, _MEMORY)


def _one_less(count: Count) -> Count | None:
    return replace(count, failures=count.failures - 1) if count.failures > 1 else None


def _bucket(kind: str, *parts: str) -> str:
    return f"{kind}:{secret_name(json.dumps(parts))}"


def _known(account: str, where: str) -> str:
    return f"known:{secret_name(json.dumps((account, where)))}"


def _network(address: str) -> str:
    """An IPv4 address, or the /64 of an IPv6 one (a household has that many addresses to try from)."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return "elsewhere"
    if isinstance(known, ipaddress.IPv4Address):
        return str(known)
    if known.ipv4_mapped is not None:
        return str(known.ipv4_mapped)
    return str(ipaddress.ip_network((int(known) >> 64 << 64, 64)))
