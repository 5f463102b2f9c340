"""Act: owns `manyou keys announce`, `rotate` and `rollback`. Imports common."""

import sys
import time

import click

from idp.cli.desk import Desk, at_desk
from idp.cli.failure import Failure
from idp.cli.keys.common import alg_option, lines, moment, office, ring_option, rings, told
from idp.keykeeping.office import Office
from keys.change import Change
from keys.key import Purpose

_LOOK_AGAIN = 1.0


@click.command()
@ring_option()
@alg_option
@at_desk
def announce(desk: Desk, ring: str | None, alg: str | None) -> None:
    """Publish a standby key where there is none; it signs later."""
    with office(desk) as known:
        _report(desk, [known.announce(purpose, alg) for purpose in rings(ring, known)])


@click.command()
@ring_option()
@alg_option
@click.option("--wait", is_flag=True, help="Wait until every gate is open, then rotate.")
@at_desk
def rotate(desk: Desk, ring: str | None, alg: str | None, wait: bool) -> None:
    """Let the standby keys sign now. The schedule is not waited for; the gates are."""
    with office(desk) as known:
        changes = []
        for purpose in rings(ring, known):
            if wait:
                _wait(known, purpose, alg)
            changes.append(known.rotate(purpose, alg))
        _report(desk, changes)


@click.command()
@ring_option(required=True)
@alg_option
@click.option("--reason", required=True, help="Why; kept in the audit.")
@at_desk
def rollback(desk: Desk, ring: Purpose, alg: str | None, reason: str) -> None:
    """Let the key before sign again, while it is still published and whole."""
    with office(desk) as known:
        _report(desk, [known.rollback(ring, alg, reason)])


def _report(desk: Desk, changes: list[Change]) -> None:
    desk.say([told(change) for change in changes], *(line for change in changes for line in lines(change)))


def _wait(known: Office, purpose: Purpose, alg: str | None) -> None:
    """Until no standby is kept waiting by a gate; says what for."""
    said = ""
    while waits := [
        step
        for step in known.view(purpose).plan.steps
        if step.kind == "activate" and step.blocked_by and alg in (None, step.alg)
    ]:
        why = waits[0].blocked_by[0]
        if waits[0].kid is None:
            raise Failure(
                f"{purpose}: no {waits[0].alg} standby is published; `manyou keys announce` does that"
            )
        if sys.stderr.isatty() and why != said:
            click.echo(f"{purpose}: {moment(time.time())} {why}", err=True)
            said = why
        time.sleep(_LOOK_AGAIN)
