"""Demo: owns `manyou demo`. Does not know the country.

Imports `idp.demo` when it runs, so that others start quickly.
"""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from idp.demo.places import Country


@click.command()
@click.option("--port", default=8400, show_default=True, type=click.IntRange(1100, 65000), help="Base port.")
@click.option(
    "--data",
    default=Path("var/demo"),
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for its state.",
)
@click.option("--fresh", is_flag=True, help="Start from nothing.")
@click.option(
    "--tls", is_flag=True, help="Serve everything over https, by a throwaway authority (DIR/ca.pem)."
)
@click.option("--check", is_flag=True, help="Walk the main job in the running demo, or in one of its own.")
@click.option(
    "--stop", "stop", metavar="PART", help="Stop a part of the running demo (hub, gd, directory …)."
)
@click.option("--start", "start", metavar="PART", help="Start it again.")
def demo(
    *, port: int, data: Path, fresh: bool, tls: bool, check: bool, stop: str | None, start: str | None
) -> None:
    """Run a little country: anchor, hub, two provinces, a city, four portals, a directory."""
    from idp.demo.control import order
    from idp.demo.ground import DemoError
    from idp.demo.places import country

    try:
        if stop or start:
            _show(order(data, "stop" if stop else "start", stop or start or ""))
        elif check:
            sys.exit(_check(country(port, data, tls=tls), fresh=fresh))
        else:
            _run(country(port, data, tls=tls), fresh=fresh)
    except DemoError as error:
        click.echo(f"manyou demo: {error}", err=True)
        sys.exit(1)


def _run(country: "Country", *, fresh: bool) -> None:
    from idp.demo import terminal
    from idp.demo.run import run

    begun = time.monotonic()
    click.echo("Starting …", err=True)
    run(
        country,
        fresh=fresh,
        say=click.echo,
        ready=lambda: click.echo(terminal.board(country, time.monotonic() - begun)),
    )
    click.echo("Stopped.", err=True)


def _check(country: "Country", *, fresh: bool) -> int:
    from idp.demo import check
    from idp.demo.ground import held
    from idp.demo.run import run, wait_until_running

    if held(country.folder):
        wait_until_running(country.folder)
        return 0 if check.walk(country.folder, say=click.echo) else 1
    passed: list[bool] = []
    run(
        country,
        fresh=fresh,
        say=lambda line: click.echo(line, err=True),
        ready=lambda: None,
        work=lambda: passed.append(check.walk(country.folder, say=click.echo)),
    )
    return 0 if passed == [True] else 1


def _show(answer: object) -> None:
    parts = answer.get("parts", {}) if isinstance(answer, dict) else {}
    for name, state in parts.items():
        click.echo(f"{name:<10} {state}")
