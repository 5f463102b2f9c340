"""A portal as a leaf: what it says of itself, which marks it shows, whom it trusts, and how it asks."""

import json
from typing import Any

import jwt
import pytest
from joserfc.jwk import ECKey

from federation.resolve import Resolver
from federation.statement import verify_configuration
from idp.demo.discovery import NotAccepted
from idp.demo.leaf import Leaf, metadata
from idp.demo.loopback import Reply, Unreachable
from idp.demo.membership import from_json, join, to_json
from idp.demo.registration import Registration, Requests
from idp.demo.relying import RelyingParty
from idp.demo.trusted import Kept, Pages, TrustedProvider
from tests.idp.demo.fake import ISSUER, Clock, FakeProvider
from tests.idp.demo.members import ANCHOR, LIFE, MARK, Federation, ring_of

SITE = "http://portal.localhost:9001"
NAME = {"zh": "门户", "en": "Portal"}


class Scene:
    """An enrolled portal, its provider, and the anchor above both."""

    def __init__(self, requests: Requests = "signed") -> None:
        self.clock = Clock()
        self.federation = Federation(self.clock)
        self.provider = FakeProvider(self.clock)
        self.provider.client = SITE
        self.key = ECKey.generate_key("P-256", {"kid": "portal-key", "use": "sig", "alg": "ES256"})
        self.registration = Registration(
            url=f"{SITE}/",
            issuer=ISSUER,
            client_id=SITE,
            auth_method="private_key_jwt",
            key={name: str(value) for name, value in self.key.as_dict(private=True).items()},
            requests=requests,
        )
        self.member = join(
            SITE,
            superiors=[ANCHOR],
            anchors=self.federation.pins,
            marks=[(MARK, ANCHOR)],
            now=self.clock(),
            lifetime=60,
            poll=5,
        )
        self.federation.enrol(SITE, self.member.ring.jwks(self.clock()))
        self.op_ring = ring_of(ISSUER, self.clock())
        self.federation.enrol(ISSUER, self.op_ring.jwks(self.clock()))
        self.provide()
        resolver = Resolver(
            anchors=lambda: self.member.anchors,
            fetcher=Pages(self.fetch),
            cache=Kept(self.clock),
            clock=self.clock,
        )
        self.known = TrustedProvider(ISSUER, resolver, self.clock)
        self.leaf = Leaf(
            self.member,
            metadata(self.registration, NAME),
            chain=self.known.chain,
            fetch=self.fetch,
            clock=self.clock,
        )
        self.party = RelyingParty(self.registration, clock=self.clock, fetch=self.fetch, known=self.known)

    def provide(self, **changes: object) -> None:
        """What the provider says of itself to the federation."""
        said = {
            **self.provider.metadata(),
            "jwks": {"keys": [self.provider.key.as_dict(private=False)]},
            **changes,
        }
        self.federation.publish(ISSUER, self.op_ring, {"openid_provider": said})

    def fetch(self, url: str, **request: Any) -> Reply:
        if url.startswith(ISSUER) and not url.endswith("/openid-federation"):
            request.pop("timeout", None)
            return self.provider.fetch(url, **request)
        return self.federation.fetch(url)

    def said(self) -> dict[str, Any]:
        """The portal's configuration, as the anchor's statement lets others verify it."""
        stated = self.federation.below[SITE].jwks
        token = self.leaf.configuration()
        return dict(verify_configuration(token, entity_id=SITE, jwks=stated, now=self.clock()).claims)


@pytest.fixture
def scene() -> Scene:
    return Scene()


class TestConfiguration:
    def test_it_says_what_a_provider_needs_to_know(self, scene: Scene) -> None:
        said = scene.said()
        party = said["metadata"]["openid_relying_party"]
        assert said["authority_hints"] == [ANCHOR]
        assert party["client_registration_types"] == ["automatic"]
        assert party["redirect_uris"] == [f"{SITE}/callback"]
        assert party["post_logout_redirect_uris"] == [f"{SITE}/signed-out"]
        assert party["backchannel_logout_uri"] == f"{SITE}/backchannel-logout"
        assert party["initiate_login_uri"] == f"{SITE}/login"
        assert (party["client_name"], party["client_name#zh"]) == ("Portal", "门户")

    def test_it_shows_public_keys_only_and_two_different_ones(self, scene: Scene) -> None:
        said = scene.said()
        (protocol,) = said["metadata"]["openid_relying_party"]["jwks"]["keys"]
        (federation,) = said["jwks"]["keys"]
        assert not {"d"} & {*protocol, *federation}
        assert protocol["kid"] != federation["kid"]

    def test_what_a_portal_holds_survives_a_restart(self, scene: Scene) -> None:
        kept = from_json(json.loads(json.dumps(to_json(scene.member))))
        assert kept.ring.jwks(scene.clock()) == scene.member.ring.jwks(scene.clock())
        assert (kept.anchors, kept.marks) == (scene.member.anchors, scene.member.marks)


class TestMarks:
    def marks(self, scene: Scene) -> list[str]:
        scene.leaf.round()
        return [one["trust_mark_type"] for one in scene.said().get("trust_marks", [])]

    def test_one_that_was_issued_is_shown(self, scene: Scene) -> None:
        assert not scene.leaf.whole()
        scene.federation.issue(SITE)
        assert self.marks(scene) == [MARK]
        assert scene.leaf.whole()

    def test_one_that_is_not_given_any_more_is_not_shown_any_more_and_comes_back(self, scene: Scene) -> None:
        scene.federation.issue(SITE)
        assert self.marks(scene) == [MARK]
        kept = scene.federation.marks.pop((MARK, SITE))
        assert self.marks(scene) == [MARK]  # it is not asked for in every round
        scene.clock.now += 5
        assert self.marks(scene) == []
        scene.federation.marks[MARK, SITE] = kept
        scene.clock.now += 1
        assert self.marks(scene) == [MARK]

    def test_one_is_shown_until_its_end_while_the_issuer_does_not_answer(self, scene: Scene) -> None:
        scene.federation.issue(SITE)
        assert self.marks(scene) == [MARK]
        scene.federation.down.add(ANCHOR)
        scene.clock.now += 60
        assert self.marks(scene) == [MARK]
        scene.clock.now += LIFE
        assert self.marks(scene) == []

    def test_one_is_shown_as_soon_as_its_issuer_is_up(self, scene: Scene) -> None:
        scene.federation.issue(SITE)
        scene.federation.down.add(ANCHOR)
        assert self.marks(scene) == []
        scene.federation.down.clear()
        scene.clock.now += 1
        assert self.marks(scene) == [MARK]

    def test_one_of_somebody_else_or_of_another_type_or_forged_is_not_shown(self, scene: Scene) -> None:
        for wrong in (
            {"about": ISSUER},
            {"mark_type": f"{ANCHOR}/marks/other"},
            {"key": ring_of(ANCHOR, scene.clock()).keys[0]},
        ):
            scene.federation.issue(SITE, **wrong)
            scene.clock.now += 1
            assert self.marks(scene) == []


class TestTrust:
    def test_addresses_and_keys_are_those_of_the_chain(self, scene: Scene) -> None:
        assert scene.known.metadata()["token_endpoint"] == f"{ISSUER}/token"
        sign_in(scene)
        assert "/.well-known/openid-configuration" not in scene.provider.fetched

    def test_what_the_anchor_states_over_the_provider_holds(self, scene: Scene) -> None:
        stated = {"openid_provider": {"token_endpoint": f"{ISSUER}/other"}}
        jwks = scene.op_ring.jwks(scene.clock())
        scene.federation.enrol(ISSUER, jwks, metadata=stated)
        assert scene.known.metadata()["token_endpoint"] == f"{ISSUER}/other"

    def test_nobody_is_sent_to_a_provider_that_no_chain_leads_to(self, scene: Scene) -> None:
        del scene.federation.below[ISSUER]
        with pytest.raises(NotAccepted, match="untrusted_provider"):
            scene.party.start({})

    def test_nobody_is_sent_to_an_entity_that_is_no_provider_or_another(self, scene: Scene) -> None:
        scene.federation.publish(ISSUER, scene.op_ring, {"federation_entity": {}})
        with pytest.raises(NotAccepted, match="untrusted_provider"):
            scene.party.start({})

    def test_an_anchor_that_is_not_pinned_leads_nowhere(self, scene: Scene) -> None:
        scene.federation.ring = ring_of(ANCHOR, scene.clock())
        with pytest.raises(NotAccepted, match="untrusted_provider"):
            scene.party.start({})

    def test_not_knowing_is_another_answer_than_no(self, scene: Scene) -> None:
        scene.federation.down.add(ANCHOR)
        with pytest.raises(Unreachable):
            scene.party.start({})

    def test_a_new_key_of_the_provider_is_found(self, scene: Scene) -> None:
        sign_in(scene)
        scene.clock.now += 10
        scene.provider.key = ECKey.generate_key("P-256", {"kid": "two", "use": "sig", "alg": "ES256"})
        scene.provider.kid = "two"
        with pytest.raises(NotAccepted, match="does not publish"):
            sign_in(scene)
        scene.provide()
        scene.clock.now += 10
        sign_in(scene)

    def test_the_keys_before_serve_while_the_provider_does_not_say_who_it_is(self, scene: Scene) -> None:
        sign_in(scene)
        scene.federation.down.add(ISSUER)
        scene.clock.now += 301
        sign_in(scene)
        scene.clock.now += LIFE - 301
        with pytest.raises(Unreachable):
            scene.party.start({})


class TestAsking:
    def request_object(self, scene: Scene) -> tuple[dict[str, Any], dict[str, Any]]:
        token = scene.provider.request_object
        public = jwt.PyJWK.from_dict(scene.key.as_dict(private=False), "ES256").key
        options: Any = {"verify_exp": False, "verify_iat": False}
        claims = jwt.decode(token, public, algorithms=["ES256"], audience=ISSUER, options=options)
        return jwt.get_unverified_header(token), claims

    def test_a_request_by_value_is_for_this_provider_alone_and_good_once(self, scene: Scene) -> None:
        sign_in(scene, max_age="5")
        head, claims = self.request_object(scene)
        first = claims["jti"]
        assert (head["typ"], head["kid"]) == ("oauth-authz-req+jwt", "portal-key")
        assert (claims["iss"], claims["client_id"], claims["aud"]) == (SITE, SITE, ISSUER)
        assert "sub" not in claims
        assert claims["exp"] - claims["iat"] <= 120
        assert claims["max_age"] == "5"
        sign_in(scene)
        assert self.request_object(scene)[1]["jti"] != first

    def test_nothing_of_it_stands_in_the_open(self, scene: Scene) -> None:
        address, pending = scene.party.start({})
        scene.provider.follow(address)
        assert set(scene.provider.outside) == {"client_id", "response_type", "scope", "request"}
        assert pending.state not in address

    def test_a_pushed_one_leaves_only_its_name_to_the_browser(self) -> None:
        scene = Scene("pushed")
        sign_in(scene)
        assert scene.provider.outside == {"client_id": SITE, "request_uri": "urn:pushed:1"}
        assert self.request_object(scene)[1]["redirect_uri"] == f"{SITE}/callback"

    def test_a_push_that_is_refused_sends_nobody_anywhere(self) -> None:
        scene = Scene("pushed")
        scene.provider.par_error = {"error": "invalid_trust_chain", "error_description": "no chain"}
        with pytest.raises(NotAccepted, match=r"invalid_trust_chain.*no chain"):
            scene.party.start({})

    def test_the_client_proves_itself_to_the_issuer_by_name(self, scene: Scene) -> None:
        sign_in(scene)
        options: Any = {"verify_signature": False}
        (said,) = [jwt.decode(one, options=options) for one in scene.provider.assertions]
        assert (said["iss"], said["sub"], said["aud"]) == (SITE, SITE, ISSUER)


def sign_in(scene: Scene, **wishes: str) -> None:
    address, pending = scene.party.start(wishes)
    back = scene.provider.follow(address)
    assert back["state"] == pending.state
    scene.party.finish(back["code"], pending)
