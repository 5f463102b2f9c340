"""Group: owns the list of `manyou keys` commands. Imports each."""

import click

from idp.cli.keys import act, emergency, look, override
from idp.cli.keys.drill import drill
from idp.cli.keys.reseal import reseal
from idp.cli.keys.simulate import simulate
from idp.cli.keys.verify_old import verify_old


@click.group()
def keys() -> None:
    """Both key rings: what signs, what comes next and when, and why not before."""


for command in (
    look.list_,
    look.plan,
    look.evidence,
    act.announce,
    act.rotate,
    act.rollback,
    emergency.revoke,
    override.approve,
    override.override,
    reseal,
    verify_old,
    simulate,
    drill,
):
    keys.add_command(command)
