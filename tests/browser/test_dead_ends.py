"""Back, reload, old pages, foreign windows: wherever a person ends up, the page says what to do and leads on."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import People
from tests.browser.country import Country

pytestmark = pytest.mark.browser


def test_every_page_of_a_journey_survives_a_reload(person: People, country: Country) -> None:
    someone, native = person(), country.citizen(country.near)
    someone.press_sign_in(country.far)
    someone.reload()
    someone.asked_at(country.far.issuer)
    someone.press(someone.page.locator("a.way"))
    someone.reload()
    someone.choosing_at(country.hub)
    someone.press(someone.page.locator(f"button[value='{country.near.region}']"))
    someone.reload()
    someone.asked_at(country.near.issuer)
    someone.page.locator("#username").fill("nobody")
    someone.page.locator("#password").fill("wrong")
    someone.press(someone.page.locator("button[value=signin]"))
    someone.reload()
    someone.asked_at(country.near.issuer)
    someone.type_password(native)
    someone.reload()
    someone.signed_in_at(country.far, native)
    someone.press(someone.page.locator("a[href$='/logout']"))
    someone.reload()
    someone.press(someone.page.locator("button[value=signout]"))
    someone.reload()
    someone.signed_out_at(country.far)


def test_going_back_step_by_step_and_then_another_way(person: People, country: Country) -> None:
    someone, stranger = person(), country.citizen(country.far)
    someone.press_sign_in(country.far)
    someone.go_elsewhere(country.near.region)
    someone.asked_at(country.near.issuer)
    someone.back()
    someone.choosing_at(country.hub)
    someone.back()
    someone.asked_at(country.far.issuer)
    someone.type_password(stranger)
    someone.signed_in_at(country.far, stranger)


def test_going_back_to_the_portal_and_pressing_again(person: People, country: Country) -> None:
    someone, native = person(), country.citizen(country.near)
    someone.press_sign_in(country.near)
    someone.back()
    someone.press(someone.page.get_by_role("link", name="登录", exact=True))
    someone.type_password(native)
    someone.signed_in_at(country.near, native)


def test_going_back_after_a_sign_in_leads_on_to_the_portal(person: People, country: Country) -> None:
    someone, native = person(), country.citizen(country.near)
    someone.sign_in(country.near, native)
    someone.back()
    someone.said("页面已失效")
    someone.press(someone.page.get_by_role("link", name="重新开始"))
    someone.signed_in_at(country.near, native)


def test_going_back_to_the_home_regions_page_says_where_to_begin_anew(
    person: People, country: Country
) -> None:
    someone, native = person(), country.citizen(country.near)
    someone.press_sign_in(country.far)
    someone.go_elsewhere(country.near.region)
    someone.type_password(native)
    someone.signed_in_at(country.far, native)
    someone.back()
    someone.said("请返回要使用的网站")
    someone.press(someone.page.locator("main a.button").first)
    someone.said("您已登录")


def test_going_back_after_a_sign_out_does_not_bring_the_session_back(
    person: People, country: Country
) -> None:
    someone, native = person(), country.citizen(country.near)
    someone.sign_in(country.near, native)
    someone.press_sign_out(country.near)
    someone.signed_out_at(country.near)
    someone.page.go_back()
    someone.page.go_back()
    someone.page.reload()
    expect(someone.page.get_by_role("heading", level=1)).not_to_contain_text(native.name)
    someone.unknown_at(country.near)


@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_an_old_page_leads_to_a_new_sign_in(person: People, country: Country, locale: str) -> None:
    someone, native = person(locale=locale), country.citizen(country.near)
    someone.press_sign_in(country.near)
    old = someone.page.url
    someone.type_password(native)
    someone.press_sign_out(country.near)
    someone.open(old)
    someone.said("页面已失效", "This page is no longer valid")
    someone.press(someone.page.locator("main a.button").first)
    someone.asked_at(country.near.issuer)


def test_a_page_sent_to_somebody_else_signs_nobody_in(person: People, country: Country) -> None:
    sender, receiver = person(), person()
    sender.press_sign_in(country.near)
    receiver.open(sender.page.url)
    receiver.said("请在原浏览器中继续")
    expect(receiver.page.locator("#password")).to_have_count(0)
    assert receiver.page.locator("main a.button").count() >= 1


def test_a_portals_answer_sent_to_somebody_else_signs_nobody_in(person: People, country: Country) -> None:
    sender, receiver = person(), person()
    sender.open(f"{country.near.url}login?prompt=none")
    receiver.open(sender.page.url)
    receiver.said("本次登录并非在此浏览器中发起")
    receiver.press(receiver.page.get_by_role("link", name="登录", exact=True))
    receiver.asked_at(country.near.issuer)


@pytest.mark.parametrize(
    ("address", "text"),
    [
        ("/nowhere", "页面不存在"),
        ("/authorize?client_id=stranger", "无法识别该网站"),
        ("/authorize?client_id=portal-plain&redirect_uri=http://elsewhere.localhost/", "返回地址未经登记"),
        ("/logout/confirm", "无法直接打开此地址"),
        ("/arrive?state=made-up&iss=x&code=y", "未通过核验"),
    ],
)
def test_an_error_says_what_happened_and_leads_on(
    person: People, country: Country, address: str, text: str
) -> None:
    someone = person()
    someone.open(f"{country.near.issuer}{address}")
    expect(someone.page.get_by_role("heading", level=1)).to_be_visible()
    assert text in someone.page.title() or text in someone.page.locator("main").inner_text()
    expect(someone.page.locator("main")).to_contain_text(re.compile(r"MY-[0-9A-F]{8}"))
    someone.press(someone.page.locator("main a.button").first)
    expect(someone.page.get_by_role("heading", level=1)).to_be_visible()


def test_the_front_page_says_who_is_signed_in_and_signs_out_without_a_site(
    person: People, country: Country
) -> None:
    someone, native = person(locale="en-GB"), country.citizen(country.near)
    someone.open(country.far.issuer)
    someone.said("You are not signed in")
    someone.sign_in(country.near, native)
    someone.press_sign_in(country.far)
    someone.open(country.far.issuer)
    someone.said("Guangdong")
    someone.press(someone.page.get_by_role("link", name="Sign out"))
    someone.press(someone.page.get_by_role("button", name="Sign out"))
    someone.said("You are signed out")
    someone.said("West Lake services")
    someone.unknown_at(country.near)


def test_too_many_wrong_passwords_are_answered_with_how_long_to_wait(
    person: People, country: Country
) -> None:
    someone = person(locale="en-GB")
    someone.press_sign_in(country.far)
    for _ in range(12):
        someone.page.locator("#username").fill("somebody-who-forgot")
        someone.page.locator("#password").fill("wrong")
        someone.press(someone.page.get_by_role("button", name="Sign in"))
        if "too many attempts" in someone.page.locator("main").inner_text():
            break
    someone.said("please try again in")
    someone.asked_at(country.far.issuer)


def test_with_the_directory_away_nobody_is_blamed(person: People, country: Country) -> None:
    someone, native = person(locale="en-GB"), country.citizen(country.near)
    with country.without("directory"):
        someone.press_sign_in(country.near)
        someone.type_password(native)
        someone.said("This is not your mistake")
    someone.open(country.near.url)
    someone.press(someone.page.get_by_role("link", name="Sign in"))
    for _ in range(20):
        someone.type_password(native)
        if country.near.url == someone.page.url:
            break
        someone.page.wait_for_timeout(500)
    someone.signed_in_at(country.near, native)
