"""Statements: owns that a statement about every subordinate lies ready, signed. Imports stamp, documents.

A statement is signed after a change and at half to three quarters of its life, never because somebody asked
twice: whoever asks cannot make us sign. Where the round has not come by yet, the first one who asks pays for
all. Every process hands out the same text. What a process remembers of a subordinate is `FRESH` seconds old
at most, so that nobody is served a statement about one that was suspended longer than that.
"""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

import structlog

from federation.authority import Subordinate, Wide, statement_claims
from federation.authority.wide import Contradiction
from federation.bounded import Bounded
from federation.policy import PolicyError
from federation.statement import TYP
from idp.authority.documents import Document, Documents, Found
from idp.authority.stamp import Stamp
from idp.errors import Unavailable

FRESH = 2.0
"""Seconds for which what was read about a subordinate is believed."""

BATCH = 200
"""Statements that are signed and kept together."""

LEASE = 60.0
"""Seconds for which a process has taken statements to sign."""

WORK = 1.0
"""Seconds that one round signs, before others come to their turn."""

_KEPT = 4096

_dice = random.SystemRandom().random

log = structlog.get_logger("statements")


class Statements:
    """Our statements about our subordinates.

    Args:
        source_endpoint: our fetch endpoint.
        life: seconds that a statement counts.
        dice: gives a number from 0 to below 1: when in its second half a statement is renewed.
    """

    def __init__(
        self,
        *,
        stamp: Stamp,
        documents: Documents,
        source_endpoint: str,
        life: int,
        dice: Callable[[], float] = _dice,
    ) -> None:
        self._stamp = stamp
        self._documents = documents
        self._source_endpoint = source_endpoint
        self._life = life
        self._dice = dice
        self._seen: Bounded[str, tuple[float, Found | None]] = Bounded(_KEPT)

    def find(self, entity_id: str) -> Document | None:
        """The statement about a subordinate; None: nothing is stated about it.

        Raises:
            Unavailable: `records`, or `statement`: there should be one and it could not be signed.
        """
        found = self._remembered(entity_id)
        if found is None:
            return None
        if found.document is not None and self._serves(found.document, found.basis):
            return found.document
        return self._sign_now(entity_id)

    def ready(self, entity_ids: Sequence[str]) -> Mapping[str, str]:
        """The statements of a page as they lie ready; signs none, whatever the page costs to ask for."""
        now = self._stamp.clock()
        kept = self._documents.statements(entity_ids)
        return {one.entity_id: one.token for one in kept if now < one.expires and self._stamp.counts(one.kid)}

    def renew(self) -> int:
        """Sign what is to be signed, for about a second; how many there were."""
        end, count = time.monotonic() + WORK, 0
        while True:
            wide, due = self._documents.take_due(self._stamp.clock(), LEASE, BATCH)
            made = [document for one in due if (document := self._signed(wide, one)) is not None]
            self._documents.keep(made)
            count += len(due)
            if len(due) < BATCH or time.monotonic() > end:
                return count

    def _remembered(self, entity_id: str) -> Found | None:
        now = self._stamp.clock()
        seen = self._seen.get(entity_id)
        if seen is not None and 0 <= now - seen[0] < FRESH:
            return seen[1]
        return self._read(entity_id, now)

    def _read(self, entity_id: str, now: float) -> Found | None:
        found = self._documents.statement(entity_id)
        self._seen.put(entity_id, (now, found))
        return found

    def _serves(self, document: Document, basis: int) -> bool:
        """Whether it says what we say now, and lives long enough for somebody to use it."""
        left = document.expires - self._stamp.clock()
        return document.basis == basis and left > self._life / 8 and self._stamp.counts(document.kid)

    def _sign_now(self, entity_id: str) -> Document | None:
        found = self._documents.get(entity_id)
        if found is not None and (document := self._signed(*found)) is not None:
            self._documents.keep([document])
        kept = self._read(entity_id, self._stamp.clock())  # perhaps somebody else was first: one text for all
        if kept is None:
            return None
        if kept.document is None or not self._serves(kept.document, kept.basis):
            raise Unavailable("statement", f"about {entity_id}: not signed, or changed this moment")
        return kept.document

    def _signed(self, wide: Wide, one: Subordinate) -> Document | None:
        def claims(issued: int, expires: int) -> Mapping[str, object]:
            return statement_claims(
                one,
                wide,
                issuer=self._stamp.issuer,
                source_endpoint=self._source_endpoint,
                issued=issued,
                expires=expires,
            )

        with suppress(Contradiction, PolicyError):
            signed = self._stamp.sign(claims, typ=TYP, life=self._life)
            return Document(
                kind="statement",
                entity_id=one.entity_id,
                token=signed.token,
                kid=signed.kid,
                basis=one.version,
                issued=signed.issued,
                expires=signed.expires,
                renew_at=signed.issued + (signed.expires - signed.issued) * (0.5 + 0.25 * self._dice()),
            )
        log.error("statement_not_signed", entity=one.entity_id, version=one.version)
        return None
