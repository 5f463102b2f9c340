"""The name of a key as somebody types it."""

import click
import pytest
from click.testing import CliRunner

from idp.cli.keys.common import KidCommand

KID = "-zuqoPChl7AAwj_yCAJuuQ_N0plwyNplCvcG9CxVEQU"


@click.command(cls=KidCommand)
@click.argument("kid")
@click.option("--reason", default="none")
@click.option("--json", "as_json", is_flag=True)
@click.help_option("-h", "--help")
def typed(kid: str, reason: str, as_json: bool) -> None:
    click.echo(f"{kid}|{reason}|{as_json}")


@pytest.mark.parametrize(
    ("arguments", "taken"),
    [
        ([KID], f"{KID}|none|False"),
        ([KID, "--reason", "leaked"], f"{KID}|leaked|False"),
        (["--json", KID], f"{KID}|none|True"),
        (["--reason", KID, "abc"], f"abc|{KID}|False"),
        (["--", KID], f"{KID}|none|False"),
        ([KID[:12]], f"{KID[:12]}|none|False"),
        (["abc", "--reason", "x"], "abc|x|False"),
    ],
)
def test_a_name_that_begins_with_a_hyphen_is_a_name(arguments: list[str], taken: str) -> None:
    done = CliRunner().invoke(typed, arguments)
    assert (done.exit_code, done.output.strip()) == (0, taken), done.output


def test_what_is_no_name_is_still_an_unknown_option() -> None:
    assert CliRunner().invoke(typed, ["-x", "abc"]).exit_code == 2
