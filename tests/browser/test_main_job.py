"""The main job, as people do it: sign in once, be known everywhere, sign out everywhere."""

import pytest

from tests.browser.conftest import People
from tests.browser.country import Country

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_signed_in_at_home_and_known_far_away_by_one_click(
    person: People, country: Country, locale: str
) -> None:
    someone, native = person(locale=locale), country.citizen(country.near)
    someone.open(country.board)
    someone.sign_in(country.near, native)
    near = someone.signed_in_at(country.near, native)
    someone.press_sign_in(country.far)
    far = someone.signed_in_at(country.far, native)
    same = ("idp", "home_region", "acr", "amr", "auth_time", "rl")
    assert {name: near[name] for name in same} == {name: far[name] for name in same}
    assert far["idp"] == country.near.issuer
    assert near["sub"] != far["sub"], "each portal knows a name of its own"
    assert someone.page.evaluate("document.documentElement.lang") == ("zh-CN" if "zh" in locale else "en")


def test_from_nowhere_through_another_region_and_back(person: People, country: Country) -> None:
    someone, native = person(locale="en-GB"), country.citizen(country.near, 1)
    someone.press_sign_in(country.far)
    someone.asked_at(country.far.issuer)
    someone.go_elsewhere(country.near.region)
    someone.asked_at(country.near.issuer)
    someone.type_password(native)
    assert someone.signed_in_at(country.far, native)["home_region"] == country.near.region
    someone.press_sign_out(country.far)
    someone.press_sign_in(country.far)
    someone.said("Last time you signed in with your account of Guangdong")
    someone.page.get_by_role("link", name="another region").click()
    someone.choosing_at(country.hub)
    someone.look()
    someone.said("Chosen last time")


@pytest.mark.parametrize("side", ["near", "far"])
def test_signing_out_at_either_portal_is_signing_out_at_both(
    person: People, country: Country, side: str
) -> None:
    someone, native = person(), country.citizen(country.near)
    someone.sign_in(country.near, native)
    someone.press_sign_in(country.far)
    someone.signed_in_at(country.far, native)
    door = country.near if side == "near" else country.far
    someone.press_sign_out(door)
    someone.signed_out_at(door)
    someone.unknown_at(country.near)
    someone.unknown_at(country.far)


def test_a_tab_closed_in_the_middle_of_a_sign_out_makes_no_difference(
    person: People, country: Country
) -> None:
    someone, native = person(), country.citizen(country.near)
    someone.sign_in(country.near, native)
    someone.press_sign_in(country.far)
    other = someone.another_tab()
    other.page.goto(f"{country.far.url}logout")
    other.closed_before(country.hub, other.page.locator("button[value=signout]"))
    someone.unknown_at(country.near)
    someone.unknown_at(country.far)


def test_the_password_is_asked_for_again_where_it_is(person: People, country: Country) -> None:
    someone, native = person(), country.citizen(country.near)
    someone.sign_in(country.near, native)
    someone.press_sign_in(country.far)
    before = someone.signed_in_at(country.far, native)["auth_time"]
    someone.open(f"{country.far.url}login?prompt=login")
    someone.asked_at(country.near.issuer)
    someone.said("再次输入密码")
    someone.type_password(native)
    assert someone.signed_in_at(country.far, native)["auth_time"] >= before


def test_a_stranger_who_may_not_be_asked_is_told_so_in_words(person: People, country: Country) -> None:
    someone = person()
    for door in (country.near, country.far):
        someone.open(f"{door.url}login?prompt=none")
        someone.said("您尚未登录")
        someone.press(someone.page.get_by_role("link", name="登录", exact=True))
        someone.asked_at(door.issuer)


def test_without_the_hub_each_region_signs_its_own_in_and_with_it_roaming_is_back(
    person: People, country: Country
) -> None:
    with country.without("hub"):
        for door in (country.near, country.far):
            person().sign_in(door, country.citizen(door))
        someone = person()
        someone.press_sign_in(country.far)
        someone.press(someone.page.locator("a.way"))
        someone.asked_at(country.far.issuer)
        someone.said("暂时无法连接")
    someone = person()
    someone.sign_in(country.near, country.citizen(country.near))
    someone.press_sign_in(country.far)
    someone.signed_in_at(country.far, country.citizen(country.near))
