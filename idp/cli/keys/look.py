"""Look: owns `manyou keys list`, `plan` and `evidence`, which change nothing. Imports common."""

import time
from collections.abc import Iterator, Sequence

import click

from idp.cli.desk import Desk, at_desk
from idp.cli.keys.common import moment, number, office, ring_option, rings
from idp.keykeeping.office import View
from keys.evidence import Level, Sighting
from keys.facts import Replica
from keys.key import SigningKey
from keys.plan import Step
from keys.state import state

_DATES = (
    "generated",
    "published",
    "active_from",
    "retired_at",
    "forget_at",
    "compromised_at",
    "destroyed_at",
)


@click.command("list")
@ring_option()
@at_desk
def list_(desk: Desk, ring: str | None) -> None:
    """Every key, its state, and what happens to it next: when at the earliest, and why not before."""
    now = time.time()
    with office(desk) as known:
        views = [known.view(purpose) for purpose in rings(ring, known)]
    data = {view.plan.purpose: [_key(view, key, now) for key in view.held.ring.keys] for view in views}
    desk.say(data, *(line for view in views for line in _timeline(view, now)))


@click.command()
@ring_option()
@at_desk
def plan(desk: Desk, ring: str | None) -> None:
    """What the wheel will do, in order: a dry run. Nothing is changed."""
    with office(desk) as known:
        views = [known.view(purpose) for purpose in rings(ring, known)]
    data = {view.plan.purpose: [_step(step) for step in view.plan.steps] for view in views}
    desk.say(
        data,
        *(
            f"{view.plan.purpose:10} {moment(step.earliest):17} {step.kind:8} {step.alg:6}"
            f" {(step.kid or 'a new key')[:12]:12}  {step.why}"
            for view in views
            for step in view.plan.steps
        ),
    )


@click.command()
@ring_option()
@at_desk
def evidence(desk: Desk, ring: str | None) -> None:
    """Who knows which key, and how surely: E0 by the time alone, E1 fetched by anybody, E2 by somebody who
    signed for it, E3 proof; processes of this node as they say."""
    cells: list[dict[str, object]] = []
    with office(desk) as known:
        for purpose in rings(ring, known):
            view, told = known.view(purpose), known.evidence(purpose)
            for replica in view.facts.alive(time.time()):
                cells += [_cell(_of(replica, kid), 1) for kid in sorted(replica.acknowledged)]
            cells += [_cell(seen, times) for seen, times in told]
            seen_by = {(seen.kid, seen.observer) for seen, _ in told}
            silent = _silent(view, [peer.issuer for peer in desk.settings().peer])
            cells += [_cell(one, 0) for one in silent if (one.kid, one.observer) not in seen_by]
    desk.say(
        cells,
        *(
            f"{str(one['kid'])[:12]:12} {one['level']} {one['kind']:8} {one['observer']}"
            f"  {one['times']} times, last {moment(float(str(one['last_at'])))}"
            for one in cells
        ),
    )


def _of(replica: Replica, kid: str) -> Sighting:
    at = replica.heartbeat
    return Sighting(kid=kid, observer=replica.name, kind="replica", level=Level.E3, first_at=at, last_at=at)


def _silent(view: View, peers: Sequence[str]) -> Iterator[Sighting]:
    """By the time alone: every copy without the key has expired, also those of a peer that never said
    anything."""
    times, now = view.facts.lifetimes, time.time()
    for key in view.held.ring.published(now):
        at = (key.published or 0.0) + times.copies + times.margin
        for peer in peers if at <= now else ():
            yield Sighting(kid=key.kid, observer=peer, kind="peer", level=Level.E0, first_at=at, last_at=at)


def _cell(seen: Sighting, times: int) -> dict[str, object]:
    return {
        "kid": seen.kid,
        "observer": seen.observer,
        "kind": seen.kind,
        "level": Level(seen.level).name,
        "last_at": seen.last_at,
        "times": times,
    }


def _key(view: View, key: SigningKey, now: float) -> dict[str, object]:
    steps = [_step(step) for step in view.plan.steps if step.kid == key.kid]
    dates = {name: getattr(key, name) for name in _DATES}
    return {
        "kid": key.kid,
        "alg": key.alg,
        "state": state(key, view.facts, now).value,
        **dates,
        "reason": key.reason,
        "latest_exp": view.facts.ledger.latest_exp(key.kid),
        "next": steps,
    }


def _step(step: Step) -> dict[str, object]:
    return {
        "step": step.kind,
        "kid": step.kid,
        "alg": step.alg,
        "earliest": number(step.earliest),
        "why": step.why,
        "blocked_by": list(step.blocked_by),
    }


def _timeline(view: View, now: float) -> list[str]:
    said = [f"{view.plan.purpose} ring, version {view.held.stored.version}"]
    for key in view.held.ring.keys:
        said.append(f"  {key.kid[:12]}  {key.alg:9} {state(key, view.facts, now).value}")
        past = [f"{name} {moment(at)}" for name in _DATES if (at := getattr(key, name)) is not None]
        said.append(f"      {', '.join(past)}")
        said += [
            f"      next: {step.kind} {moment(step.earliest)}: {step.why}"
            for step in view.plan.steps
            if step.kid == key.kid
        ]
    for row, error in view.held.stored.refused:
        said.append(f"  {row.kid[:12]}  {row.alg:9} does not open ({error.reason}); the others serve")
    return said
