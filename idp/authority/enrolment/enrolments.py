"""Enrolments: owns that no change of who is below us is published on one person's word.

A change is judged when it is looked at, when it is proposed, and again when it is approved: what was lawful
on Monday need not be on Friday. Imports registry, trial, preview, federation.enrolment.
"""

import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from federation import enrolment
from federation.authority import Subordinate, Unlawful, Wide, check_wide
from federation.enrolment import Change, NotAllowed, Proposal, Stage
from federation.simulation import Effect
from idp.audit import Entry, Event
from idp.authority.enrolment import preview as previews
from idp.authority.enrolment.changing import Declined, described
from idp.authority.enrolment.preview import Preview
from idp.authority.enrolment.publication import publish
from idp.authority.enrolment.rows import Rows
from idp.authority.enrolment.trial import Simulation, Trial
from idp.authority.registry import Conflict, Registry, Unknown
from idp.clock import Clock
from idp.errors import Unavailable

__all__ = ["Declined", "Enrolments"]

_SHOWN = 500
_NOTES = 20


class Enrolments:
    """Changes of who is below us, by two people.

    Args:
        sign: signs what we state about an entity now; may raise `Unavailable`, and then others do it.
    """

    def __init__(
        self, *, registry: Registry, rows: Rows, trial: Trial, sign: Callable[[str], object], clock: Clock
    ) -> None:
        self._registry = registry
        self._rows = rows
        self._trial = trial
        self._sign = sign
        self._clock = clock

    def every(self) -> tuple[Proposal, ...]:
        """The newest proposals, whatever became of them.

        Raises:
            Unavailable: `records`; as every verb here.
        """
        return tuple(self._rows.every(_SHOWN))

    def find(self, code: str) -> Proposal:
        """A proposal by its code.

        Raises:
            Declined: there is none.
        """
        found = self._rows.find(code.strip().lower())
        if found is None:
            raise Declined(f"nothing was proposed as {code[:40]}; `manyou federation enrol list` shows all")
        return found

    def simulate(self, wide: Wide) -> Simulation:
        """What it would do to everybody below us to say this of all.

        Raises:
            Declined: it is not lawful.
            Unavailable: our own chain is not to be had.
        """
        _lawful(wide)
        return self._trial.wide(self._active(), self._registry.wide(), wide)

    def preview(self, change: Change) -> Preview:
        """What a change would mean; nothing is kept.

        Raises:
            Declined: it makes no sense as things are.
            Unavailable: our own chain is not to be had.
        """
        self._judge(change)
        wide = self._registry.wide()
        if change.wide is not None:
            return previews.of_all(change, self.simulate(change.wide))
        before = self._registry.find(change.entity_id)
        after = change.subordinate or before
        if after is None:
            raise Declined(f"{change.entity_id} is not registered")
        shown = previews.of_one(change, after, wide, self._trial)
        if change.verb != "update" or before is None or before.state != "active":
            return shown
        tried = self._trial.one(before, after, wide)
        return replace(shown, effects=tried.effects)

    def propose(self, change: Change, *, by: str, reason: str = "", break_anyway: str = "") -> Proposal:
        """The first person's word. Proposed again it is the same proposal.

        Args:
            break_anyway: why entities may be broken by it; empty refuses that.

        Raises:
            Declined: it could not be trusted, would break somebody, makes no sense, or nobody says it.
            Unavailable: our own chain is not to be had.
        """
        now = self._clock()
        for one in self._rows.every(_SHOWN):
            if one.change == change and one.stage_at(now) == "proposed":
                return one
        shown = self.preview(change)
        self._refuse(shown, break_anyway)
        try:
            made = enrolment.proposed(
                change,
                code=secrets.token_hex(4),
                by=by,
                reason=reason,
                now=now,
                breaks=shown.breaks,
                notes=_notes(shown, break_anyway),
            )
        except NotAllowed as error:
            raise Declined(str(error)) from None
        self._rows.add(made, self._entry("enrolment.proposed", made, made.by, made.reason))
        return made

    def approve(self, code: str, *, by: str) -> Proposal:
        """The second person's word; the change is published. Approved again it stays published.

        Raises:
            Declined: the same person, not to be approved any more, or not publishable by now.
            Unavailable: our own chain is not to be had.
        """
        one = self.find(code)
        if one.stage == "published":
            return one
        try:
            agreed = enrolment.approved(one, by=by, now=self._clock())
        except NotAllowed as error:
            raise Declined(str(error)) from None
        if one.stage == "proposed":
            self._look_again(one)
            entry = self._entry("enrolment.approved", agreed, agreed.second, one.by)
            self._move(agreed, "proposed", entry)
        return self._publish(agreed)

    def reject(self, code: str, *, by: str, reason: str) -> Proposal:
        """Somebody's no.

        Raises:
            Declined: decided already, or without a reason.
        """
        one = self.find(code)
        try:
            refused = enrolment.rejected(one, by=by, reason=reason, now=self._clock())
        except NotAllowed as error:
            raise Declined(str(error)) from None
        self._move(
            refused, "proposed", self._entry("enrolment.rejected", refused, refused.second, refused.why)
        )
        return refused

    def _publish(self, one: Proposal) -> Proposal:
        try:
            publish(self._registry, one)
        except (Conflict, Unknown, Unlawful) as error:
            lost = enrolment.failed(one, str(error), self._clock())
            self._move(lost, "approved", self._entry("enrolment.failed", lost, one.second, str(error)))
            raise Declined(f"{error}; look at it again and propose it anew") from None
        done = enrolment.published(one, self._clock())
        self._rows.move(done, "approved", None)
        if one.change.verb in ("enrol", "update", "reinstate"):
            with suppress(Unavailable):
                self._sign(one.change.entity_id)
        return done

    def _look_again(self, one: Proposal) -> None:
        shown = self.preview(one.change)
        more = [name for name in shown.breaks if name not in one.breaks]
        if more:
            raise Declined(f"it would break {more[0]} by now, which was not shown; propose it anew")
        self._refuse(shown, "shown" if one.breaks else "")

    def _refuse(self, shown: Preview, break_anyway: str) -> None:
        verb = shown.change.verb
        if verb == "enrol" and shown.refused is not None:
            raise Declined(f"{shown.change.entity_id} could not be trusted: {shown.refused}")
        if shown.breaks and not break_anyway.strip():
            first = next(one for one in shown.effects if one.verdict == "breaks")
            raise Declined(_broken(first, len(shown.breaks)))

    def _judge(self, change: Change) -> None:
        """What the registry would refuse is refused now."""
        before = self._registry.find(change.entity_id) if change.entity_id else None
        described(change, before, self._registry.wide().version)
        if change.subordinate is not None:
            try:
                self._registry.judge(change.subordinate)
            except Unlawful as error:
                raise Declined(str(error)) from None

    def _active(self) -> list[Subordinate]:
        found = (self._registry.find(name) for name in self._registry.ids())
        return [one for one in found if one is not None]

    def _move(self, one: Proposal, before: Stage, entry: Entry) -> None:
        if not self._rows.move(one, before, entry):
            raise Declined(f"somebody else has decided on {one.code} meanwhile")

    def _entry(self, event: Event, one: Proposal, by: str, reason: str) -> Entry:
        said = {"code": one.code, "verb": one.change.verb, "by": by, "reason": reason[:_SHOWN]}
        return Entry(at=self._clock(), event=event, client=one.change.entity_id, details=said)


def _lawful(wide: Wide) -> None:
    try:
        check_wide(wide)
    except Unlawful as error:
        raise Declined(str(error)) from None


def _broken(first: Effect, count: int) -> str:
    others = f" and {count - 1} more" if count > 1 else ""
    return (
        f"it would break {first.entity_id}{others}: {first.fault}; change it,"
        " or give --break-anyway with a reason"
    )


def _notes(shown: Preview, break_anyway: str) -> tuple[str, ...]:
    said = [f"would break {name}" for name in shown.breaks]
    if shown.breaks:
        said.insert(0, f"breaks others all the same: {break_anyway.strip()}")
    said += [f"not read: {name}: {cause}" for name, cause in shown.unread]
    if shown.change.verb in ("suspend", "remove"):
        said += [f"concerns {name}" for name in shown.affected]
    said += shown.missing
    return (*said[:_NOTES], f"and {len(said) - _NOTES} more") if len(said) > _NOTES else tuple(said)
