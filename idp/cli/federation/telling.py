"""Telling: owns how subordinates, proposals and previews are written, for people and for programs. Imports
the domain's nouns.
"""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from federation.authority import Subordinate
from federation.enrolment import Proposal
from federation.simulation import Effect
from idp.authority.enrolment import Preview, Simulation

_SHOWN = 30


def moment(at: float) -> str:
    """A moment for people."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(at))


def subordinate(one: Subordinate) -> dict[str, Any]:
    """A subordinate, for programs."""
    return asdict(one)


def line(one: Subordinate) -> str:
    """A subordinate, for people."""
    role = "intermediate" if one.intermediate else "leaf"
    return f"{one.state:9} {role:12} {one.entity_id}  {' '.join(one.kinds)}"


def proposal(one: Proposal, now: float) -> dict[str, Any]:
    """A proposal, for programs."""
    said = asdict(one)
    change = said.pop("change")
    return {**said, **change, "stage": one.stage_at(now)}


def proposal_lines(one: Proposal, now: float) -> Iterator[str]:
    """A proposal, for people."""
    about = one.change.entity_id or "all subordinates"
    stage = one.stage_at(now)
    yield f"{one.code}  {stage:9} {one.change.verb:9} {about}"
    yield f"          proposed by {one.by}, {moment(one.at)}{f': {one.reason}' if one.reason else ''}"
    if one.second:
        yield f"          {stage} by {one.second}, {moment(one.decided)}{f': {one.why}' if one.why else ''}"
    elif stage == "proposed":
        yield f"          waits for a second person until {moment(one.expires)}"
    yield from (f"          {note}" for note in one.notes)


def simulation(one: Simulation) -> dict[str, Any]:
    """What a change would do, for programs."""
    return {
        "breaks": [asdict(effect) for effect in one.breaks],
        "changes": [asdict(effect) for effect in one.effects if effect.verdict in ("changes", "mends")],
        "stays_broken": [asdict(effect) for effect in one.effects if effect.verdict == "stays broken"],
        "looked_at": len(one.effects),
        "unread": [{"entity_id": name, "cause": cause} for name, cause in one.unread],
        "more": one.more,
    }


def simulation_lines(one: Simulation) -> Iterator[str]:
    """The same, for people."""
    for effect in one.effects:
        yield from effect_lines(effect)
    yield from unread_lines(one.unread, one.more)
    yield f"{len(one.effects)} entities looked at, {len(one.breaks)} would break"


def effect_lines(effect: Effect) -> Iterator[str]:
    """What a change does to one entity; nothing where nothing changes."""
    if effect.verdict == "stays":
        return
    yield f"{effect.verdict:12} {effect.entity_id}"
    if effect.fault is not None:
        yield f"             {effect.fault}"
    for one in effect.differences:
        yield f"             {one.kind} {one.parameter}: {text(one.before)} → {text(one.after)}"


def unread_lines(unread: tuple[tuple[str, str], ...], more: bool) -> Iterator[str]:
    """Who was not looked at, and why."""
    yield from (f"not read     {name}: {cause}" for name, cause in unread)
    if more:
        yield "not all were looked at: the time or the count that one look may take was used up"


def preview(one: Preview) -> dict[str, Any]:
    """A preview, for programs."""
    said = asdict(one)
    del said["change"]
    unread = [{"entity_id": name, "cause": cause} for name, cause in one.unread]
    return {
        "verb": one.change.verb,
        "entity_id": one.change.entity_id,
        "trusted": one.refused is None,
        **said,
        "unread": unread,
    }


def preview_lines(one: Preview) -> Iterator[str]:
    """A preview, for people."""
    for kid, thumbprint in one.thumbprints.items():
        yield f"key          {kid}  thumbprint {thumbprint}"
    for kind, parameters in one.resolved.items():
        yield f"would be     {kind}: {', '.join(sorted(parameters))}"
    for altered in one.altered:
        before, after = text(altered.before), text(altered.after)
        what = (
            f"{altered.kind} {altered.parameter}: {before} → {after}" if altered.parameter else altered.kind
        )
        rules = [f"{rule.operator} of {rule.issuer}" for rule in altered.rules]
        yield f"changed      {what}  ({altered.cause}, {', '.join(rules or altered.by)})"
    for bound in one.bounds:
        yield f"constraint   {bound.name} {text(bound.value)}  ({bound.issuer})"
    yield from (f"missing      {sentence}" for sentence in one.missing)
    yield from (f"concerns     {name}" for name in one.affected[:_SHOWN])
    if len(one.affected) > _SHOWN:
        yield f"             and {len(one.affected) - _SHOWN} more"
    if one.regions:
        yield f"regions      {' '.join(one.regions)}"
    for effect in one.effects:
        yield from effect_lines(effect)
    yield from unread_lines(one.unread, one.more)


def text(value: object) -> str:
    """A value in a line."""
    if value is None:
        return "absent"
    said = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return said if len(said) <= 200 else f"{said[:200]}…"


def plain(value: Mapping[str, Any]) -> str:
    """An object for people, on lines of its own."""
    return json.dumps(value, ensure_ascii=False, indent=2)
