"""The portal is a careful relying party: what it accepts, and what it does not."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from flask.testing import FlaskClient
from joserfc.jwk import ECKey

from idp.demo.portal import Portal, create_portal
from idp.demo.registration import Registration
from idp.demo.relying import RelyingParty
from idp.demo.sites import demo_pages
from idp.demo.visitors import Visitors
from tests.idp.demo.fake import CLIENT, ISSUER, Clock, FakeProvider

URL = "http://portal.localhost:9001/"


class Scene:
    """A portal, its provider, and any number of browsers."""

    def __init__(self, **registration: Any) -> None:
        self.clock = Clock()
        self.provider = FakeProvider(self.clock)
        agreed = {"auth_method": "client_secret_basic", "secret": "s: e", **registration}
        party = RelyingParty(
            Registration(url=URL, issuer=ISSUER, client_id=CLIENT, **agreed),
            clock=self.clock,
            fetch=self.provider.fetch,
        )
        names = {"zh": "门户", "en": "Portal"}
        self.events: list[str] = []
        self.app = create_portal(
            Portal(
                pages=demo_pages(names, URL),
                region=names,
                other=(names, "http://other.localhost/"),
                party=party,
                visitors=Visitors(self.clock),
                log=lambda event, **_: self.events.append(event),
                url=URL,
            )
        )

    def browser(self) -> FlaskClient:
        return self.app.test_client()

    def sign_in(self, browser: FlaskClient, **changes: str) -> Any:
        """Press sign-in, go to the provider, come back (with something changed on the way)."""
        back = self.provider.follow(browser.get("/login").headers["Location"])
        answer = {**back, **changes}
        return browser.get("/callback", query_string={k: v for k, v in answer.items() if v})


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_a_visitor_signs_in_and_sees_their_claims(scene: Scene) -> None:
    browser = scene.browser()
    assert browser.get("/me").status_code == 401
    assert scene.sign_in(browser).headers["Location"] == URL
    me = browser.get("/me").get_json()
    assert (me["sub"], me["name"], me["acr"]) == ("s-1", "王小禾", f"{ISSUER}/acr/realname")
    assert scene.provider.basic == ["portal:s%3A%20e"]
    assert "王小禾" in browser.get("/").get_data(as_text=True)
    assert scene.browser().get("/me").status_code == 401


def test_wishes_are_passed_through_and_nothing_else_can_be_changed(scene: Scene) -> None:
    wishes = {
        "prompt": "none",
        "max_age": "5",
        "scope": "openid",
        "client_id": "x",
        "redirect_uri": "http://x/",
    }
    scene.provider.follow(scene.browser().get("/login", query_string=wishes).headers["Location"])
    asked = scene.provider.asked
    assert (asked["prompt"], asked["max_age"], asked["scope"]) == ("none", "5", "openid")
    assert (asked["client_id"], asked["redirect_uri"]) == (CLIENT, f"{URL}callback")
    assert asked["code_challenge_method"] == "S256"


def test_two_tabs_both_finish(scene: Scene) -> None:
    browser = scene.browser()
    first, second = (browser.get("/login").headers["Location"] for _ in range(2))
    for address in (second, first):
        assert browser.get("/callback", query_string=scene.provider.follow(address)).status_code == 303


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"state": "forged"}, "invalid_state"),
        ({"state": ""}, "invalid_state"),
        ({"iss": "http://evil.localhost"}, "invalid_issuer"),
        ({"iss": ""}, "invalid_issuer"),
        ({"iss": "http://evil.localhost", "error": "login_required", "code": ""}, "invalid_issuer"),
        ({"code": "stolen"}, "invalid_grant"),
        ({"error": "access_denied", "code": ""}, "access_denied"),
    ],
)
def test_an_answer_that_is_not_the_expected_one_signs_nobody_in(
    scene: Scene, changes: dict[str, str], code: str
) -> None:
    browser = scene.browser()
    answer = scene.sign_in(browser, **changes)
    assert answer.status_code in (200, 400)
    assert code in answer.get_data(as_text=True)
    assert browser.get("/me").status_code == 401


def test_a_state_is_used_once(scene: Scene) -> None:
    browser = scene.browser()
    back = scene.provider.follow(browser.get("/login").headers["Location"])
    assert browser.get("/callback", query_string=back).status_code == 303
    assert browser.get("/callback", query_string=back).status_code == 400


def test_a_sign_in_of_one_browser_cannot_be_smuggled_into_another(scene: Scene) -> None:
    attacker, victim = scene.browser(), scene.browser()
    back = scene.provider.follow(attacker.get("/login").headers["Location"])
    victim.get("/login")
    assert victim.get("/callback", query_string=back).status_code == 400
    assert victim.get("/me").status_code == 401


def test_nothing_to_sign_in_with_is_said_kindly(scene: Scene) -> None:
    answer = scene.sign_in(scene.browser(), error="login_required", code="")
    assert answer.status_code == 200
    assert "login_required" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "lie",
    [
        {"iss": "http://evil.localhost"},
        {"aud": "somebody-else"},
        {"aud": None},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": 1_799_999_000},
        {"iat": 1_800_000_100},
        {"sub": None},
        {"azp": "somebody-else"},
        {"at_hash": "wrong"},
    ],
    ids=str,
)
def test_an_id_token_with_a_wrong_claim_is_refused(scene: Scene, lie: dict[str, Any]) -> None:
    scene.provider.lie = lie
    browser = scene.browser()
    assert scene.sign_in(browser).status_code == 400
    assert browser.get("/me").status_code == 401


def test_an_id_token_signed_by_somebody_else_is_refused(scene: Scene) -> None:
    browser = scene.browser()
    back = scene.provider.follow(browser.get("/login").headers["Location"])
    stranger = ECKey.generate_key("P-256")
    scene.provider.sign = lambda claims, **_: FakeProvider.sign(  # type: ignore[method-assign]
        scene.provider, claims, key=stranger
    )
    assert browser.get("/callback", query_string=back).status_code == 400


def test_a_profile_of_somebody_else_is_refused(scene: Scene) -> None:
    scene.provider.profile["sub"] = "s-2"
    assert scene.sign_in(scene.browser()).status_code == 400


def test_an_authentication_older_than_asked_for_is_refused(scene: Scene) -> None:
    browser = scene.browser()
    for age, status in ((5, 303), (100, 400)):
        scene.provider.lie = {"auth_time": int(scene.clock.now) - age}
        back = scene.provider.follow(browser.get("/login?max_age=10").headers["Location"])
        assert browser.get("/callback", query_string=back).status_code == status


def test_a_session_ends_when_the_provider_s_does(scene: Scene) -> None:
    browser = scene.browser()
    scene.provider.lie = {"session_expiry": int(scene.clock.now) + 60}
    scene.sign_in(browser)
    assert browser.get("/me").status_code == 200
    scene.clock.now += 61
    assert browser.get("/me").status_code == 401


def test_a_session_name_planted_before_the_sign_in_is_not_used(scene: Scene) -> None:
    browser = scene.browser()
    browser.set_cookie("portal_session", "planted", domain="localhost")
    scene.sign_in(browser)
    other = scene.browser()
    other.set_cookie("portal_session", "planted", domain="localhost")
    assert other.get("/me").status_code == 401


def test_a_new_key_of_the_provider_is_found(scene: Scene) -> None:
    scene.sign_in(scene.browser())
    scene.provider.key = ECKey.generate_key("P-256", {"kid": "one", "use": "sig"})
    scene.clock.now += 301
    assert scene.sign_in(scene.browser()).status_code == 303


def test_a_portal_with_a_key_proves_itself_with_a_fresh_assertion() -> None:
    key = ECKey.generate_key("P-256", {"kid": "portal-key"})
    scene = Scene(auth_method="private_key_jwt", secret="", key=key.as_dict(private=True))
    for _ in range(2):
        assert scene.sign_in(scene.browser()).status_code == 303
    public = jwt.PyJWK.from_dict(key.as_dict(private=False), "ES256").key
    options: Any = {"verify_exp": False, "verify_iat": False}
    claims = [
        jwt.decode(one, public, algorithms=["ES256"], audience=ISSUER, options=options)
        for one in scene.provider.assertions
    ]
    assert [c["iss"] for c in claims] == [c["sub"] for c in claims] == [CLIENT, CLIENT]
    assert claims[0]["jti"] != claims[1]["jti"]
    assert all(c["aud"] == ISSUER and c["exp"] - c["iat"] <= 60 for c in claims)


def test_sign_out_ends_the_session_and_asks_the_provider_to_end_its_own(scene: Scene) -> None:
    browser = scene.browser()
    scene.sign_in(browser)
    address = urlsplit(browser.get("/logout").headers["Location"])
    query = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert address.path == "/leave"
    assert query["post_logout_redirect_uri"] == f"{URL}signed-out"
    assert (query["client_id"], query["id_token_hint"].count(".")) == (CLIENT, 2)
    assert browser.get("/me").status_code == 401
    assert browser.get("/logout").headers["Location"] == f"{URL}signed-out"
    assert browser.get("/signed-out").status_code == 200


class TestLogoutTokens:
    """Back-Channel Logout §2.6."""

    def send(self, scene: Scene, token: str) -> int:
        return scene.browser().post("/backchannel-logout", data={"logout_token": token}).status_code

    def test_one_ends_the_session_that_it_names(self, scene: Scene) -> None:
        browser = scene.browser()
        scene.sign_in(browser)
        assert self.send(scene, scene.provider.logout_token(sid="another", jti="j-0")) == 200
        assert browser.get("/me").status_code == 200
        assert self.send(scene, scene.provider.logout_token()) == 200
        assert browser.get("/me").status_code == 401

    def test_a_second_delivery_is_answered_and_does_nothing(self, scene: Scene) -> None:
        scene.provider.lie = {"sid": "sid-2"}
        browser = scene.browser()
        scene.sign_in(browser)
        token = scene.provider.logout_token(sid=None)
        assert self.send(scene, token) == 200
        scene.sign_in(browser)
        assert self.send(scene, token) == 200
        assert browser.get("/me").status_code == 200

    def test_one_that_overtakes_the_browser_keeps_it_out(self, scene: Scene) -> None:
        assert self.send(scene, scene.provider.logout_token()) == 200
        browser = scene.browser()
        assert scene.sign_in(browser).status_code == 400
        assert browser.get("/me").status_code == 401

    @pytest.mark.parametrize(
        "changes",
        [
            {"iss": "http://evil.localhost"},
            {"aud": "somebody-else"},
            {"exp": 1_799_999_000},
            {"iat": 1_800_000_100},
            {"events": {}},
            {"events": ["http://schemas.openid.net/event/backchannel-logout"]},
            {"events": None},
            {"nonce": "n"},
            {"jti": None},
            {"sid": None, "sub": None},
        ],
        ids=str,
    )
    def test_a_wrong_one_is_refused(self, scene: Scene, changes: dict[str, Any]) -> None:
        browser = scene.browser()
        scene.sign_in(browser)
        assert self.send(scene, scene.provider.logout_token(**changes)) == 400
        assert browser.get("/me").status_code == 200

    def test_a_forged_one_is_refused(self, scene: Scene) -> None:
        now = int(scene.clock.now)
        stranger = ECKey.generate_key("P-256")
        claims = jwt.decode(scene.provider.logout_token(), options={"verify_signature": False})
        forged = scene.provider.sign(claims, typ="logout+jwt", key=stranger)
        unsigned = jwt.encode(claims, "", "none", headers={"typ": "logout+jwt", "kid": "one"})
        id_token = scene.provider.sign({**claims, "nonce": None, "iat": now}, typ="JWT")
        for token in (forged, unsigned, id_token, "", "x.y.z"):
            assert self.send(scene, token) == 400
