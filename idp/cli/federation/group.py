"""Group: owns the list of `manyou federation` commands. Imports each."""

import click

from idp.cli.federation.anchor import anchor
from idp.cli.federation.chain import chain
from idp.cli.federation.enrol import enrol
from idp.cli.federation.keys import keys
from idp.cli.federation.listing import list_
from idp.cli.federation.mark import mark
from idp.cli.federation.policy import policy
from idp.cli.federation.refresh import refresh
from idp.cli.federation.show import show
from idp.cli.federation.simulate import simulate


@click.group()
def federation() -> None:
    """Entities that trust each other."""


for command in (
    show,
    chain,
    enrol,
    list_,
    mark,
    keys,
    anchor,
    policy,
    refresh,
    simulate,
):
    federation.add_command(command)
