"""Pictures: `python -m tests.browser.pictures` takes the documentation's pictures anew from a demo of its own."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize

from tests.browser.conftest import launched
from tests.browser.country import Country, running
from tests.browser.person import Person
from tests.browser.witness import Witness

IMAGES = Path(__file__).parents[2] / "docs" / "images"
DOCUMENTED = 8400
LARGEST = 200_000


def take(into: Path) -> None:
    """Take all of them.

    Args:
        into: folder for the files.
    """
    into.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        launched() as chromium,
        running(Path(folder) / "demo", first=DOCUMENTED) as country,
    ):
        with _somebody(chromium, country, "en-GB") as english:
            _board(english, country, into)
        with _somebody(chromium, country, "zh-CN") as chinese:
            _home(chinese, country, into)
        with _somebody(chromium, country, "en-GB") as english:
            _away(english, country, into)


def _board(someone: Person, country: Country, into: Path) -> None:
    someone.open(country.board)
    _save(someone.page, into / "board.png")


def _home(someone: Person, country: Country, into: Path) -> None:
    native = country.citizen(country.near)
    someone.press_sign_in(country.near)
    someone.page.locator("#username").fill(native.username)
    _save(someone.page, into / "sign-in.png")
    someone.type_password(native)
    someone.press_sign_in(country.far)
    someone.signed_in_at(country.far, native)
    _save(someone.page, into / "roamed.png")


def _away(someone: Person, country: Country, into: Path) -> None:
    native = country.citizen(country.near)
    someone.press_sign_in(country.far)
    someone.press(someone.page.locator("a.way"))
    someone.choosing_at(country.hub)
    _save(someone.page, into / "regions.png")
    someone.press(someone.page.locator(f"button[value='{country.near.region}']"))
    someone.type_password(native)
    someone.press_sign_in(country.deep)
    someone.open(f"{country.near.issuer}/federation/picture")
    _save(someone.page, into / "federation.png")
    someone.open(f"{country.far.issuer}/logout")
    someone.press(someone.page.locator("button[value=signout]"))
    _save(someone.page, into / "signed-out.png")


def _save(page: Page, path: Path) -> None:
    """The window as it stands, without the empty margins at its sides."""
    page.mouse.move(0, 0)
    page.screenshot(path=path, clip={"x": 110, "y": 0, "width": 1060, "height": 800})
    assert path.stat().st_size < LARGEST, f"{path} is too large for a page of documentation"
    print(f"{path} {path.stat().st_size // 1024} kB")


@contextmanager
def _somebody(chromium: Browser, country: Country, locale: str) -> Iterator[Person]:
    size: ViewportSize = {"width": 1280, "height": 800}
    context = chromium.new_context(
        viewport=size, locale=locale, reduced_motion="reduce", color_scheme="light"
    )
    witness = Witness(context, country.hosts)
    try:
        yield Person(context.new_page(), country, witness, f"pictures-{locale}")
    finally:
        context.close()
    assert witness.complaints == []


if __name__ == "__main__":
    take(IMAGES)
