"""Authorization requests that are good once, in a browser: a page loaded again is not a replay, a copy is one."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.country.browser import Browser, Page
from tests.country.impostor import FORM
from tests.country.site import Site
from tests.country.world import GD, World
from tests.journeys.steps import leads_on

SIGNING = "http://signing.localhost:8493"
KEY = ec.generate_private_key(ec.SECP256R1())
Asking = Callable[["Signer"], str]


class Signer:
    """A site that signs its requests, with PyJWT alone."""

    def __init__(self, world: World) -> None:
        public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(KEY.public_key()))
        jwks = {"keys": [{**public, "kid": "k", "use": "sig", "alg": "ES256"}]}
        self.world = world
        self.site: Site = world.site(
            SIGNING, GD, "signing", secret=None, auth_method="private_key_jwt", jwks=jwks
        )
        self._count = 0

    def object(self) -> str:
        self._count += 1
        asked = dict(parse_qsl(urlsplit(self.site.start()[0]).query))
        now = int(self.world.clock())
        claims: dict[str, Any] = {
            **asked,
            "iss": "signing",
            "aud": GD,
            "iat": now,
            "exp": now + 300,
            "jti": f"j-{self._count}",
        }
        return jwt.encode(claims, KEY, algorithm="ES256", headers={"kid": "k", "typ": "oauth-authz-req+jwt"})

    def by_value(self) -> str:
        return f"{GD}/authorize?{urlencode({'client_id': 'signing', 'request': self.object()})}"

    def pushed(self) -> str:
        form = urlencode({"client_id": "signing", "request": self.object()}).encode()
        reply = self.world.network.send("POST", f"{GD}/par", headers=FORM, body=form)
        assert reply.status == 201, reply.body
        name = json.loads(reply.body)["request_uri"]
        return f"{GD}/authorize?{urlencode({'client_id': 'signing', 'request_uri': name})}"


@pytest.fixture
def signer(world: World) -> Signer:
    return Signer(world)


ways = pytest.mark.parametrize("ask", [Signer.by_value, Signer.pushed], ids=["by value", "pushed"])


def visit(browser: Browser, url: str) -> Page:
    browser.stop_at = f"{SIGNING}/callback"
    page = browser.get(url)
    browser.stop_at = None
    return page


def sign_in(browser: Browser, page: Page) -> Page:
    browser.stop_at = f"{SIGNING}/callback"
    done = browser.submit(page, username="lihua", password="right")
    browser.stop_at = None
    return done


@ways
def test_a_signed_request_leads_to_a_code(signer: Signer, ask: Asking) -> None:
    browser = signer.world.browser()
    assert "code" in sign_in(browser, visit(browser, ask(signer))).answer


@ways
def test_the_same_address_in_the_same_browser_is_a_page_loaded_again(signer: Signer, ask: Asking) -> None:
    browser, url = signer.world.browser(), ask(signer)
    first = visit(browser, url)
    again = visit(browser, url)
    assert again.url == first.url, "the same sign-in, not a second one"
    assert "code" in sign_in(browser, again).answer


def replayed(page: Page) -> bool:
    assert page.status == 400
    assert leads_on(page)
    assert not page.url.startswith(SIGNING), "nobody is sent anywhere"
    return "request_replayed" in page.text


@ways
def test_in_another_browser_it_is_a_copy(signer: Signer, ask: Asking) -> None:
    browser, url = signer.world.browser(), ask(signer)
    page = visit(browser, url)
    assert replayed(visit(signer.world.browser(), url))
    assert "code" in sign_in(browser, page).answer, "the first one goes on"


@ways
def test_after_the_code_it_is_a_replay_even_in_the_same_browser(signer: Signer, ask: Asking) -> None:
    browser, url = signer.world.browser(), ask(signer)
    sign_in(browser, visit(browser, url))
    assert replayed(visit(browser, url))
    assert "code" in visit(browser, ask(signer)).answer, "a new request is answered from the session"


@ways
def test_a_request_that_was_answered_without_a_page_is_used_as_well(signer: Signer, ask: Asking) -> None:
    browser = signer.world.browser()
    sign_in(browser, visit(browser, ask(signer)))
    url = ask(signer)
    assert "code" in visit(browser, url).answer
    assert replayed(visit(browser, url))


def test_a_posted_object_may_be_loaded_again_and_is_good_once(signer: Signer) -> None:
    browser = signer.world.browser()
    form = {"client_id": "signing", "request": signer.object()}
    first = browser.post(f"{GD}/authorize", form, cross_site=True)
    again = browser.post(f"{GD}/authorize", form, cross_site=True)
    assert first.url == again.url
    assert "code" in sign_in(browser, again).answer
    assert replayed(browser.post(f"{GD}/authorize", form, cross_site=True))


@pytest.mark.parametrize(
    "forged", [{"request": "eyJ"}, {"request_uri": "urn:ietf:params:oauth:request_uri:eyJ"}], ids=str
)
def test_what_is_not_signed_sends_nobody_anywhere(signer: Signer, forged: dict[str, str]) -> None:
    back = {"redirect_uri": f"{SIGNING}/callback"}
    page = visit(
        signer.world.browser(), f"{GD}/authorize?{urlencode({'client_id': 'signing', **back, **forged})}"
    )
    assert page.status == 400
    assert page.url.startswith(GD)
    assert leads_on(page)
