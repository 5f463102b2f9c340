"""Events: owns the signed statement about what happened to a subordinate. Imports stamp, documents.

Members ask every few seconds: a statement is signed once for a while for all, and anew at once when something
happened. It is given also about who was removed, since that is what others must learn.
"""

from collections.abc import Callable, Mapping, Sequence

from federation import events
from federation.bounded import Bounded
from federation.events import TYP, Event
from idp.authority.documents import Document, Documents
from idp.authority.rows import Happened
from idp.authority.stamp import Stamp

FRESH = 2.0
"""Seconds for which what was read is believed."""

LIFE = 3600
"""Seconds that a statement counts at most: an older one could hide what happened since."""

_KEPT = 4096


class Events:
    """What happened to subordinates.

    Args:
        happened: gives all that happened to one.
        life: seconds that what we state about others counts; this counts no longer, since the rotation of
            keys is computed from it.
    """

    def __init__(
        self,
        *,
        stamp: Stamp,
        documents: Documents,
        happened: Callable[[str], Sequence[Happened]],
        life: int,
    ) -> None:
        self._stamp = stamp
        self._life = min(LIFE, life)
        self._documents = documents
        self._happened = happened
        self._seen: Bounded[str, tuple[float, Document | None]] = Bounded(_KEPT)

    def find(self, entity_id: str) -> Document | None:
        """The statement about an entity; None: it never was a subordinate.

        Raises:
            Unavailable: `records`.
        """
        now, seen = self._stamp.clock(), self._seen.get(entity_id)
        if seen is not None and 0 <= now - seen[0] < FRESH:
            return seen[1]
        document = self._current(entity_id, now)
        self._seen.put(entity_id, (now, document))
        return document

    def _current(self, entity_id: str, now: float) -> Document | None:
        found = self._documents.events(entity_id)
        if found is None:
            return None
        kept = found.document
        if kept is not None and kept.basis == found.basis and self._serves(kept, now):
            return kept
        fresh = self._signed(entity_id)
        self._documents.keep([fresh])
        again = self._documents.events(entity_id)  # perhaps somebody else was first: one text for all
        same = again is not None and again.document is not None and again.document.basis >= fresh.basis
        return again.document if again is not None and same else fresh

    def _serves(self, kept: Document, now: float) -> bool:
        return now < kept.renew_at and self._stamp.counts(kept.kid)

    def _signed(self, entity_id: str) -> Document:
        happened = self._happened(entity_id)
        told = [Event(at=int(one.at), event=one.event, description=one.description) for one in happened]

        def claims(issued: int, expires: int) -> Mapping[str, object]:
            return events.claims(
                told, issuer=self._stamp.issuer, subject=entity_id, issued=issued, expires=expires
            )

        signed = self._stamp.sign(claims, typ=TYP, life=self._life)
        return Document(
            kind="events",
            entity_id=entity_id,
            token=signed.token,
            kid=signed.kid,
            basis=happened[-1].id,
            issued=signed.issued,
            expires=signed.expires,
            renew_at=signed.issued + (signed.expires - signed.issued) / 2,
        )
