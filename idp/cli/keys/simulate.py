"""Simulate: owns `manyou keys simulate`: what other ways to rotate would do to verifiers. Imports desk."""

from dataclasses import asdict

import click

from idp.cli.desk import Desk, at_desk
from idp.cli.keys.common import RINGS
from keys.key import Purpose
from keys.simulation import ONE_NODE, table


@click.command()
@click.option("--ring", type=click.Choice(RINGS), default="federation", show_default=True, help="Which ring.")
@click.option(
    "--verifiers", type=click.IntRange(1, 100_000), default=1500, show_default=True, help="How many."
)
@at_desk
def simulate(desk: Desk, ring: Purpose, verifiers: int) -> None:
    """How many verifiers fail at least once when keys change too early, and when they change as here;
    with the default lifetimes."""
    rows = table(ONE_NODE[ring], verifiers=verifiers)
    desk.say(
        [asdict(row) | {"share": row.share} for row in rows],
        *(
            f"{row.plan:50} switch {row.switch / 3600:6.2f} h, removed {row.removed / 3600:6.2f} h:"
            f" {row.share:7.2%} failed"
            for row in rows
        ),
    )
