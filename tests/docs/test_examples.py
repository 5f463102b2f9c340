"""What the pages tell people to type can be typed, and where they say that a browser goes, it goes."""

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import click
import pytest

from idp.cli.main import group
from idp.settings import Directory, Peer, Settings, shape
from tests.country.browser import Browser
from tests.country.world import World
from tests.docs.pages import DOCS, PAGES, blocks, name

WITH_COMMANDS = [page for page in PAGES if any("manyou " in block for block in blocks(page, "sh"))]
WITH_SETTINGS = [page for page in PAGES if blocks(page, "toml")]


def lines(page: Path) -> list[str]:
    """What is typed, one command each."""
    return [
        line.strip()
        for block in blocks(page, "sh")
        for line in block.replace("\\\n", " ").splitlines()
        if re.match(r"(\./)?manyou ", line)
    ]


def parsed(command: click.Command, arguments: list[str]) -> None:
    """Read a command line as click does, and do nothing."""
    while isinstance(command, click.Group):
        context = click.Context(command)
        inner = command.get_command(context, arguments[0])
        assert inner is not None, arguments[0]
        command, arguments = inner, arguments[1:]
    command.make_context(command.name, list(arguments))


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=name)
def test_every_command_line_is_one_that_the_program_takes(page: Path) -> None:
    for line in lines(page):
        parsed(group, shlex.split(line)[1:])


def test_a_command_line_with_an_option_that_is_not_there_would_be_seen() -> None:
    with pytest.raises(click.UsageError):
        parsed(group, ["clients", "add", "--names", "x"])


@pytest.mark.parametrize("page", WITH_SETTINGS, ids=name)
def test_every_example_of_settings_names_settings(page: Path) -> None:
    known: dict[str, Any] = {**shape.tables(), "directory": Directory, "peer": Peer}
    top = {*Settings.model_fields}
    for block in blocks(page, "toml"):
        for key, value in tomllib.loads(block).items():
            inside = value if isinstance(value, list) else [value]
            if key in known and all(isinstance(one, dict) for one in inside):
                for table in inside:
                    assert table.keys() <= known[key].model_fields.keys()
            else:
                # A line of a [[directory]] shown alone.
                assert key in top | set(Directory.model_fields)


def hops(page: str) -> list[list[str]]:
    """The ways of a browser that a page lists."""
    found = [block.split() for block in blocks(DOCS / "explanation" / page, "text")]
    return [block for block in found if "/" in block[0]]


def went(browser: Browser) -> list[str]:
    """Where the browser was since the last look, without the names of single journeys."""
    trail = [re.sub(r"/(signin|regions|return)/.*", r"/\1", step) for step in browser.trail]
    browser.trail.clear()
    return trail[:-1] if trail[-1].endswith("/me") else trail


def test_the_browser_goes_where_the_page_on_roaming_says(world: World) -> None:
    first, typed, away, bare, far, chooser, chosen, back = hops("roaming.md")
    browser = world.browser()
    page = browser.get(f"{world.portal_gd.url}/login")
    assert went(browser) == first
    browser.submit(page, username="lihua", password="right")
    assert went(browser) == typed
    browser.get(f"{world.portal_zj.url}/login")
    assert went(browser) == away

    shy = world.browser()
    world.sign_in(shy, world.portal_gd, "chenjie")
    shy.trail.clear()
    shy.get(f"{world.portal_zj.url}/login?scope=openid")
    assert went(shy) == bare

    guest = world.browser()
    page = guest.get(f"{world.portal_zj.url}/login")
    assert went(guest) == far
    page = guest.get(next(link for link in page.links if link.endswith("/elsewhere")))
    assert went(guest) == chooser
    page = guest.submit(page, "440000")
    assert went(guest) == chosen
    guest.submit(page, username="lihua", password="right")
    assert went(guest) == back


def test_the_browser_goes_where_the_page_on_sign_out_says(world: World) -> None:
    (way,) = hops("sign-out.md")
    browser = world.browser()
    world.sign_in(browser, world.portal_gd, "lihua")
    browser.get(f"{world.portal_zj.url}/login")
    browser.trail.clear()
    browser.submit(browser.get(f"{world.portal_zj.url}/logout"))
    assert went(browser) == way
