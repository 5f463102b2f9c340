"""Registry: owns changing who is below us. Does not sign: what was signed of an older version is not served.

Every verb is one transaction: the row, its events, and the audit entry are kept together or not at all.
Imports federation.authority, audit.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from federation.authority import Kind, State, Subordinate, Wide, check, check_wide
from federation.authority.listing import Filters, Place
from idp.audit import Entry, Event
from idp.authority.consistent import check_fits, check_past
from idp.authority.rows import Conflict, Happened, KeptKey, Rows, Unknown
from idp.clock import Clock

__all__ = ["Conflict", "Happened", "Registry", "Unknown"]

_DESCRIPTION = 500
_Why = tuple[str, str]  # who did it, and the reason
_TELLS: Mapping[str, Kind] = {
    "jwks": "jwks_update",
    "metadata": "metadata_update",
    "kinds": "metadata_update",
    "intermediate": "metadata_update",
    "metadata_policy": "metadata_policy_update",
    "metadata_policy_crit": "metadata_policy_update",
    "constraints": "constraints_update",
}


class Registry:
    """The subordinates of this node.

    Args:
        issuer: our entity identifier.
        rows: where they are kept.
        clock: seconds since 1970.
    """

    def __init__(self, *, issuer: str, rows: Rows, clock: Clock) -> None:
        self._issuer = issuer
        self._rows = rows
        self._clock = clock

    def find(self, entity_id: str) -> Subordinate | None:
        """The subordinate in whatever state, read now.

        Raises:
            Unavailable: `records`; as every verb here.
        """
        return self._rows.find(entity_id)

    def page(
        self, filters: Filters | None = None, *, after: Place | None = None, limit: int = 100
    ) -> tuple[Subordinate, ...]:
        """Active subordinates: by identifier, or by change where the filters are about time."""
        return tuple(self._rows.page(filters or Filters(), after, limit, self._clock()))

    def ids(self, filters: Filters | None = None) -> tuple[str, ...]:
        """The identifiers of all active subordinates that fit, sorted."""
        return tuple(self._rows.ids(filters or Filters(), self._clock()))

    def every(self, state: State) -> tuple[str, ...]:
        """The identifiers of all that are in a state, sorted."""
        return tuple(self._rows.every(state))

    def events(self, entity_id: str) -> tuple[Happened, ...]:
        """What happened to a subordinate, oldest first; empty for one that was never registered."""
        return tuple(self._rows.events(entity_id))

    def keys(self, entity_id: str) -> tuple[KeptKey, ...]:
        """Every key that was ever certified for it, or refused."""
        return tuple(self._rows.keys(entity_id))

    def wide(self) -> Wide:
        """What is said of all."""
        return self._rows.wide()

    def judge(self, one: Subordinate) -> None:
        """Whether it may be registered as it is, saving nothing.

        Raises:
            Unlawful: with the section that is broken.
        """
        check(one, self._rows.wide(), issuer=self._issuer)
        check_past(one, self._rows.keys(one.entity_id))

    def add(self, one: Subordinate, *, by: str, reason: str = "") -> Subordinate:
        """Register a subordinate, or one that was removed anew.

        Args:
            one: state, dates and version are ours to set.
            by: who did it, for the audit.
            reason: why; published with the event.

        Raises:
            Unlawful: it may not be registered.
            Conflict: it is registered.
        """
        self.judge(one)
        before = self._rows.find(one.entity_id)
        if before is not None and before.state != "removed":
            raise Conflict(f"{one.entity_id} is registered already")
        now, seen = self._clock(), before.version if before else 0
        fresh = replace(one, state="active", registered=now, updated=now, version=seen + 1)
        self._save(fresh, ["registration"], "subordinate.added", (by, reason))
        return fresh

    def change(
        self,
        entity_id: str,
        edit: Callable[[Subordinate], Subordinate],
        *,
        by: str,
        reason: str = "",
        seen: int | None = None,
    ) -> Subordinate:
        """Change what is registered; nothing is written when nothing changes.

        Args:
            edit: makes the new form of the old one: `lambda one: replace(one, jwks=…)`.
            seen: the version that whoever decided had before them; None takes the newest.

        Raises:
            Unknown: it is not registered.
            Conflict: another version is there by now.
            Unlawful: it may not be registered like that.
        """
        before = self._registered(entity_id, seen)
        kept = {name: getattr(before, name) for name in ("entity_id", "state", "registered", "version")}
        after = replace(edit(before), updated=before.updated, **kept)
        if after == before:
            return before
        self.judge(after)
        kinds = dict.fromkeys(
            kind for name, kind in _TELLS.items() if getattr(after, name) != getattr(before, name)
        )
        # Contacts are nobody's business: a change of them alone changes nothing that we publish.
        moved = self._clock() if kinds else before.updated
        after = replace(after, updated=moved, version=before.version + 1)
        self._save(after, list(kinds), "subordinate.changed", (by, reason))
        return after

    def suspend(self, entity_id: str, *, by: str, reason: str, seen: int | None = None) -> Subordinate:
        """State nothing about it until it is reinstated.

        Raises:
            Unknown, Conflict: as `change`; or it is not active.
        """
        return self._move(self._in(entity_id, seen, "active"), "suspended", "suspension", (by, reason))

    def reinstate(self, entity_id: str, *, by: str, reason: str, seen: int | None = None) -> Subordinate:
        """State again what was stated before the suspension.

        Raises:
            Unknown, Conflict: as `change`; or it is not suspended.
        """
        one = self._in(entity_id, seen, "suspended")
        self.judge(one)  # what is said of all may have changed meanwhile
        return self._move(one, "active", "reinstatement", (by, reason))

    def remove(self, entity_id: str, *, by: str, reason: str, seen: int | None = None) -> Subordinate:
        """End its membership; what happened to it stays to be read.

        Raises:
            Unknown, Conflict: as `change`.
        """
        one = self._in(entity_id, seen, "active", "suspended")
        return self._move(one, "removed", "revocation", (by, reason))

    def set_wide(self, wide: Wide, *, by: str, reason: str = "", seen: int | None = None) -> Wide:
        """Say something else of all subordinates.

        Raises:
            Unlawful: it is not lawful, or not together with what is said of one that is registered.
            Conflict: another version is there by now.
        """
        check_wide(wide)
        self._fits_everybody(wide)
        before = self._rows.wide()
        if seen is not None and seen != before.version:
            raise Conflict("somebody else changed it meanwhile; look at it again")
        after = replace(wide, version=before.version + 1)
        policies = (after.metadata_policy, after.metadata_policy_crit)
        told: Kind = "metadata_policy_update"
        if policies == (before.metadata_policy, before.metadata_policy_crit):
            told = "constraints_update"
        entry = self._entry("authority.policy_changed", "", (by, reason), version=after.version)
        happened = (told, reason[:_DESCRIPTION])
        if not self._rows.save_wide(
            after, seen=before.version, event=happened, at=self._clock(), entry=entry
        ):
            raise Conflict("somebody else changed it meanwhile; look at it again")
        return after

    def _fits_everybody(self, wide: Wide) -> None:
        after: Place | None = None
        while found := self._rows.page(Filters(), after, 1000, self._clock()):
            for one in found:
                if one.metadata_policy or one.constraints:
                    check_fits(wide, one)
            after = Place(updated=found[-1].updated, entity_id=found[-1].entity_id)

    def _registered(self, entity_id: str, seen: int | None) -> Subordinate:
        found = self._rows.find(entity_id)
        if found is None or found.state == "removed":
            raise Unknown(f"{entity_id} is not registered")
        if seen is not None and seen != found.version:
            raise Conflict(f"{entity_id} was changed meanwhile; look at it again")
        return found

    def _in(self, entity_id: str, seen: int | None, *states: State) -> Subordinate:
        found = self._registered(entity_id, seen)
        if found.state not in states:
            raise Conflict(f"{entity_id} is {found.state}")
        return found

    def _move(self, before: Subordinate, to: State, told: Kind, why: _Why) -> Subordinate:
        after = replace(before, state=to, updated=self._clock(), version=before.version + 1)
        self._save(after, [told], _AUDITED[to], why)
        return after

    def _save(self, one: Subordinate, told: Sequence[Kind], event: Event, why: _Why) -> None:
        entry = self._entry(event, one.entity_id, why, version=one.version, told=" ".join(told))
        events = [(kind, why[1][:_DESCRIPTION]) for kind in told]
        seen = one.version - 1
        if not self._rows.save(one, seen=seen, events=events, at=self._clock(), entry=entry):
            raise Conflict(f"{one.entity_id} was changed meanwhile; look at it again")

    def _entry(self, event: Event, client: str, why: _Why, **details: str | int) -> Entry:
        said = {**details, "by": why[0], "reason": why[1][:_DESCRIPTION]}
        return Entry(at=self._clock(), event=event, client=client, details=said)


_AUDITED: Mapping[State, Event] = {
    "suspended": "subordinate.suspended",
    "active": "subordinate.reinstated",
    "removed": "subordinate.removed",
}
