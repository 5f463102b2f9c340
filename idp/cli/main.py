"""Main: owns the entry, the exit codes what is said when something fails. Imports a command when it runs."""

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

import click

from idp.cli.failure import Failure
from idp.errors import Unavailable
from idp.settings import SettingsError
from idp.valkey import NoServerError
from keys.seal import SealError

COMMANDS = {
    "demo": "idp.cli.demo:demo",
    "init": "idp.cli.init:init",
    "serve": "idp.cli.serve:serve",
    "doctor": "idp.cli.doctor:doctor",
    "clients": "idp.cli.clients:clients",
    "citizens": "idp.cli.citizens:citizens",
    "keys": "idp.cli.keys:keys",
    "federation": "idp.cli.federation:federation",
    "test": "idp.cli.develop:test",
    "check": "idp.cli.develop:check",
    "bench": "idp.cli.develop:bench",
    "fuzz": "idp.cli.develop:fuzz",
}
_DO = {
    "records": "look at [records] url, and whether the disk is full or the file is somebody else's",
    "store": "look at [store] url, and whether that server runs",
}


class Commands(click.Group):
    """Finds a command by its name and imports it only then, so that each starts quickly."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        """In the order in which people need them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command, or None when there is none of this name."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def group() -> None:
    """Manyou 漫游: authenticate once, roam nationwide."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and leave with its exit code: 0 done, 1 refused or failed, 2 wrong usage."""
    try:
        code = group.main(args=arguments, prog_name="manyou", standalone_mode=False)
    except click.UsageError as error:
        error.show()
        sys.exit(2)
    except (click.ClickException, click.Abort) as error:
        text = error.format_message() if isinstance(error, click.ClickException) else "stopped"
        _leave(text)
    except (SettingsError, Failure, NoServerError) as error:
        _leave(str(error))
    except SealError as error:
        _leave(f"{error}; `manyou init` makes a key file only where there is none")
    except Unavailable as error:
        _leave(f"{error.part}: no answer ({error.cause}); {_DO.get(error.part, 'try again in a moment')}")
    sys.exit(code if isinstance(code, int) else 0)


def _leave(text: str) -> NoReturn:
    click.echo(f"manyou: {text}", err=True)
    sys.exit(1)
