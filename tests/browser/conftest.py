"""Real Chromium: started once, one window (with its own cookies) for each that asks; skipped where there is none."""

import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from tests.browser.country import Country, running
from tests.browser.person import Person
from tests.browser.witness import Witness

ARGUMENTS = (
    "--no-sandbox",  # root in a container has no user namespaces
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
Windows = Callable[..., Page]
Serving = Callable[[Flask], str]
People = Callable[..., Person]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser; the tests that want it are skipped where it is not installed."""
    if installed() is None:
        pytest.skip("Chromium is not installed: apt-get install chromium fonts-noto-cjk")
    with launched() as browser:
        yield browser


def installed() -> str | None:
    """The path of Chromium."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@contextmanager
def launched() -> Iterator[Browser]:
    """Chromium, without a window on any screen."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed(), args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def country(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Country]:
    """The demo, started once; that it leaves nothing behind is looked at when it has ended."""
    with running(tmp_path_factory.mktemp("country") / "demo") as country:
        yield country


@pytest.fixture
def person(chromium: Browser, country: Country, request: pytest.FixtureRequest) -> Iterator[People]:
    """A new person at a new window: `person(width=390, locale="en-GB", java_script_enabled=False)`.

    Whatever a page of theirs complains about, and whomever else it asks, fails the test.
    """
    witnesses: list[Witness] = []
    story = re.sub(r"\W+", "-", request.node.name.removeprefix("test_"))[:60]
    with ExitStack() as open_windows:

        def new(*, width: int = 1280, height: int = 800, locale: str = "zh-CN", **options: Any) -> Person:
            context = chromium.new_context(
                viewport={"width": width, "height": height}, locale=locale, reduced_motion="reduce", **options
            )
            open_windows.callback(context.close)
            witnesses.append(Witness(context, country.hosts))
            name = f"{story}-{len(witnesses)}" if len(witnesses) > 1 else story
            return Person(context.new_page(), country, witnesses[-1], name)

        yield new
    assert [complaint for witness in witnesses for complaint in witness.complaints] == []


@pytest.fixture
def window(chromium: Browser) -> Iterator[Windows]:
    """Opens a window: `window(width=390, locale="en-GB", color_scheme="dark", java_script_enabled=False)`.

    Each has cookies of its own; whatever a page complains about on its console fails the test.
    """
    complaints: list[str] = []
    with ExitStack() as open_windows:

        def new(*, width: int = 1280, height: int = 800, locale: str = "zh-CN", **options: Any) -> Page:
            context = chromium.new_context(
                viewport={"width": width, "height": height}, locale=locale, reduced_motion="reduce", **options
            )
            open_windows.callback(context.close)
            page = context.new_page()
            page.set_default_timeout(10_000)
            page.on(
                "console",
                lambda message: complaints.append(message.text) if message.type == "error" else None,
            )
            return page

        yield new
    unexpected = [text for text in complaints if "Failed to load resource" not in text]
    assert not unexpected, "a page complained on its console"


@pytest.fixture
def serving() -> Iterator[Serving]:
    """Serves an application on a free port of the loopback address for as long as the test runs."""
    with ExitStack() as servers:
        yield lambda app: servers.enter_context(_served(app))


@contextmanager
def _served(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
