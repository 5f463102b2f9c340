"""The same journey by other ways: no scripts, only a keyboard, a narrow screen, two tabs, the other language."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import People
from tests.browser.country import Country

pytestmark = pytest.mark.browser


def test_the_whole_journey_without_javascript(person: People, country: Country) -> None:
    someone, native = person(java_script_enabled=False), country.citizen(country.near)
    someone.press_sign_in(country.far)
    someone.go_elsewhere(country.near.region)
    someone.asked_at(country.near.issuer)
    someone.type_password(native)
    someone.signed_in_at(country.far, native)
    someone.press_sign_in(country.near)
    someone.signed_in_at(country.near, native)
    someone.press_sign_out(country.near)
    someone.signed_out_at(country.near)
    someone.unknown_at(country.far)


def test_the_whole_journey_with_the_keyboard_alone(person: People, country: Country) -> None:
    someone, native = person(locale="en-GB"), country.citizen(country.near)
    page = someone.page
    someone.open(country.near.url)
    someone.enter(page.get_by_role("link", name="Sign in"))
    someone.tab_to(page.get_by_label("Username"))
    page.keyboard.type(native.username)
    someone.tab_to(page.get_by_label("Password"))
    page.keyboard.type(native.password)
    someone.enter()
    someone.signed_in_at(country.near, native)
    someone.enter(page.get_by_role("link", name="Open West Lake services"))
    someone.enter(page.get_by_role("link", name="Sign in"))
    someone.signed_in_at(country.far, native)
    someone.enter(page.get_by_role("link", name="Sign out everywhere"))
    someone.enter(page.get_by_role("button", name="Sign out"))
    someone.signed_out_at(country.far)
    someone.enter(page.get_by_role("link", name="Sign in"))
    someone.enter(page.get_by_role("link", name="account of another region"))
    someone.enter(page.get_by_role("button", name="Guangdong"))
    someone.asked_at(country.near.issuer)


@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_the_whole_journey_on_a_telephone(person: People, country: Country, locale: str) -> None:
    someone, native = person(width=390, locale=locale, has_touch=True), country.citizen(country.near)
    someone.open(country.board)
    someone.press_sign_in(country.far)
    someone.go_elsewhere(country.near.region)
    someone.type_password(native)
    someone.signed_in_at(country.far, native)
    someone.open(country.near.issuer)
    someone.press_sign_out(country.far)
    someone.signed_out_at(country.far)


def test_two_tabs_side_by_side_both_finish(person: People, country: Country) -> None:
    someone, native = person(), country.citizen(country.near)
    other = someone.another_tab()
    for tab in (someone, other):
        tab.press_sign_in(country.near)
        tab.asked_at(country.near.issuer)
    assert someone.page.url != other.page.url
    someone.type_password(native)
    someone.signed_in_at(country.near, native)
    other.type_password(native)
    other.signed_in_at(country.near, native)


def test_a_tab_left_open_goes_on_by_itself_once_the_other_has_signed_in(
    person: People, country: Country
) -> None:
    someone, native = person(), country.citizen(country.near)
    other = someone.another_tab()
    other.press_sign_in(country.near)
    someone.press_sign_in(country.near)
    someone.type_password(native)
    other.page.reload()
    other.signed_in_at(country.near, native)


def test_two_tabs_at_two_portals_both_finish(person: People, country: Country) -> None:
    someone, native = person(), country.citizen(country.near)
    other = someone.another_tab()
    other.press_sign_in(country.far)
    other.go_elsewhere(country.near.region)
    someone.press_sign_in(country.near)
    for tab in (other, someone):
        tab.asked_at(country.near.issuer)
    someone.type_password(native)
    someone.signed_in_at(country.near, native)
    other.type_password(native)
    other.signed_in_at(country.far, native)


def test_the_language_that_a_person_chose_stays_with_each_site(person: People, country: Country) -> None:
    someone = person(locale="zh-CN")
    someone.press_sign_in(country.near)
    someone.press(someone.page.get_by_role("link", name="English"))
    expect(someone.page.get_by_role("heading", level=1)).to_have_text("Sign in")
    someone.page.locator("#username").fill("nobody")
    someone.page.locator("#password").fill("wrong")
    someone.press(someone.page.get_by_role("button", name="Sign in"))
    someone.said("The username or the password is not right")
    expect(someone.page).to_have_title(re.compile("^Error: "))


def test_the_language_of_a_portal_is_asked_of_every_region_on_the_way(
    person: People, country: Country
) -> None:
    someone = person(locale="zh-CN")
    someone.open(country.far.url)
    someone.press(someone.page.get_by_role("link", name="English"))
    someone.press(someone.page.get_by_role("link", name="Sign in"))
    someone.said("You will go on to")
    someone.press(someone.page.get_by_role("link", name="account of another region"))
    someone.said("Choose the region")
    someone.press(someone.page.get_by_role("button", name="Guangdong"))
    expect(someone.page.get_by_role("heading", level=1)).to_have_text("Sign in")
