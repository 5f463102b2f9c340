"""Show: owns `manyou federation show`: what this node tells its peers about itself. Imports desk."""

import json
import time

import click

from idp.cli.desk import Desk, at_desk


@click.command()
@at_desk
def show(desk: Desk) -> None:
    """This node's entity id and public federation keys, which a peer names in its [[peer]]."""
    with desk.records(check_files=False) as records:
        jwks = records.rings.federation().jwks(time.time())
    issuer = desk.settings(check_files=False).issuer
    desk.say({"entity_id": issuer, "jwks": jwks}, f"entity_id  {issuer}", json.dumps(jwks, indent=2))
