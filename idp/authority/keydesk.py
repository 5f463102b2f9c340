"""Key desk: owns what people of a superior may do about the keys of its subordinates.

Imports registry, keyrows. Nothing here adds a key that the subordinate does not list itself: a person can
only let a candidate pass sooner, or refuse a key for ever.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from federation.authority import Subordinate
from federation.keyset import members, prints
from idp.audit import Entry, Event
from idp.authority.keyrows import KeyRows, Watched
from idp.authority.registry import Registry
from idp.clock import Clock

_TRIES = 5


class Declined(Exception):
    """Nothing was changed; the text says why, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyDesk:
    """The keys of our subordinates, as an operator sees them.

    Attributes:
        by: who asks, for the audit.
    """

    registry: Registry
    rows: KeyRows
    clock: Clock
    by: str

    def every(self) -> Sequence[tuple[Subordinate, Watched]]:
        """Every active subordinate, with what is known of its keys.

        Raises:
            Unavailable: `records`; as every verb here.
        """
        found = ((self.registry.find(watched.entity_id), watched) for watched in self.rows.every())
        return [(one, watched) for one, watched in found if one is not None]

    def approve(self, entity_id: str, kid: str, *, reason: str) -> Watched:
        """Let a candidate be certified at the next reading that still lists it.

        Args:
            kid: of one of its keys, or how that begins; they are certified together.

        Raises:
            Declined: nothing of that name waits.
        """
        for _ in range(_TRIES):
            watched = self.rows.find(self._named(entity_id).entity_id)
            candidate = watched.candidate
            if candidate is None or not any(name.startswith(kid) for name in candidate.prints):
                raise Declined(
                    f"no key {kid} of {entity_id} waits; `manyou federation keys list` shows which"
                )
            waits = replace(candidate, approved_by=self.by)
            fresh = replace(watched, candidate=waits, next_at=self.clock())
            entry = self._entry("subordinate.key_approved", entity_id, sorted(candidate.prints), reason)
            if self.rows.save(fresh, entries=[entry]):
                return fresh
        raise Declined(f"the keys of {entity_id} are being read all the time; try again")

    def refuse(self, entity_id: str, kid: str, *, reason: str) -> str:
        """Refuse a key for ever, certified or not: for one that is in other hands, or that nobody knows.

        Args:
            kid: of the key, or how that begins.

        Returns:
            The whole kid.

        Raises:
            Declined: there is no such key, or it is the last one that is certified.
        """
        if not reason.strip():
            raise Declined("a refusal needs a reason")
        one, watched = self._named(entity_id), self.rows.find(entity_id)
        waiting = {} if watched.candidate is None else watched.candidate.prints
        known = {**prints(one.jwks), **waiting}
        found = [name for name in known if name.startswith(kid)]
        if len(found) != 1:
            raise Declined(
                f"{'several keys begin' if found else 'no key begins'} with {kid};"
                " `manyou federation keys list` shows all"
            )
        (name,) = found
        if set(prints(one.jwks)) == {name}:
            raise Declined(
                f"{name} is the last certified key of {entity_id}: replace its keys with two people"
                " (`manyou federation enrol`), or suspend it"
            )
        # First the refusal: what comes to an end here is certified still and can be refused again.
        entry = self._entry("subordinate.key_refused", entity_id, [name], reason)
        self.rows.refuse(entity_id, name, known[name], at=self.clock(), reason=reason, entry=entry)
        if name in prints(one.jwks):
            self._take_out(entity_id, name)
        return name

    def _take_out(self, entity_id: str, kid: str) -> None:
        def edit(before: Subordinate) -> Subordinate:
            stay = [dict(key) for key in members(before.jwks) if key["kid"] != kid]
            return replace(before, jwks={"keys": stay})

        self.registry.change(entity_id, edit, by=self.by, reason=f"refused: {kid}")

    def _named(self, entity_id: str) -> Subordinate:
        one = self.registry.find(entity_id)
        if one is None or one.state != "active":
            raise Declined(f"{entity_id} is no active subordinate; `manyou federation list` shows them")
        return one

    def _entry(self, event: Event, entity_id: str, kids: Sequence[str], why: str) -> Entry:
        details = {"kids": " ".join(kids), "why": why[:500], "by": self.by}
        return Entry(at=self.clock(), event=event, client=entity_id, details=details)
