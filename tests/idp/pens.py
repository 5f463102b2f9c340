"""Pens, and peers that nobody introduced anew, for tests that care for neither."""

from collections.abc import Callable

from idp.introduced import Announced, Introduced
from idp.pen import Pen
from keys.ledger import Tally
from keys.ring import KeyRing
from tests.idp.made import ZJ


def pen(ring: Callable[[], KeyRing], clock: Callable[[], float]) -> Pen:
    """Signs with a ring; nobody asks what it noted."""
    return Pen(ring, Tally(), clock)


class PeerShelf:
    """Announced keys in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, Announced] = {}

    def find(self, issuer: str) -> Announced | None:
        return self.kept.get(issuer)

    def put(self, issuer: str, announced: Announced, *, over: Announced | None) -> bool:
        if self.kept.get(issuer) != over:
            return False
        self.kept[issuer] = announced
        return True


def introduced(issuer: str = ZJ) -> Introduced:
    """What peers announced, forgotten with the test."""
    return Introduced(
        issuer=issuer,
        records=PeerShelf(),
        confirmed=lambda _peer, _kids: None,
        changed=lambda _peer, _kids: None,
    )
