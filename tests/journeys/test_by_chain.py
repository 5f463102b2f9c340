"""A portal that nobody registered: it signs, its chain makes it known, and it is refused the moment that ends."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from federation.chain import TrustChain
from idp.bychain import ByChain
from idp.outbound import Reply
from tests.country.browser import Browser, Page
from tests.country.impostor import FORM
from tests.country.site import Site
from tests.country.world import GD, World
from tests.idp.portals import MARK, PORTAL, Trusted, chain
from tests.journeys.steps import leads_on

KEY = ec.generate_private_key(ec.SECP256R1())
PUBLIC = {**json.loads(jwt.algorithms.ECAlgorithm.to_jwk(KEY.public_key())), "kid": "k", "use": "sig"}
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
IMPLIED = {"metadata": {"openid_relying_party": {"manyou_consent": "implied"}}}


def portal(**changes: Any) -> TrustChain:
    lawful = {
        "jwks": {"keys": [PUBLIC]},
        "post_logout_redirect_uris": [f"{PORTAL}/"],
        "backchannel_logout_uri": f"{PORTAL}/backchannel-logout",
        "id_token_signed_response_alg": "ES256",
        "manyou_consent": "implied",
        "stated": IMPLIED,
    }
    return chain(**{**lawful, **changes})


class ByItself:
    """The portal, with PyJWT alone, and Guangdong's trust in it."""

    def __init__(self, world: World, patch: pytest.MonkeyPatch, *, marks: Sequence[str] = ()) -> None:
        self.world = world
        self.trust = Trusted(portal())
        self.site = Site(world.network, PORTAL, GD, PORTAL, None)
        strangers = ByChain(
            issuer=GD,
            trust=self.trust,
            marks=marks,
            algorithms=("ES256", "RS256"),
            ours=self.ours,
            clock=world.clock,
        )
        patch.setattr(world.nodes[GD].clients, "_strangers", strangers)
        self._count = 0

    def ours(self, _: Sequence[str]) -> TrustChain:
        return chain(GD)

    def signed(self, **claims: Any) -> str:
        self._count += 1
        now = int(self.world.clock())
        lawful = {"iss": PORTAL, "aud": GD, "iat": now, "exp": now + 60, "jti": f"j-{self._count}"}
        typ = claims.pop("typ")
        return jwt.encode({**lawful, **claims}, KEY, algorithm="ES256", headers={"kid": "k", "typ": typ})

    def ask(self) -> tuple[str, str]:
        """The address of a signed request, and the verifier that goes with it."""
        url, kept = self.site.start()
        asked = dict(parse_qsl(urlsplit(url).query))
        token = self.signed(typ="oauth-authz-req+jwt", **asked)
        return f"{GD}/authorize?{urlencode({'client_id': PORTAL, 'request': token})}", kept["verifier"]

    def push(self) -> Reply:
        url, _ = self.site.start()
        token = self.signed(typ="oauth-authz-req+jwt", **dict(parse_qsl(urlsplit(url).query)))
        body = urlencode({"client_id": PORTAL, "request": token}).encode()
        return self.world.network.send("POST", f"{GD}/par", headers=FORM, body=body)

    def redeem(self, code: str, verifier: str, *, aud: str = GD) -> tuple[int, Mapping[str, Any]]:
        proof = self.signed(typ="JWT", sub=PORTAL, aud=aud)
        return self.site.redeem(code, verifier, client_assertion=proof, client_assertion_type=ASSERTION)

    def code(self, browser: Browser) -> tuple[str, str]:
        url, verifier = self.ask()
        page = self.visit(browser, url)
        if "/signin/" in page.url:
            page = self.go_on(browser, page, username="lihua", password="right")
        return page.answer["code"], verifier

    def visit(self, browser: Browser, url: str) -> Page:
        browser.stop_at = f"{PORTAL}/"
        page = browser.get(url)
        browser.stop_at = None
        return page

    def go_on(self, browser: Browser, page: Page, *press: str, **fields: str) -> Page:
        browser.stop_at = f"{PORTAL}/"
        done = browser.submit(page, *press, **fields)
        browser.stop_at = None
        return done


@pytest.fixture
def it(world: World, monkeypatch: pytest.MonkeyPatch) -> ByItself:
    return ByItself(world, monkeypatch)


@pytest.mark.spec("OIDF 12.1")
def test_a_citizen_signs_in_at_a_portal_that_nobody_registered(it: ByItself) -> None:
    code, verifier = it.code(it.world.browser())
    status, tokens = it.redeem(code, verifier)
    assert status == 200
    claims = jwt.decode(tokens["id_token"], options={"verify_signature": False})
    assert (claims["aud"], claims["iss"]) == (PORTAL, GD)
    assert it.site.userinfo(tokens["access_token"])[0] == 200


@pytest.mark.spec("OIDF 12.1.1.2")
def test_a_pushed_request_does_as_well(it: ByItself) -> None:
    reply = it.push()
    assert reply.status == 201
    name = json.loads(reply.body)["request_uri"]
    page = it.visit(
        it.world.browser(), f"{GD}/authorize?{urlencode({'client_id': PORTAL, 'request_uri': name})}"
    )
    assert "/signin/" in page.url


@pytest.mark.spec("OIDF 12.1.1.2")
def test_an_assertion_for_our_endpoint_is_refused(it: ByItself) -> None:
    code, verifier = it.code(it.world.browser())
    status, answer = it.redeem(code, verifier, aud=f"{GD}/token")
    assert (status, answer["error"]) == (401, "invalid_client")
    assert it.redeem(code, verifier)[0] == 200, "the code was not spent by that"


def test_the_page_names_the_portal_and_asks_whether_it_may(it: ByItself) -> None:
    it.trust.chains[PORTAL] = portal(stated=None)
    browser = it.world.browser()
    page = it.visit(browser, it.ask()[0])
    assert "Guangzhou" in page.text
    asked = it.go_on(browser, page, username="lihua", password="right")
    assert "/consent/" in asked.url, "its own word does not spare it the question"
    assert "code" in it.go_on(browser, asked, "allow").answer
    assert "code" in it.visit(browser, it.ask()[0]).answer, "once"


@pytest.mark.spec("OIDF 12.1.3")
def test_whoever_is_not_trusted_is_a_page_and_is_sent_nowhere(it: ByItself) -> None:
    it.trust.chains[PORTAL] = None
    page = it.world.browser().get(it.ask()[0])
    assert page.status == 400
    assert page.url.startswith(GD)
    assert leads_on(page)
    assert not any(link.startswith(PORTAL) for link in page.links)
    assert "invalid_trust_chain" in page.text
    assert "§3.2" in page.text


@pytest.mark.spec("OIDF 8.9")
def test_a_pusher_that_is_not_trusted_is_told_so(it: ByItself) -> None:
    it.trust.chains[PORTAL] = None
    reply = it.push()
    assert (reply.status, json.loads(reply.body)["error"]) == (400, "invalid_trust_chain")
    it.trust.chains[PORTAL] = portal(redirect_uris=[])
    assert json.loads(it.push().body)["error"] == "invalid_metadata"


def test_nobody_can_say_just_now_is_another_page_and_another_answer(it: ByItself) -> None:
    del it.trust.chains[PORTAL]
    page = it.world.browser().get(it.ask()[0])
    assert page.status == 503
    assert "temporarily_unavailable" in page.text
    reply = it.push()
    assert (reply.status, json.loads(reply.body)["error"]) == (503, "temporarily_unavailable")
    assert int(reply.headers["retry-after"]) > 0


@pytest.mark.spec("OIDF 7")
def test_a_mark_that_is_taken_back_closes_the_door(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    it = ByItself(world, monkeypatch, marks=[MARK])
    it.trust.marks.add((PORTAL, MARK))
    assert it.code(world.browser())
    it.trust.marks.clear()
    page = it.visit(world.browser(), it.ask()[0])
    assert page.status == 400
    assert MARK in page.text


@pytest.mark.spec("OIDF 12.3")
def test_trust_that_ends_between_the_code_and_the_token_ends_the_sign_in(it: ByItself) -> None:
    code, verifier = it.code(it.world.browser())
    it.trust.chains[PORTAL] = None
    status, answer = it.redeem(code, verifier)
    assert (status, answer["error"]) == (401, "invalid_client")


@pytest.mark.spec("OIDF 12.3")
def test_trust_that_ends_after_the_token_ends_the_token(it: ByItself) -> None:
    _, tokens = it.redeem(*it.code(it.world.browser()))
    assert it.site.userinfo(tokens["access_token"])[0] == 200
    it.trust.chains[PORTAL] = None
    assert it.site.userinfo(tokens["access_token"])[0] == 401


@pytest.mark.spec("OIDF 12.3")
def test_trust_that_ends_while_somebody_types_a_password_ends_the_journey(it: ByItself) -> None:
    browser = it.world.browser()
    page = it.visit(browser, it.ask()[0])
    it.trust.chains[PORTAL] = None
    done = it.go_on(browser, page, username="lihua", password="right")
    assert done.status == 400
    assert done.url.startswith(GD)


def test_a_request_in_the_open_looks_for_nobody(it: ByItself) -> None:
    url, _ = it.site.start()
    page = it.visit(it.world.browser(), url)
    assert page.status == 400
    assert it.trust.asked == []


def test_a_request_that_is_not_meant_for_us_looks_for_nobody(it: ByItself) -> None:
    token = it.signed(typ="oauth-authz-req+jwt", aud="https://evil.example")
    page = it.visit(
        it.world.browser(), f"{GD}/authorize?{urlencode({'client_id': PORTAL, 'request': token})}"
    )
    assert page.status == 400
    assert it.trust.asked == []


def test_a_sign_out_tells_the_portal(it: ByItself) -> None:
    browser = it.world.browser()
    _, tokens = it.redeem(*it.code(browser))
    query = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": f"{PORTAL}/"}
    page = browser.get(f"{GD}/logout?{urlencode(query)}")
    browser.submit(page)
    told = [url for method, url in it.world.network.calls if method == "POST"]
    assert f"{PORTAL}/backchannel-logout" in told
