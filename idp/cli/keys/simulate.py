"""Simulate: owns `manyou keys simulate`: what other ways to rotate would do to verifiers. Imports desk."""

from dataclasses import asdict

import click

from idp.cli.desk import Desk, at_desk
from idp.cli.keys.common import RINGS
from idp.settings import lifetimes
from keys.key import Purpose
from keys.simulation import table


@click.command()
@click.option("--ring", type=click.Choice(RINGS), default="federation", show_default=True, help="Which ring.")
@click.option(
    "--verifiers", type=click.IntRange(1, 100_000), default=1500, show_default=True, help="How many."
)
@at_desk
def simulate(desk: Desk, ring: Purpose, verifiers: int) -> None:
    """How many verifiers fail at least once when keys change too early, and when they change as here;
    with the lifetimes of the settings."""
    rows = table(lifetimes(desk.settings(), ring), verifiers=verifiers)
    desk.say(
        [asdict(row) | {"share": row.share} for row in rows],
        *(
            f"{row.plan:56} switch {_span(row.switch)}, removed {_span(row.removed)}: {row.share:7.2%} failed"
            for row in rows
        ),
    )


def _span(seconds: float) -> str:
    return f"{seconds / 3600:7.2f} h" if seconds >= 3600 or not seconds else f"{seconds:7.0f} s"
