"""The demo's own pages: both languages, every state, nothing of others' that becomes markup."""

import re
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from flask import Flask

import idp.demo
from idp.web.pages import Pages

ROOM = Path(idp.demo.__file__).parent
EVIL = "<b>&\"'"
REGION = {"zh": "浙江省", "en": "Zhejiang"}
CLAIMS = {
    "name": EVIL, "sub": "kP3vX9w2QmZ7aaBBccDDeeFF", "acr": "http://anchor.localhost:8401/acr/realname",
    "amr": ["pwd"], "auth_time": 1_790_000_000, "idp": "http://gd.localhost:8410", "home_region": "440000", "rl": 3,
}  # fmt: skip
BOARD: dict[str, Any] = {
    "anchor": "http://anchor.localhost:8401",
    "hub": "http://hub.localhost:8402",
    "provinces": [{"name": EVIL, "code": "440000", "issuer": "http://gd.localhost:8410"}],
    "authorities": [{"name": EVIL, "address": "http://gz.localhost:8430"}],
    "tree": {
        "name": EVIL,
        "kind": "anchor",
        "address": "http://anchor.localhost:8401",
        "below": [
            {"name": EVIL, "kind": kind, "address": f"http://{kind}.localhost", "below": []}
            for kind in ("hub", "province", "authority", "portal")
        ],
    },
    "plain": [EVIL],
    "portals": [
        {"name": EVIL, "url": f"http://portal-{name}.localhost/", "region_name": EVIL}
        for name in ("gd", "zj")
    ],
    "citizens": [
        {
            "name": EVIL,
            "username": f"u{n}",
            "password": f"p{n}",
            "home_name": home,
            "source": source,
            "level": 3,
        }
        for n, (home, source) in enumerate([("A", "directory")] * 6 + [("B", "account")] * 2)
    ],
    "hosts_line": "127.0.0.1 gd.localhost",
}
both_languages = pytest.mark.parametrize("locale", ["zh", "en"])


@pytest.fixture(scope="module")
def pages() -> Pages:
    return Pages(
        {"zh": "西湖服务站", "en": "West Lake services"}, "http://portal-zj.localhost:8421/", also=ROOM
    )


def portal(pages: Pages, locale: str = "zh", **state: object) -> str:
    context: dict[str, Any] = {
        "claims": None,
        "region": REGION,
        "error": None,
        "detail": "",
        "signed_out": False,
    }
    return pages.render("portal.html", locale=locale, **(context | state)).get_data(as_text=True)


def test_a_portal_has_one_prominent_sign_in_that_passes_its_language_on(pages: Pages) -> None:
    page = portal(pages)
    assert page.count('href="/login?ui_locales=zh-CN"') == 1
    assert "/logout" not in page
    assert 'href="/login?ui_locales=en"' in portal(pages, "en")


def test_a_portal_says_who_vouched_and_that_nothing_had_to_be_typed(pages: Pages) -> None:
    page = portal(pages, claims=CLAIMS)
    assert "您已在<bdi>广东省</bdi>登录，无需再次输入密码。" in page
    for shown in (
        "实名核验（RL3）",
        "realname",
        "pwd",
        "2026-09-21 22:13:20",
        "kP3vX9w2QmZ7aaBB…",
        "/logout",
    ):
        assert shown in page
    assert "/login" not in page


def test_a_portal_of_the_home_region_does_not_speak_of_roaming(pages: Pages) -> None:
    page = portal(pages, claims={**CLAIMS, "home_region": "330000"})
    assert "您已使用<bdi>浙江省</bdi>的账号登录。" in page


def test_a_citizen_without_a_profile_is_greeted_all_the_same(pages: Pages) -> None:
    page = portal(pages, claims={"sub": "s"})
    assert "<h1>您好</h1>" in page


@both_languages
@pytest.mark.parametrize("error", [None, "invalid_state", "login_required", EVIL])
@pytest.mark.parametrize("claims", [None, CLAIMS])
def test_every_state_of_a_portal_is_safe_and_has_its_texts(
    pages: Pages, locale: str, error: str | None, claims: dict[str, object] | None
) -> None:
    other = {"name": EVIL, "url": "http://portal-gd.localhost:8411/"}
    page = portal(pages, locale, error=error, detail=EVIL, claims=claims, other=other)
    assert EVIL not in page
    assert not re.search(r">\s*(portal|frame|level)\.[\w.]+\s*<", page)
    assert "style=" not in page
    if error is not None and error != EVIL:
        assert f"<bdi>{error}</bdi>" in page


def test_being_signed_out_nowhere_is_no_error(pages: Pages) -> None:
    assert "<title>政务服务" in portal(pages, error="login_required")
    assert "<title>登录未完成" in portal(pages, error="invalid_state")
    assert "<title>您已退出登录" in portal(pages, signed_out=True)


@both_languages
def test_the_board_shows_every_address_and_every_citizen(pages: Pages, locale: str) -> None:
    page = pages.render("board.html", locale=locale, **BOARD).get_data(as_text=True)
    assert EVIL not in page
    assert not re.search(r">\s*(board|portal|source|level)\.[\w.]+\s*<", page)
    addresses = (
        "http://anchor.localhost:8401",
        "http://hub.localhost:8402",
        "http://gd.localhost:8410",
        "http://gz.localhost:8430",
        "http://authority.localhost",
    )
    for shown in (*addresses, "127.0.0.1 gd.localhost", *(f"<code>p{n}</code>" for n in range(8))):
        assert shown in page


def test_the_board_of_a_machine_that_finds_all_names_has_no_hosts_line(pages: Pages) -> None:
    page = pages.render("board.html", locale="en", **(BOARD | {"hosts_line": None})).get_data(as_text=True)
    assert "hosts file" not in page


def test_a_portal_serves_its_looks(pages: Pages) -> None:
    app = Flask(__name__, static_folder=None)
    app.register_blueprint(pages.assets.blueprint())
    looks = re.findall(r'"(/assets/[^"]+)"', portal(pages))
    assert {address.rsplit("/", 1)[1] for address in looks} == {"manyou.css", "demo.css", "celadon.svg"}
    assert {app.test_client().get(address).status_code for address in looks} == {200}


def test_the_demos_texts_are_the_same_in_both_languages() -> None:
    texts = {}
    for locale in ("zh", "en"):
        with (ROOM / "translations" / f"{locale}.po").open("rb") as source:
            messages = [message for message in read_po(source) if message.id]
        texts[locale] = {str(m.id): sorted(re.findall(r"%\(\w+\)s", str(m.string))) for m in messages}
        assert all(message.string for message in messages)
    assert texts["zh"] == texts["en"]


@both_languages
def test_the_board_says_what_somebody_is_unless_the_name_does(pages: Pages, locale: str) -> None:
    hub = {"zh": "国家枢纽", "en": "National hub"}[locale]
    tree = {"kind": "hub", "address": "http://hub.localhost", "below": []}

    def kinds(name: str) -> int:
        board = BOARD | {"tree": {"name": name, **tree}}
        page = pages.render("board.html", locale=locale, **board).get_data(as_text=True)
        return page.lower().count(f'<span class="quiet small">{hub.lower()}</span>')

    assert (kinds(hub), kinds("Beijing")) == (0, 1)
