"""Simulate: owns `manyou federation simulate`: what resolving costs in a country of a size. Imports desk,
simulated, wiring.
"""

import logging
import random
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import chain

import click
import structlog

from idp.cli.desk import Desk, at_desk
from idp.cli.failure import Failure
from idp.simulated import superior
from idp.simulated.figures import Bench, Figure
from idp.simulated.nation import Size
from idp.simulated.site import opened
from idp.wiring.trust import NothingShared, open_fetcher

_COUNT, _SAMPLES, _MANY = click.IntRange(1, 1000), click.IntRange(5, 10_000), click.IntRange(10, 200_000)


@click.command()
@click.option("--provinces", type=_COUNT, default=32, show_default=True, help="Below the anchor.")
@click.option("--departments", type=_COUNT, default=50, show_default=True, help="Below each province.")
@click.option("--portals", type=_COUNT, default=60, show_default=True, help="Below each department.")
@click.option("--samples", type=_SAMPLES, default=200, show_default=True, help="Cold walks.")
@click.option(
    "--subordinates", type=click.IntRange(10, 200_000), default=3000, help="Of one authority [3000]."
)
@at_desk
def simulate(
    desk: Desk, *, provinces: int, departments: int, portals: int, samples: int, subordinates: int
) -> None:
    """Measure resolving in a federation of provinces, departments and portals on loopback, and one authority;
    needs no settings."""
    size = Size(provinces=provinces, departments=departments, portals=portals)
    figures = []
    with opened(size, time.time()) as site, open_fetcher() as fetcher, _quiet():
        bench = Bench(
            site=site,
            fetcher=fetcher,
            cache=NothingShared,
            samples=samples,
            chance=random.Random(1),  # noqa: S311 (the same portals each time)
        )
        for figure in chain(bench.figures(), superior.figures(subordinates)):
            figures.append(figure)
            if not desk.json:
                click.echo(_line(figure))
    if desk.json:
        desk.say([_data(figure) for figure in figures])
    if missed := [figure.what for figure in figures if not figure.held]:
        raise Failure(f"not within bounds: {', '.join(missed)}")


@contextmanager
def _quiet() -> Iterator[None]:
    """Without a line of the log for every request of the authority."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    try:
        yield
    finally:
        structlog.configure(**before)


def _data(figure: Figure) -> Mapping[str, object]:
    return {
        "what": figure.what,
        "value": figure.value,
        "unit": figure.unit,
        "bound": figure.bound,
        "held": figure.held,
    }


def _line(figure: Figure) -> str:
    value = f"{figure.value:,.0f}" if not figure.unit else f"{figure.value:,.3f} {figure.unit}"
    unit = f" {figure.unit}" if figure.unit else ""
    bound = "" if figure.bound is None else f"   (at most {figure.bound:,.0f}{unit})"
    return f"{figure.what:48} {value:>16}{bound}"
