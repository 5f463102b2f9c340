"""Demands: owns `manyou federation policy show`, `simulate` and `propose`: what we say of all below us.
Imports room, telling.
"""

import time
from dataclasses import asdict
from pathlib import Path

import click

from federation.authority import Wide
from federation.enrolment import Change
from idp.cli.desk import Desk, at_desk
from idp.cli.failure import Failure
from idp.cli.federation import telling
from idp.cli.federation.room import FILE, by_option, read_json, room, terms_of, who


@click.command()
@at_desk
def show(desk: Desk) -> None:
    """What is said of all subordinates; the output without `version` is what `propose` reads."""
    with room(desk) as known:
        wide = known.registry.wide()
    said = {name: value for name, value in asdict(wide).items() if name != "version"}
    desk.say(asdict(wide), telling.plain(said))


@click.command()
@click.argument("file", type=FILE)
@at_desk
def simulate(desk: Desk, file: Path) -> None:
    """Who below us would break, and whose metadata would change, if FILE were said of all. Exits 1 when
    somebody would break.

    FILE is JSON with metadata_policy, metadata_policy_crit and constraints; it replaces what is said now.
    """
    wide = _wide(file)
    with room(desk) as known:
        found = known.enrolments.simulate(wide)
    desk.say(telling.simulation(found), *telling.simulation_lines(found))
    if found.breaks:
        first = found.breaks[0]
        raise Failure(f"{len(found.breaks)} would break, such as {first.entity_id}: {first.fault}")


@click.command()
@click.argument("file", type=FILE)
@click.option("--reason", required=True, help="Why; published with the event.")
@click.option("--break-anyway", default="", help="Why those whom it breaks are broken.")
@by_option
@at_desk
def propose(desk: Desk, file: Path, *, reason: str, break_anyway: str, by: str | None) -> None:
    """Propose that FILE is said of all subordinates; a second person approves it. Refused when it would break
    somebody."""
    wide = _wide(file)
    with room(desk) as known:
        change = Change(verb="policy", wide=wide, seen=known.registry.wide().version)
        made = known.enrolments.propose(change, by=who(by), reason=reason, break_anyway=break_anyway)
    desk.say(telling.proposal(made, time.time()), *telling.proposal_lines(made, time.time()))


def _wide(file: Path) -> Wide:
    said = read_json(file)
    if "metadata" in said:
        raise Failure("metadata is stated of one subordinate: see `manyou federation enrol update --terms`")
    terms = terms_of(said)
    return Wide(
        metadata_policy=terms.metadata_policy,
        metadata_policy_crit=terms.metadata_policy_crit,
        constraints=terms.constraints,
    )
