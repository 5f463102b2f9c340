"""Sign-outs that are refused on a page: forged hints, addresses that are not registered."""

from urllib.parse import urlencode

import jwt
import pytest

from tests.country.browser import Browser, Page
from tests.country.impostor import Impostor
from tests.country.world import GD, HUB, PORTAL_GD, PORTAL_ZJ, ZJ, World
from tests.journeys.steps import code_for, leads_on, session


@pytest.fixture
def browser(world: World) -> Browser:
    browser = world.browser()
    world.sign_in(browser, world.portal_gd, "lihua")
    return browser


def hint(world: World) -> str:
    return str(next(iter(world.portal_gd.sessions.values()))["id_token"])


def logout(browser: Browser, **params: str) -> Page:
    return browser.get(f"{GD}/logout?{urlencode(params)}")


def refused(world: World, browser: Browser, page: Page) -> None:
    assert page.status == 400
    assert page.url.startswith(GD)
    assert leads_on(page)
    assert session(world, browser, GD) is not None


@pytest.mark.parametrize("state", ["bye", "a b&c=d#e"])
def test_the_lawful_request_asks_and_goes_back_with_its_state(
    world: World, browser: Browser, state: str
) -> None:
    page = logout(browser, id_token_hint=hint(world), post_logout_redirect_uri=f"{PORTAL_GD}/", state=state)
    page = browser.submit(page)
    assert page.url.startswith(f"{PORTAL_GD}/?")
    assert page.answer == {"state": state}


def test_an_expired_hint_is_still_a_hint(world: World, browser: Browser) -> None:
    world.advance(1000)
    page = logout(browser, id_token_hint=hint(world), post_logout_redirect_uri=f"{PORTAL_GD}/")
    assert browser.submit(page).url == f"{PORTAL_GD}/"


UNREGISTERED = [
    "http://evil.example/",
    f"{PORTAL_GD}",
    f"{PORTAL_GD}/?x=1",
    f"{PORTAL_GD}/#x",
    f"{PORTAL_GD}/other",
    f"{PORTAL_GD}/callback",
    f"{PORTAL_GD}.evil.example/",
    f"{PORTAL_ZJ}/",
    "javascript:alert(1)",
    "",
]


@pytest.mark.parametrize("target", UNREGISTERED)
def test_an_address_that_is_not_registered_is_refused(world: World, browser: Browser, target: str) -> None:
    refused(world, browser, logout(browser, id_token_hint=hint(world), post_logout_redirect_uri=target))
    refused(world, browser, logout(browser, client_id="portal-gd", post_logout_redirect_uri=target))


def test_an_address_without_a_client_is_refused(world: World, browser: Browser) -> None:
    refused(world, browser, logout(browser, post_logout_redirect_uri=f"{PORTAL_GD}/"))


def test_an_unknown_client_is_refused(world: World, browser: Browser) -> None:
    refused(world, browser, logout(browser, client_id="nobody"))


def test_a_client_that_is_not_the_hints_is_refused(world: World, browser: Browser) -> None:
    world.site("http://other.localhost:8495", GD, "other")
    refused(world, browser, logout(browser, id_token_hint=hint(world), client_id="other"))
    assert logout(browser, id_token_hint=hint(world), client_id="portal-gd").status == 200


def test_forged_hints_are_refused(world: World, browser: Browser) -> None:
    claims = jwt.decode(hint(world), options={"verify_signature": False})
    own = Impostor(world, GD)
    code, kept = code_for(world, browser, world.portal_gd)
    _, tokens = world.portal_gd.redeem(code, kept["verifier"])
    forged = {
        "a wrong key": own.sign(claims, own=False),
        "another node's key": Impostor(world, ZJ).sign(claims),
        "another issuer": own.sign(claims | {"iss": ZJ}),
        "a logout token": own.sign(claims, typ="logout+jwt"),
        "an access token": tokens["access_token"],
        "no signature": hint(world).rpartition(".")[0] + ".",
        "no token": "x",
    }
    for name, token in forged.items():
        page = logout(browser, id_token_hint=token, post_logout_redirect_uri=f"{PORTAL_GD}/")
        assert page.status == 400, name
        refused(world, browser, page)
    assert logout(browser, id_token_hint=own.sign(claims)).status == 200


def test_no_request_signs_out_before_the_person_says_yes(world: World, browser: Browser) -> None:
    for page in (
        logout(browser),
        logout(browser, id_token_hint=hint(world)),
        browser.post(f"{GD}/logout", {"id_token_hint": hint(world)}, cross_site=True),
    ):
        assert page.status == 200
        assert page.form.action == f"{GD}/logout/confirm"
        assert session(world, browser, GD) is not None


def test_a_peer_cannot_sign_out_a_session_that_was_not_told_to_it(world: World, browser: Browser) -> None:
    browser.get(f"{PORTAL_ZJ}/login")
    above = session(world, browser, HUB)
    assert above is not None
    assert above.upstream is not None
    claims = jwt.decode(above.upstream.id_token, options={"verify_signature": False})
    forged = Impostor(world, GD).sign(claims | {"sid": "somebody-elses"})
    page = logout(browser, id_token_hint=forged, client_id=HUB)
    assert session(world, browser, GD) is not None
    assert page.status == 200
    logout(browser, id_token_hint=above.upstream.id_token, client_id=HUB)
    assert session(world, browser, GD) is None


def test_a_confirmation_that_was_used_or_made_up_leads_on(world: World, browser: Browser) -> None:
    page = logout(browser)
    browser.submit(page)
    for handle in (page.form.fields["goodbye"], "made-up"):
        again = browser.post(f"{GD}/logout/confirm", {"goodbye": handle})
        assert again.status == 400
        assert leads_on(again)


def test_without_a_session_the_person_is_sent_back_at_once(world: World, browser: Browser) -> None:
    token = hint(world)
    browser.submit(logout(browser))
    page = logout(browser, id_token_hint=token, post_logout_redirect_uri=f"{PORTAL_GD}/", state="s")
    assert page.url == f"{PORTAL_GD}/?state=s"
