"""Pages say everything in both languages, escape everything, and work as plain forms."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from flask import Flask, Request, Response, request

import idp.web.pages
from federation.errors import Reason
from idp.web import atlas
from idp.web.pages import Pages, locale_for
from tests.idp.web.page_cases import CASES, ERROR, ERRORS, EVIL, NAME, REGIONS

ROOM = Path(idp.web.pages.__file__).parent


@pytest.fixture(scope="module")
def pages() -> Pages:
    return Pages(NAME, "http://gd.localhost:8410")


class Outline(HTMLParser):
    """What assistive technology and a form submission see of a page."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag == name]

    def values(self, attribute: str) -> list[str]:
        return [a[attribute] or "" for _, a in self.tags if attribute in a]


def show(pages: Pages, case: str, locale: str) -> str:
    return answer(pages, case, locale).get_data(as_text=True)


def answer(pages: Pages, case: str, locale: str) -> Response:
    template, context = CASES[case]
    values: dict[str, Any] = dict(context)
    return pages.render(template, locale=locale, **values)


every_page = pytest.mark.parametrize("case", CASES)
both_languages = pytest.mark.parametrize("locale", ["zh", "en"])


@every_page
@both_languages
def test_nothing_that_others_wrote_becomes_markup(pages: Pages, case: str, locale: str) -> None:
    page = show(pages, case, locale)
    assert "<script" not in page
    assert "&lt;script" in page or EVIL not in str(CASES[case][1])


@every_page
@both_languages
def test_a_page_has_nothing_that_a_strict_policy_refuses(pages: Pages, case: str, locale: str) -> None:
    outline = Outline(show(pages, case, locale))
    assert not outline.all("script") + outline.all("style") + outline.all("iframe") + outline.all("base")
    assert not outline.values("style")
    assert not [a for _, attributes in outline.tags for a in attributes if a.startswith("on")]
    assert all((link["href"] or "").startswith("/assets/") for link in outline.all("link"))


@every_page
@both_languages
def test_every_text_exists_in_the_language_of_the_page(pages: Pages, case: str, locale: str) -> None:
    page = show(pages, case, locale)
    keys = {
        str(message.id if isinstance(message.id, str) else message.id[0]) for message in catalogue(ROOM, "en")
    }
    shown = set(re.findall(r">([^<>]+)<", page))
    assert not {text.strip() for text in shown} & keys
    if locale == "en":
        rest = page.replace("中文", "").replace("语言", "")
        assert not re.search(r"[\u4e00-\u9fff]", rest)


@every_page
def test_a_page_names_its_language_and_offers_the_other(pages: Pages, case: str) -> None:
    zh, en = (Outline(show(pages, case, locale)) for locale in ("zh", "en"))
    assert (zh.all("html")[0]["lang"], en.all("html")[0]["lang"]) == ("zh-CN", "en")
    assert {"class": "switch", "href": "?lang=en", "lang": "en", "hreflang": "en"} in zh.all("a")
    assert {"class": "switch", "href": "?lang=zh", "lang": "zh-CN", "hreflang": "zh-CN"} in en.all("a")


@every_page
def test_a_page_has_landmarks_one_heading_and_names_for_everything(pages: Pages, case: str) -> None:
    outline = Outline(show(pages, case, "zh"))
    assert [len(outline.all(tag)) for tag in ("header", "main", "footer", "h1", "title")] == [1, 1, 1, 1, 1]
    assert outline.all("a")[0]["href"] == "#main"
    ids = outline.values("id")
    assert len(ids) == len(set(ids))
    pointed = [
        name
        for a in ("for", "aria-describedby", "aria-labelledby")
        for v in outline.values(a)
        for name in v.split()
    ]
    assert set(pointed) <= set(ids)
    named = {a["for"] for a in outline.all("label")}
    assert all(a["id"] in named for a in outline.all("input") if a["type"] != "hidden")
    assert not outline.values("placeholder")


@every_page
def test_a_page_has_at_most_one_form_and_its_buttons_submit_it(pages: Pages, case: str) -> None:
    template, _ = CASES[case]
    outline = Outline(show(pages, case, "zh"))
    wanted = template in ("signin.html", "regions.html", "consent.html", "signout.html")
    asks = ["get"] if template == "chain.html" else []
    assert [form["method"] for form in outline.all("form")] == (["post"] if wanted else asks)
    assert all(b["type"] == "submit" for b in outline.all("button"))
    assert asks or all(b["name"] and b["value"] for b in outline.all("button"))


def test_the_buttons_of_a_choice_carry_the_choice(pages: Pages) -> None:
    regions = Outline(show(pages, "many regions", "zh")).all("button")
    assert {b["name"] for b in regions} == {"region"}
    assert sorted(str(b["value"]) for b in regions) == sorted(str(r["code"]) for r in REGIONS)
    assert {b["value"] for b in regions if "disabled" in b} == {
        r["code"] for r in REGIONS if not r["available"]
    }
    assert regions[0]["value"] == "410000", "the remembered region comes first"
    decisions = Outline(show(pages, "consent", "zh")).all("button")
    assert [(b["name"], b["value"]) for b in decisions] == [("decision", "allow"), ("decision", "deny")]


def test_the_sign_in_form_helps_password_keepers_and_keeps_hidden_fields(pages: Pages) -> None:
    fields = {a["name"]: a for a in Outline(show(pages, "sign-in", "zh")).all("input")}
    assert fields["username"]["autocomplete"] == "username"
    assert fields["password"]["autocomplete"] == "current-password"
    assert fields["username"]["value"] == EVIL
    assert fields["password"]["value"] == "", "a password never travels back"
    assert fields["csrf"]["value"] == EVIL


def test_an_error_of_a_form_is_said_first_and_tied_to_its_field(pages: Pages) -> None:
    page = show(pages, "sign-in after a wrong password", "zh")
    outline = Outline(page)
    assert "<title>错误：登录" in page
    summary = next(a for a in outline.all("div") if a.get("role") == "alert")
    assert "autofocus" in summary
    assert {"href": "#username"} in outline.all("a")
    assert [a["aria-invalid"] for a in outline.all("input") if a["type"] != "hidden"] == ["true", "true"]
    lawful = Outline(show(pages, "sign-in", "zh"))
    assert not lawful.values("aria-invalid") + lawful.values("role") + lawful.values("autofocus")


@pytest.mark.parametrize("code", ERRORS)
@both_languages
def test_every_error_has_its_own_words_and_a_way_on(pages: Pages, code: str, locale: str) -> None:
    page = pages.render("error.html", locale=locale, status=400, **ERROR, code=code).get_data(as_text=True)
    general = pages.render("error.html", locale=locale, status=400, **ERROR, code="odd").get_data(
        as_text=True
    )
    assert heading(page) != heading(general)
    assert "MY-00000000" in page
    assert f'<code lang="en">{code}</code>' in page
    assert {"class": "button second", "href": "/"} in Outline(page).all("a")


def test_an_unknown_error_gets_the_general_words(pages: Pages) -> None:
    assert heading(show(pages, "an unknown error", "zh")) == "操作未能完成"


def heading(page: str) -> str:
    return page.partition("<h1>")[2].partition("</h1>")[0]


@pytest.mark.parametrize(
    ("headers", "query", "ui_locales", "expected"),
    [
        ({}, "", (), "zh"),
        ({"Accept-Language": "en-GB,en;q=0.9,zh;q=0.8"}, "", (), "en"),
        ({"Accept-Language": "fr, zh-Hant-TW;q=0.5, en;q=0.3"}, "", (), "zh"),
        ({"Accept-Language": "en;q=0, de"}, "", (), "zh"),
        ({"Accept-Language": "zh-CN"}, "", ("fr-FR", "en-US"), "en"),
        ({"Accept-Language": "en"}, "", ("zh_CN",), "zh"),
        ({"Cookie": "lang=en"}, "", ("zh-CN",), "en"),
        ({"Cookie": "__Host-lang=en"}, "", ("zh-CN",), "en"),
        ({"Cookie": "lang=en"}, "?lang=zh", ("en",), "zh"),
        ({"Cookie": "lang=xx"}, "?lang=%3Cb%3E", (), "zh"),
    ],
)
def test_the_language_is_the_persons_then_the_sites_then_the_browsers(
    headers: dict[str, str], query: str, ui_locales: tuple[str, ...], expected: str
) -> None:
    with Flask(__name__).test_request_context(f"/{query}", headers=headers):
        assert locale_for(plain(request), ui_locales) == expected


def plain(proxy: Request) -> Request:
    return proxy


def test_the_switch_keeps_the_page_and_leaves_a_cookie(pages: Pages) -> None:
    with Flask(__name__).test_request_context("/signin?login=a%26b&lang=en"):
        page = answer(pages, "sign-in", "en")
    assert 'href="?login=a%26b&amp;lang=zh"' in page.get_data(as_text=True)
    assert page.headers["Set-Cookie"] == "lang=en; HttpOnly; Path=/; SameSite=Lax"
    with Flask(__name__).test_request_context("/signin?lang=xx"):
        assert "Set-Cookie" not in answer(pages, "sign-in", "zh").headers


def test_over_https_the_language_cookie_is_bound_to_the_host() -> None:
    with Flask(__name__).test_request_context("/?lang=zh"):
        page = answer(Pages(NAME, "https://id.gd.example"), "home", "zh")
    assert page.headers["Set-Cookie"] == "__Host-lang=zh; Secure; HttpOnly; Path=/; SameSite=Lax"


def test_a_page_is_kept_by_no_cache_and_says_what_it_depends_on(pages: Pages) -> None:
    page = pages.render("error.html", locale="en", status=503, code="server_error", **ERROR)
    assert page.status_code == 503
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Content-Language"] == "en"
    assert page.headers["Vary"] == "Accept-Language, Cookie"


def catalogue(room: Path, locale: str) -> list[Any]:
    with (room / "translations" / f"{locale}.po").open("rb") as source:
        return [message for message in read_po(source) if message.id]


@pytest.mark.parametrize("reason", Reason)
@both_languages
def test_every_rule_of_the_federation_has_plain_words(reason: Reason, locale: str) -> None:
    texts = {message.id: message.string for message in catalogue(ROOM, locale)}
    assert texts[f"reason.{reason.name.lower()}"] != reason.sentence
    assert atlas.plain(f"the statement of a about b: {reason.sentence}") == reason.name.lower()


def test_both_languages_have_the_same_texts_and_no_other() -> None:
    texts = {}
    for locale in ("zh", "en"):
        messages = catalogue(ROOM, locale)
        texts[locale] = {str(m.id): holes(m) for m in messages}
        assert len(texts[locale]) == len(messages)
        assert all(all(m.string if isinstance(m.string, tuple) else (m.string,)) for m in messages)
    assert texts["zh"] == texts["en"]


def holes(message: Any) -> frozenset[str]:
    return frozenset(re.findall(r"%\((\w+)\)s", str(message.string)))
