"""A store, a database or a peer that is away: an honest `temporarily_unavailable`, never a wrong answer, and no dead end."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from tests.country.browser import Browser, Page
from tests.country.impostor import FORM, Impostor
from tests.country.world import GD, HUB, PORTAL_GD, PORTAL_ZJ, ZJ, World
from tests.journeys.outages import records_away, store_away
from tests.journeys.steps import at_signin, code_for, leads_on, session
from tests.journeys.test_notices import event, push

Away = Callable[[World, str], AbstractContextManager[None]]


def honest(page: Page) -> None:
    assert page.status == 503, page.url
    assert int(page.response.headers["Retry-After"]) > 0
    assert "temporarily_unavailable" in page.text
    assert leads_on(page)


@pytest.mark.parametrize(("away", "part"), [(store_away, "store"), (records_away, "records")])
def test_readiness_says_which_part_is_away_and_liveness_does_not_mind(
    world: World, away: Away, part: str
) -> None:
    ask = world.network.client(GD, cookies=False)
    assert ask.get("/readyz", base_url=GD).status_code == 200
    world.advance(2)
    with away(world, GD):
        answer = ask.get("/readyz", base_url=GD)
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert {name for name, state in answer.get_json()["parts"].items() if state != "ok"} == {part}
        assert ask.get("/livez", base_url=GD).status_code == 200
    world.advance(2)
    assert ask.get("/readyz", base_url=GD).status_code == 200


@pytest.mark.parametrize("path", ["/login", "/login?prompt=login"])
def test_without_its_store_a_region_says_so_and_loses_nothing(world: World, path: str) -> None:
    browser = world.browser()
    with store_away(world, GD):
        honest(browser.get(f"{PORTAL_GD}{path}"))
    page = browser.submit(browser.get(f"{PORTAL_GD}{path}"), username="lihua", password="right")
    assert page.url == f"{PORTAL_GD}/me"


def test_the_page_one_was_at_goes_on_when_the_store_is_back(world: World) -> None:
    browser = world.browser()
    page = at_signin(world, browser, world.portal_gd)
    form = {"username": "lihua", "password": "right"}
    with store_away(world, GD):
        honest(browser.submit(page, **form))
        honest(browser.get(page.url))
        assert session_cookie_unchanged(browser)
    assert browser.submit(page, **form).url == f"{PORTAL_GD}/me"


def session_cookie_unchanged(browser: Browser) -> bool:
    return browser.cookie(GD, "manyou_session") is None


def test_without_its_store_no_machine_endpoint_gives_a_wrong_answer(world: World) -> None:
    interface = world.site("http://api.localhost:8486", GD, "api", extra={"manyou_introspection": True})
    browser = world.browser()
    code, kept = code_for(world, browser, world.portal_gd)
    _, tokens = world.portal_gd.redeem(code, kept["verifier"])
    second, again = code_for(world, browser, world.portal_gd)
    with store_away(world, GD):
        for status, answer in (
            world.portal_gd.redeem(second, again["verifier"]),
            world.portal_gd.userinfo(tokens["access_token"]),
            world.portal_gd.call("revocation_endpoint", token=tokens["access_token"]),
            interface.call("introspection_endpoint", token=tokens["access_token"]),
        ):
            assert (status, answer["error"]) == (503, "temporarily_unavailable")
    assert world.portal_gd.redeem(second, again["verifier"])[0] == 200
    assert world.portal_gd.userinfo(tokens["access_token"])[0] == 200


def test_a_machine_is_told_when_to_come_back(world: World) -> None:
    body = b"grant_type=authorization_code&code=x&redirect_uri=x&client_id=nobody"
    with records_away(world, GD):
        answer = world.network.open(GD, "POST", f"{GD}/token", headers=FORM, body=body)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.get_json()["error"] == "temporarily_unavailable"


def test_without_its_records_nobody_is_signed_in_unwritten(world: World) -> None:
    browser = world.browser()
    page = at_signin(world, browser, world.portal_gd)
    with records_away(world, GD):
        honest(browser.submit(page, username="lihua", password="right"))
        honest(world.browser().get(f"{PORTAL_GD}/login"))
    assert session(world, browser, GD) is None
    assert browser.submit(page, username="lihua", password="right").url == f"{PORTAL_GD}/me"


def test_without_its_records_no_sign_out_is_acknowledged(world: World) -> None:
    browser = world.browser()
    world.sign_in(browser, world.portal_gd, "lihua")
    page = browser.get(f"{PORTAL_GD}/logout")
    with records_away(world, GD):
        honest(browser.submit(page))
    assert session(world, browser, GD) is not None, "said not to be done, and not done"
    browser.submit(browser.get(f"{PORTAL_GD}/logout"))
    assert session(world, browser, GD) is None


def test_a_notice_that_cannot_be_written_down_is_not_acknowledged(world: World) -> None:
    browser = world.browser()
    world.sign_in(browser, world.portal_gd, "lihua")
    browser.get(f"{PORTAL_ZJ}/login")
    claims = event(world, browser)
    zj = Impostor(world, ZJ)
    with records_away(world, HUB):
        assert push(world, zj.sign(claims, typ="secevent+jwt")).status_code == 503
    assert session(world, browser, HUB) is not None
    assert push(world, zj.sign(claims | {"jti": "the-next-try"}, typ="secevent+jwt")).status_code == 202
    assert session(world, browser, HUB) is None


def test_the_same_token_sent_again_after_an_outage_is_not_lost(world: World) -> None:
    browser = world.browser()
    world.sign_in(browser, world.portal_gd, "lihua")
    browser.get(f"{PORTAL_ZJ}/login")
    token = Impostor(world, ZJ).sign(event(world, browser), typ="secevent+jwt")
    with records_away(world, HUB):
        assert push(world, token).status_code == 503
    assert push(world, token).status_code == 202
    assert session(world, browser, HUB) is None


def test_what_the_outage_hid_is_not_told_to_strangers(world: World) -> None:
    for away in (store_away, records_away):
        with away(world, GD):
            text = world.browser().get(f"{PORTAL_GD}/login").text
        for inside in ("sqlite", "nowhere", "refused", "Traceback", "valkey", "sock"):
            assert inside not in text


def test_a_home_region_that_is_away_leads_back_to_the_choice(world: World) -> None:
    browser = world.browser()
    page = browser.get(
        next(link for link in at_signin(world, browser, world.portal_zj).links if "elsewhere" in link)
    )
    with world.stopped(GD):
        page = browser.submit(page, "440000")
        assert page.url.startswith(f"{HUB}/regions/")
        assert leads_on(page)
    assert browser.submit(page, "440000").url.startswith(f"{GD}/signin/")
