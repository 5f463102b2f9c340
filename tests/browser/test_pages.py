"""What only a browser can tell of the pages: layout, focus, the policy, forms without JavaScript."""

from typing import Any

import pytest
from flask import Flask, Response, request
from playwright.sync_api import Page, expect

from idp.web.edge import POLICY
from idp.web.pages import Pages, locale_for
from tests.browser.conftest import Serving, Windows
from tests.idp.web.page_cases import CASES, NAME

pytestmark = pytest.mark.browser
PLACES = {case.replace(" ", "-").replace(",", ""): case for case in CASES}


def site() -> Flask:
    """Every page at an address of its own; what is posted comes back as text."""
    app = Flask(__name__, static_folder=None)
    pages = Pages(NAME, "http://gd.localhost:8410")
    app.register_blueprint(pages.assets.blueprint())

    def show(place: str) -> Response:
        template, context = CASES[PLACES[place]]
        values: dict[str, Any] = dict(context)
        values |= {"action": f"/posted/{place}"} if "action" in values else {}
        return pages.render(template, locale=locale_for(request), **values)

    def guard(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        return response

    app.add_url_rule("/<place>", view_func=show)
    app.add_url_rule("/posted/<place>", "posted", lambda place: dict(request.form), methods=["POST"])
    app.after_request(guard)
    return app


@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_every_page_fits_a_narrow_screen_and_a_wide_one_zoomed_to_400_percent(
    serving: Serving, window: Windows, locale: str
) -> None:
    base = serving(site())
    page = window(width=320, height=256, locale=locale)
    for place in PLACES:
        page.goto(f"{base}/{place}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, place


def test_everything_that_can_be_pressed_is_large_enough_for_a_thumb(
    serving: Serving, window: Windows
) -> None:
    base = serving(site())
    page = window(width=390)
    for place in PLACES:
        page.goto(f"{base}/{place}")
        heights = page.eval_on_selector_all(
            "a:not(.skip, .summary a, p a), button, summary, input:not([type=hidden])",
            "all => all.map(one => one.getBoundingClientRect().height)",
        )
        assert min(heights) >= 44, place


def test_the_first_tab_offers_to_skip_the_masthead(serving: Serving, window: Windows) -> None:
    page = window()
    page.goto(f"{serving(site())}/sign-in")
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    expect(skip).to_have_text("跳到主要内容")
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_an_error_is_where_the_reader_is_and_leads_to_its_field(serving: Serving, window: Windows) -> None:
    page = window(locale="en-GB")
    page.goto(f"{serving(site())}/sign-in-after-a-wrong-password")
    expect(page.locator("[role=alert]")).to_be_focused()
    page.get_by_role("link", name="The username or the password is not right").click()
    expect(page.get_by_label("Username")).to_be_focused()


def test_the_switch_changes_the_language_for_the_rest_of_the_visit(serving: Serving, window: Windows) -> None:
    base = serving(site())
    page = window()
    page.goto(f"{base}/sign-in?kept=1")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
    assert "kept=1" in page.url
    page.goto(f"{base}/consent")
    expect(page.get_by_role("button", name="Do not allow")).to_be_visible()


def test_the_forms_work_without_javascript(serving: Serving, window: Windows) -> None:
    base = serving(site())
    page = window(java_script_enabled=False)
    page.goto(f"{base}/sign-in")
    page.get_by_label("用户名").fill("zhangwei")
    page.get_by_label("密码").fill("secret")
    page.keyboard.press("Enter")
    assert {'"username":"zhangwei"', '"password":"secret"'} <= set(posted(page))
    page.goto(f"{base}/a-few-regions")
    page.locator("button:enabled").first.click()
    assert posted(page) == ['"region":"110000"']
    page.goto(f"{base}/consent")
    page.get_by_role("button", name="不同意").click()
    assert posted(page) == ['"decision":"deny"']


def posted(page: Page) -> list[str]:
    """The members of the JSON that the test's site answers to a form."""
    page.wait_for_url("**/posted/**")
    return page.locator("body").inner_text().strip().strip("{}").split(",")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_printed_is_dark_on_white_and_open(serving: Serving, window: Windows, scheme: str) -> None:
    page = window(color_scheme=scheme)
    page.emulate_media(media="print")
    page.goto(f"{serving(site())}/an-error")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
