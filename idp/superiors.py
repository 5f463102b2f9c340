"""Superiors: owns watching what our superiors state about us: which of our keys, and for how long.

Imports federation, outbound. A key of ours signs only when every superior states it (`keys.gates`), so the
moment in which a statement with it was first seen is what counts. Each is read by itself, beside every cache:
what chains are made of may be older. A superior that lacks a key of ours is told (`keypushing`).
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol
from urllib.parse import urlencode

import structlog

from federation.chain import TrustChain
from federation.errors import Invalid
from federation.keyset import prints
from federation.statement import Statement, verify_subordinate
from idp.clock import Clock
from idp.errors import Unavailable
from idp.outbound import Sender
from keys.jose import STATEMENT
from keys.ring import KeyRing

SOON = 5.0
"""Seconds after which a superior that could not be read, or was told of a key, is read again."""

_dice = random.SystemRandom().random

log = structlog.get_logger("superiors")


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a superior states about us, as it was read last.

    Attributes:
        kids: our keys in its statement.
        issued, expires: of that, seconds since 1970.
        life: seconds for which the longest of its statements about us may live that can be alive.
        life_until: when the last that was seen to live so long has expired.
        read_at: seconds since 1970.
        trouble: why none could be read at the last try; empty: one was.
    """

    superior: str
    kids: tuple[str, ...] = ()
    issued: int = 0
    expires: int = 0
    life: float = 0.0
    life_until: float = 0.0
    read_at: float = 0.0
    trouble: str = ""


class Views(Protocol):
    """Where they are kept; every verb raises `Unavailable("records")`."""

    def all(self) -> Mapping[str, View]:
        """By superior."""

    def put(self, view: View) -> None:
        """Keep it, unless a newer one is kept."""


class Tells(Protocol):
    """Whoever tells a superior about keys that it lacks."""

    def tell(self, superior: TrustChain, stated: Statement, ring: KeyRing) -> bool:
        """Whether it was told something new."""


class Superiors:
    """Our superiors, as one process watches them.

    Args:
        own: our entity identifier.
        superiors: their entity identifiers.
        find: the trust chain of an entity, or None; raises `Unavailable`.
        ring: our federation keys now.
        certified: told which key of ours a superior states.
        every: seconds between two readings of one superior.
        dice: gives a number from 0 to below 1, so that not all read at once.
    """

    def __init__(
        self,
        *,
        own: str,
        superiors: Sequence[str],
        find: Callable[[str], TrustChain | None],
        sender: Sender,
        ring: Callable[[], KeyRing],
        views: Views,
        certified: Callable[[str, str], None],
        tells: Tells,
        every: float,
        clock: Clock,
        dice: Callable[[], float] = _dice,
    ) -> None:
        self._own = own
        self._find = find
        self._sender = sender
        self._ring = ring
        self._views = views
        self._certified = certified
        self._tells = tells
        self._every = every
        self._clock = clock
        self._dice = dice
        self._next = dict.fromkeys(superiors, float("-inf"))
        self._known: dict[str, frozenset[str]] = {}

    def round(self) -> None:
        """Read the superiors whose turn it is, and all of them when our keys changed.

        Raises:
            Unavailable: `records`.
        """
        for superior, at in self._next.items():
            now = self._clock()
            ours = frozenset(prints(self._ring().jwks(now)))
            if now < at and ours <= self._known.get(superior, ours):
                continue
            self._known[superior] = ours
            try:
                told = self._look(superior)
            except Unavailable as error:
                self._trouble(superior, error.cause or error.part)
                told = True
            wait = min(SOON, self._every) if told else self._every * (0.9 + 0.2 * self._dice())
            self._next[superior] = self._clock() + wait

    def _look(self, superior: str) -> bool:
        chain = self._find(superior)
        if chain is None:
            raise Unavailable("peer", f"no trust chain leads to {superior}")
        stated, now, ring = self._statement(chain), self._clock(), self._ring()
        ours, listed = prints(ring.jwks(now)), prints(stated.jwks)
        kids = tuple(sorted(kid for kid in listed if ours.get(kid) == listed[kid]))
        self._views.put(self._view(superior, stated, kids, now))
        for kid in kids:
            self._certified(kid, superior)
        return self._tells.tell(chain, stated, ring)

    def _statement(self, chain: TrustChain) -> Statement:
        endpoint = chain.configuration.metadata.get("federation_entity", {}).get("federation_fetch_endpoint")
        if not isinstance(endpoint, str):
            raise Unavailable("peer", f"{chain.subject} has no fetch endpoint")
        url = f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode({'sub': self._own})}"
        reply = self._sender.send("GET", url, headers={"Accept": "*/*"}, body=None, limit=STATEMENT.size)
        if reply.status != 200:
            raise Unavailable("peer", f"{chain.subject} states nothing about us (it answers {reply.status})")
        token = reply.body.decode("ascii", "replace").strip()
        try:
            return verify_subordinate(
                token, issuer=chain.subject, subject=self._own, jwks=chain.jwks, now=self._clock()
            )
        except Invalid as error:
            raise Unavailable("peer", f"what {chain.subject} states does not verify: {error}") from error

    def _view(self, superior: str, stated: Statement, kids: tuple[str, ...], now: float) -> View:
        before = self._views.all().get(superior, View(superior=superior))
        life, until = float(stated.expires - stated.issued), float(stated.expires)
        if before.life > life and now < before.life_until:
            life, until = before.life, before.life_until  # an older one that lives longer may be about
        return View(
            superior=superior,
            kids=kids,
            issued=stated.issued,
            expires=stated.expires,
            life=life,
            life_until=until,
            read_at=now,
        )

    def _trouble(self, superior: str, why: str) -> None:
        before, why = self._views.all().get(superior, View(superior=superior)), why[:500]
        if before.trouble != why:
            log.warning("superior_not_read", superior=superior, cause=why)
            self._views.put(replace(before, trouble=why))
