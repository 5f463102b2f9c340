"""Candidates: owns that a superior hears of new keys of its subordinates, and when it certifies them.

Imports federation, registry, keyrows. What a reading means is decided in `federation.keychange`. Each round
reads few configurations, each of them at an address that was registered; nobody who asks at our endpoints
makes us read anything more often than `PAUSE`.
"""

import random
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

import structlog

from federation.authority import Subordinate, Unlawful
from federation.errors import Invalid
from federation.keychange import Candidate, Known, Terms, Told, Verdict, follow
from federation.keyset import prints, same
from federation.statement import Statement, verify_configuration
from idp.audit import Entry, Event
from idp.authority.keyrows import KeyRows, Watched
from idp.authority.registry import Registry
from idp.authority.rows import Conflict, Unknown
from idp.clock import Clock
from idp.errors import Unavailable

BATCH = 10
"""Configurations that one round reads."""

LEASE = 120.0
"""Seconds for which a process has taken them."""

PAUSE = 10.0
"""Seconds between two readings of one subordinate, whoever asks for them."""

BY = "key watch"

_EVENTS: Mapping[str, Event] = {
    "seen": "subordinate.key_seen",
    "dropped": "subordinate.key_dropped",
    "refused": "subordinate.key_refused",
}  # what is certified or leaves is told of by the registry

_dice = random.SystemRandom().random

log = structlog.get_logger("candidates")


class Candidates:
    """The keys of our subordinates on their way.

    Args:
        registry: whose keys are certified.
        rows: what waits.
        read: the entity configuration at the address of an entity, unverified; raises `Unavailable`.
        heard: told of every configuration that was verified.
        terms: how long we wait.
        every: seconds between two readings of one subordinate.
        dice: gives a number from 0 to below 1, so that not all are read at once.
    """

    def __init__(
        self,
        *,
        registry: Registry,
        rows: KeyRows,
        read: Callable[[str], str],
        heard: Callable[[Statement], None],
        terms: Terms,
        every: float,
        clock: Clock,
        dice: Callable[[], float] = _dice,
    ) -> None:
        self.terms = terms
        self._registry = registry
        self._rows = rows
        self._read = read
        self._heard = heard
        self._every = every
        self._clock = clock
        self._dice = dice

    def poll(self) -> int:
        """Read those whose turn it is; how many there were.

        Raises:
            Unavailable: `records`.
        """
        due = self._rows.take_due(self._clock(), LEASE, BATCH)
        for entity_id in due:
            self.look(entity_id)
        return len(due)

    def look(self, entity_id: str) -> None:
        """Read one subordinate and do what follows; somebody else's change of the same moment is left to the
        next time.

        Raises:
            Unavailable: `records`.
        """
        one, watched = self._registry.find(entity_id), self._rows.find(entity_id)
        if one is None or one.state != "active":
            return
        now = self._clock()
        watched = replace(watched, read_at=now, next_at=now + self._every * (0.9 + 0.2 * self._dice()))
        try:
            token = self._read(entity_id)
            statement = verify_configuration(token, entity_id=entity_id, jwks=one.jwks, now=self._clock())
        except (Unavailable, Invalid) as error:
            why = (error.cause if isinstance(error, Unavailable) else str(error))[:500]
            if why != watched.trouble:
                log.warning("subordinate_not_heard", subordinate=entity_id, cause=why)
            self._rows.save(replace(watched, trouble=why), entries=())
            return
        self._heard(statement)
        if statement.issued < watched.issued:
            self._rows.save(watched, entries=())  # a copy from before
            return
        with suppress(Conflict, Unknown):
            self._follow(one, replace(watched, issued=statement.issued), statement)

    def hurry(self, entity_id: str, *, proven: Collection[str] = ()) -> bool:
        """Let a subordinate be read in the next round, unless it was read this moment.

        Args:
            proven: thumbprints whose possession it proved.

        Returns:
            False: there is no such subordinate.

        Raises:
            Unavailable: `records`.
        """
        one, watched = self._registry.find(entity_id), self._rows.find(entity_id)
        if one is None or one.state != "active":
            return False
        soon = max(self._clock(), (watched.read_at or 0.0) + PAUSE)
        held = tuple(sorted(proven)) or watched.proven
        if held != watched.proven:
            fresh = replace(watched, proven=held, next_at=min(watched.next_at, soon))
            if not self._rows.save(fresh, entries=()):
                raise Unavailable("records", f"{entity_id} is being read this moment", retry_after=1)
        elif watched.next_at > soon:
            # Not a new version: anybody may ask for this, and would spoil every reading that is under way.
            self._rows.hasten(entity_id, soon)
        return True

    def _follow(self, one: Subordinate, watched: Watched, statement: Statement) -> None:
        now = self._clock()
        past = {key.kid: key.thumbprint for key in self._registry.keys(one.entity_id) if key.gone is not None}
        known = Known(
            certified=one.jwks, candidate=_waiting(watched, one), past=past, missing=watched.missing
        )
        verdict = follow(known, statement.jwks, proven=watched.proven, terms=self.terms, now=now)
        trouble = ""
        if not same(verdict.certified, one.jwks):
            try:
                self._certify(one, verdict)
            except Unlawful as error:
                trouble, verdict = str(error), replace(verdict, candidate=known.candidate)
                log.warning("subordinate_not_heard", subordinate=one.entity_id, cause=trouble)
        refused = [kid for told in verdict.told if told.what == "refused" for kid in told.kids]
        fresh = replace(
            watched,
            trouble=trouble,
            candidate=verdict.candidate,
            missing=verdict.missing,
            refused=tuple(refused),
        )
        entries = [
            Entry(at=now, event=_EVENTS[told.what], client=one.entity_id, details=_details(told))
            for told in verdict.told
            if told.what in _EVENTS and not (told.what == "refused" and set(refused) <= set(watched.refused))
        ]
        if self._rows.save(fresh, entries=entries):
            self._tell(one.entity_id, verdict.told if entries or not refused else (), fresh)

    def _certify(self, one: Subordinate, verdict: Verdict) -> None:
        changed = [told for told in verdict.told if told.what in ("certified", "left")]
        reason = "; ".join(f"{told.what}: {' '.join(told.kids)}" for told in changed)  # without names: public

        def edit(before: Subordinate) -> Subordinate:
            return replace(before, jwks=verdict.certified)

        self._registry.change(one.entity_id, edit, by=BY, reason=reason, seen=one.version)

    def _tell(self, entity_id: str, several: Sequence[Told], watched: Watched) -> None:
        for told in several:
            until = None
            if told.what == "seen" and watched.candidate is not None:
                until = watched.candidate.since + self.terms.hold_down
            line = {"what": told.what, "kids": list(told.kids), "why": told.why, "until": until}
            log.warning("subordinate_keys", subordinate=entity_id, **line)


def _waiting(watched: Watched, one: Subordinate) -> Candidate | None:
    """The candidate, unless it was certified and the news of that was lost."""
    candidate = watched.candidate
    if candidate is None or candidate.prints.items() <= prints(one.jwks).items():
        return None
    return candidate


def _details(told: Told) -> Mapping[str, str]:
    return {"kids": " ".join(told.kids), "why": told.why}
