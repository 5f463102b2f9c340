"""Desk: owns what every command shares: options, output, opening the records. Imports settings, wiring."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import click

from idp.settings import Settings, load
from idp.wiring import Records, open_records


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What one command works with.

    Attributes:
        path: the settings file.
        json: whether programs read the output.
    """

    path: Path
    json: bool

    def settings(self, *, check_files: bool = True) -> Settings:
        """The settings, with the environment over them.

        Raises:
            SettingsError: with every problem.
        """
        return load(self.path, os.environ, check_files=check_files)

    @contextmanager
    def records(self, *, check_files: bool = True) -> Iterator[Records]:
        """Everything durable, closed afterwards.

        Raises:
            Unavailable: SQL does not answer.
            SealError: the key-encrypting key is missing or another one.
        """
        records = open_records(self.settings(check_files=check_files))
        try:
            yield records
        finally:
            records.database.close()

    def say(self, data: object, *lines: str) -> None:
        """Print the result: data for programs, lines for people."""
        if self.json:
            click.echo(json.dumps(data, ensure_ascii=False, indent=2))
        else:
            for line in lines:
                click.echo(line)


def at_desk(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command `--settings` and `--json`, and hand it a `Desk` as its first argument."""

    @click.option(
        "--settings",
        "path",
        type=click.Path(path_type=Path, dir_okay=False),
        default=Path("manyou.toml"),
        envvar="MANYOU_SETTINGS",
        help="The settings file [manyou.toml].",
    )
    @click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
    @wraps(command)
    def seated(*, path: Path, as_json: bool, **options: Any) -> None:
        command(Desk(path=path, json=as_json), **options)

    return seated
