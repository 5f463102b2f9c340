"""Wrong passwords, guessers, and a directory that does not answer."""

import re

import pytest

from tests.country.browser import Browser, Page
from tests.country.world import GD, HUB, PORTAL_GD, ZJ, World
from tests.journeys.steps import at_signin, session

STRANGER = "198.51.100.7"


def wrong(world: World, browser: Browser, username: str, times: int) -> Page:
    page = at_signin(world, browser, world.portal_gd)
    for _ in range(times):
        answer = browser.submit(page, username=username, password="wrong")
    return answer


def without_names(page: Page, username: str) -> str:
    """The page but for what the person typed and the name of the journey."""
    text = page.text.replace(f'value="{username}"', "")
    return re.sub(r"/signin/[\w-]+", "/signin/…", text)


def test_the_answer_is_the_same_whether_the_person_exists(world: World) -> None:
    known = wrong(world, world.browser(), "lihua", 1)
    unknown = wrong(world, world.browser(), "nobody", 1)
    assert known.status == unknown.status
    assert without_names(known, "lihua") == without_names(unknown, "nobody")
    assert dict(known.response.headers) | {"Content-Length": ""} == dict(unknown.response.headers) | {
        "Content-Length": ""
    }


def test_so_is_the_delay(world: World) -> None:
    known = wrong(world, world.browser(), "lihua", 6)
    other = world.browser()
    other.address = STRANGER
    unknown = wrong(world, other, "nobody", 6)
    assert known.status == unknown.status == 429
    assert known.response.headers["Retry-After"] == unknown.response.headers["Retry-After"]
    assert without_names(known, "lihua") == without_names(unknown, "nobody")


def test_a_wrong_password_signs_nobody_in_and_the_right_one_still_does(world: World) -> None:
    browser = world.browser()
    page = wrong(world, browser, "lihua", 3)
    assert session(world, browser, GD) is None
    assert browser.submit(page, username="lihua", password="right").url == f"{PORTAL_GD}/me"


def test_guessing_is_delayed_ever_longer_and_then_locked(world: World) -> None:
    browser = world.browser()
    browser.address = STRANGER
    page = at_signin(world, browser, world.portal_gd)
    waits = []
    for _ in range(20):
        answer = browser.submit(page, username="lihua", password="wrong")
        if answer.status == 429:
            waits.append(int(answer.response.headers["Retry-After"]))
            world.advance(waits[-1])
    assert waits == sorted(waits)
    assert waits[0] <= 2
    assert waits[-1] >= 64
    answer = browser.submit(page, username="lihua", password="wrong")
    held = browser.submit(page, username="lihua", password="right")
    assert held.status == 429, "not even the right password is looked at meanwhile"
    world.advance(int(held.response.headers["Retry-After"]))
    assert browser.submit(page, username="lihua", password="right").url == f"{PORTAL_GD}/me"


def test_a_stranger_cannot_lock_a_citizen_out_where_they_signed_in_before(world: World) -> None:
    citizen, stranger = world.browser(), world.browser()
    world.sign_in(citizen, world.portal_gd, "lihua")
    for last in range(1, 9):
        stranger.address = f"198.51.100.{last}"
        assert wrong(world, stranger, "lihua", 6).status == 429
    unknown = world.browser()
    unknown.address = "192.0.2.98"
    page = at_signin(world, unknown, world.portal_gd)
    assert unknown.submit(page, username="lihua", password="right").status == 429, "where nobody knows them"
    page = at_signin(world, citizen, world.portal_gd, prompt="login")
    assert citizen.submit(page, username="lihua", password="right").url == f"{PORTAL_GD}/me"
    citizen.address = "192.0.2.99"
    page = at_signin(world, citizen, world.portal_gd, prompt="login")
    page = citizen.submit(page, username="lihua", password="right")
    assert page.url == f"{PORTAL_GD}/me", "the same browser in another network"
    elsewhere = world.browser()
    page = at_signin(world, elsewhere, world.portal_gd)
    page = elsewhere.submit(page, username="lihua", password="right")
    assert page.url == f"{PORTAL_GD}/me", "another browser in the network they know"


def test_a_browser_cannot_buy_guesses_by_making_itself_up_anew(world: World) -> None:
    stranger = world.browser()
    answers = []
    for number in range(8):
        stranger.plant(GD, "manyou_device", f"a-device-of-my-own-choosing-{number}")
        answers.append(wrong(world, stranger, "lihua", 1).status)
    assert answers[0] == 200
    assert answers[-1] == 429


def test_an_unreachable_directory_is_said_and_other_ways_are_offered(world: World) -> None:
    browser = world.browser()
    page = at_signin(world, browser, world.portal_gd)
    world.directory.down = True
    page = browser.submit(page, username="lihua", password="right")
    assert page.status == 503
    assert int(page.response.headers["Retry-After"]) > 0
    assert session(world, browser, GD) is None
    elsewhere = next(link for link in page.links if link.endswith("/elsewhere"))
    assert browser.get(elsewhere).url.startswith(f"{HUB}/regions/")
    world.directory.down = False
    assert browser.submit(page, username="lihua", password="right").url == f"{PORTAL_GD}/me"


def test_an_unreachable_directory_is_not_counted_against_the_person(world: World) -> None:
    browser = world.browser()
    page = at_signin(world, browser, world.portal_gd)
    world.directory.down = True
    for _ in range(30):
        assert browser.submit(page, username="lihua", password="right").status == 503
    world.directory.down = False
    assert browser.submit(page, username="lihua", password="right").url == f"{PORTAL_GD}/me"


def test_an_unreachable_directory_closes_no_other_region(world: World) -> None:
    world.directory.down = True
    assert world.sign_in(world.browser(), world.portal_zj, "wangfang").url == f"{world.portal_zj.url}/me"


@pytest.mark.parametrize(
    "form", [{}, {"username": "lihua"}, {"password": "right"}, {"username": "", "password": ""}]
)
def test_a_form_that_is_not_filled_in_is_asked_again(world: World, form: dict[str, str]) -> None:
    browser = world.browser()
    page = at_signin(world, browser, world.portal_gd)
    again = browser.post(page.form.action, form)
    assert again.status == 200
    assert again.form.action == page.form.action


@pytest.mark.parametrize("username", ["*", "lihua)(uid=*", "lihua\0", "LIHUA", " lihua ", "l" * 5000])
def test_names_are_never_patterns(world: World, username: str) -> None:
    browser = world.browser()
    page = at_signin(world, browser, world.portal_gd)
    page = browser.submit(page, username=username, password="right")
    signed_in = page.url == f"{PORTAL_GD}/me"
    assert signed_in is (username.strip().lower() == "lihua"), "spellings are folded; nothing else is"
    assert page.status == 200


def test_the_hub_has_no_passwords_and_asks_for_none(world: World) -> None:
    browser = world.browser()
    page = at_signin(world, browser, world.portal_zj)
    login = page.url.rsplit("/", 1)[1]
    assert browser.post(f"{HUB}/signin/{login}", {"username": "lihua", "password": "right"}).status == 400
    assert session(world, browser, HUB) is None
    assert ZJ in page.url
