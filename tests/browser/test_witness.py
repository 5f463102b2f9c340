"""The witness notices what it is there for: each complaint once provoked, beside a page that is as it should be."""

from collections.abc import Mapping
from urllib.parse import urlsplit

import pytest
from flask import Flask, Response
from playwright.sync_api import Browser

from idp.web.edge import POLICY
from tests.browser.conftest import Serving
from tests.browser.witness import ACCESSIBILITY, Witness

pytestmark = pytest.mark.browser

GOOD = """<!doctype html><html lang="en"><head><title>A page</title><link rel="stylesheet" href="/look.css">
<link rel="icon" href="/look.css"></head><body><main><h1>A page</h1><form><label for="q">Question</label>
<input id="q" name="q" autocomplete="off"></form></main></body></html>"""
NOTICED = {
    "an inline style": ("<h1>", '<h1 style="color: red">'),
    "an inline script": ("</main>", "</main><script>1</script>"),
    "a picture of somebody else's": (
        "</main>",
        '<img src="http://elsewhere.localhost:9/x.png" alt=""></main>',
    ),
    "a stylesheet that is not there": ("/look.css", "/lost.css"),
}
LACKING = {
    "a language": (' lang="en"', ""),
    "a title": ("<title>A page</title>", "<title></title>"),
    "one h1": ("</h1>", "</h1><h1>Another</h1>"),
    "headings in order": ("</h1>", "</h1><h3>Too deep</h3>"),
    "a label for each field": ('<label for="q">Question</label>', ""),
    "ids that occur once": ("</main>", '<p id="p"></p><p id="p"></p></main>'),
    "ids that are referred to": ("<h1>", '<h1 aria-labelledby="nobody">'),
    "a name for each link and button": ("</form>", "<button></button></form>"),
    "an alternative for each picture": ("</main>", '<img src="/look.css"></main>'),
    "the width of its window": ("<h1>", '<h1 style="width: 9000px">'),
}


def served(serving: Serving, page: str, *, policy: str = POLICY) -> str:
    app = Flask(__name__, static_folder=None)
    headers: Mapping[str, str] = {"Content-Security-Policy": policy} if policy else {}
    app.add_url_rule("/", "page", lambda: Response(page, content_type="text/html", headers=dict(headers)))
    app.add_url_rule("/look.css", "look", lambda: Response("body {}", content_type="text/css"))
    return serving(app)


def complaints(chromium: Browser, url: str) -> list[str]:
    with chromium.new_context() as context:
        witness = Witness(context, {urlsplit(url).netloc})
        page = context.new_page()
        witness.watch(page)
        page.goto(url)
        page.wait_for_timeout(300)
        return witness.complaints


def test_a_page_as_it_should_be_gives_no_reason_to_complain(chromium: Browser, serving: Serving) -> None:
    url = served(serving, GOOD)
    assert complaints(chromium, url) == []
    with chromium.new_context() as context:
        page = context.new_page()
        page.goto(url)
        assert page.evaluate(ACCESSIBILITY) == []


@pytest.mark.parametrize("what", NOTICED)
def test_what_a_page_should_not_do_is_noticed(chromium: Browser, serving: Serving, what: str) -> None:
    assert complaints(chromium, served(serving, GOOD.replace(*NOTICED[what], 1))) != []


@pytest.mark.parametrize("what", LACKING)
def test_what_a_page_lacks_is_named(chromium: Browser, serving: Serving, what: str) -> None:
    with chromium.new_context() as context:
        page = context.new_page()
        page.goto(served(serving, GOOD.replace(*LACKING[what], 1), policy=""))
        assert page.evaluate(ACCESSIBILITY) == [what]


@pytest.mark.parametrize(
    "header", ["kept=1; Path=/; SameSite=Lax", "kept=1; Path=/; HttpOnly; SameSite=Strict"]
)
def test_a_cookie_that_is_not_kept_well_is_named(chromium: Browser, serving: Serving, header: str) -> None:
    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/", "page", lambda: Response(GOOD, headers={"Set-Cookie": header}))
    with chromium.new_context() as context:
        witness = Witness(context, ())
        context.new_page().goto(serving(app))
        with pytest.raises(AssertionError, match="kept of localhost"):
            witness.cookies_are_kept_well()
