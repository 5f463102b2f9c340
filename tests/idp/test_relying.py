"""What a chain's metadata makes of a relying party: the lawful client, and metadata that makes none."""

from collections.abc import Mapping
from typing import Any

import pytest

from federation.chain import TrustChain
from idp.client import Client
from idp.relying import Unfit, client_of
from tests.idp.oauth.memory import NOW
from tests.idp.oauth.place import THEIRS, jwks_of
from tests.idp.portals import PORTAL, PROVINCE, chain, without_party

ALGORITHMS = ("ES256", "RS256")


def made(of: TrustChain | None = None, *, own: str = PROVINCE, **changes: Any) -> Client:
    return client_of(of or chain(**changes), own=own, way="automatic", algorithms=ALGORITHMS)


@pytest.mark.spec("OIDF 12.1")
def test_a_portal_becomes_a_client_that_ends_with_its_chain() -> None:
    client = made(post_logout_redirect_uris=[f"{PORTAL}/"], backchannel_logout_uri=f"{PORTAL}/bye")
    assert (client.client_id, client.redirect_uris) == (PORTAL, (f"{PORTAL}/callback",))
    assert (client.auth_method, client.jwks) == ("private_key_jwt", jwks_of(THEIRS))
    assert (client.automatic, client.requests, client.expires) == (True, "signed", int(NOW) + 3_600)
    assert client.name == {"zh": "广州", "en": "Guangzhou"}
    assert client.post_logout_redirect_uris == (f"{PORTAL}/",)
    assert client.backchannel_logout_uri == f"{PORTAL}/bye"
    assert (client.pkce, client.peer, client.secret_sha256) == (True, False, "")


UNFIT: Mapping[str, dict[str, Any]] = {
    "no way of registration": {"client_registration_types": None},
    "another way": {"client_registration_types": ["explicit"]},
    "a way that is no list": {"client_registration_types": "automatic"},
    "no redirect URIs": {"redirect_uris": None},
    "redirect URIs that are one text": {"redirect_uris": f"{PORTAL}/callback"},
    "a redirect URI in the open": {"redirect_uris": ["http://portal.example.cn/callback"]},
    "a redirect URI with a fragment": {"redirect_uris": [f"{PORTAL}/callback#x"]},
    "a redirect URI that is a script": {"redirect_uris": ["javascript:alert(1)"]},
    "a shared secret": {"token_endpoint_auth_method": "client_secret_basic"},
    "no authentication": {"token_endpoint_auth_method": "none"},
    "another flow": {"response_types": ["id_token"]},
    "another grant": {"grant_types": ["implicit"]},
    "no keys at all": {"jwks": None},
    "keys that are none": {"jwks": {"keys": []}},
    "keys of another form": {"jwks": "keys"},
    "an algorithm that is not offered": {"id_token_signed_response_alg": "HS256"},
    "a logout address in the open": {"backchannel_logout_uri": "http://portal.example.cn/bye"},
}


@pytest.mark.parametrize("changes", UNFIT.values(), ids=UNFIT)
def test_metadata_that_differs_in_one_thing_makes_no_client(changes: dict[str, Any]) -> None:
    assert made()
    with pytest.raises(Unfit):
        made(**changes)


def test_an_entity_that_plays_no_such_role_is_no_client() -> None:
    with pytest.raises(Unfit):
        made(without_party(chain()))


def test_what_may_be_left_out_may_be_left_out() -> None:
    client = made(response_types=None, grant_types=None, token_endpoint_auth_method=None)
    assert (client.auth_method, client.id_token_alg) == ("private_key_jwt", "RS256")
    assert client.scopes == ("openid", "profile", "email", "phone", "address")


def test_scopes_are_narrowed_and_never_widened() -> None:
    assert made(scope="openid email offline_access").scopes == ("openid", "email")


def test_keys_may_lie_elsewhere() -> None:
    assert made(jwks=None, jwks_uri=f"{PORTAL}/jwks").jwks_uri == f"{PORTAL}/jwks"
    signed = made(jwks=None, signed_jwks_uri=f"{PORTAL}/jwks/signed")
    assert signed.extra["signed_jwks_uri"] == f"{PORTAL}/jwks/signed"
    inline = made(jwks_uri=f"{PORTAL}/jwks")
    assert (inline.jwks, inline.jwks_uri) == (jwks_of(THEIRS), None)


ELSEWHERE = "http://zj.localhost:8420"
IMPLIED = {"openid_relying_party": {"manyou_consent": "implied"}}
POLICY = {"openid_relying_party": {"manyou_consent": {"value": "implied"}}}


def test_a_portal_cannot_spare_itself_the_consent_page() -> None:
    assert made().consent == "ask"
    assert made(manyou_consent="implied").consent == "ask"
    assert made(manyou_consent="implied", stated={"metadata": IMPLIED}).consent == "implied"
    assert made(manyou_consent="implied", stated={"metadata_policy": POLICY}).consent == "implied"
    assert made(manyou_consent="implied", above={"metadata_policy": POLICY}).consent == "implied"


def test_a_province_spares_its_portals_the_consent_page_at_home_and_nowhere_else() -> None:
    for word in ({"metadata": IMPLIED}, {"metadata_policy": POLICY}):
        assert made(manyou_consent="implied", stated=word).consent == "implied"
        assert made(manyou_consent="implied", stated=word, own=ELSEWHERE).consent == "ask"


def test_the_anchor_spares_a_portal_the_consent_page_everywhere() -> None:
    client = made(manyou_consent="implied", above={"metadata_policy": POLICY}, own=ELSEWHERE)
    assert client.consent == "implied"


def test_metadata_of_a_superior_farther_up_is_not_about_the_portal() -> None:
    assert made(manyou_consent="implied", above={"metadata": IMPLIED}).consent == "ask"


def test_a_superior_s_word_that_a_higher_policy_took_back_does_not_count() -> None:
    assert made(manyou_consent="ask", stated={"metadata": IMPLIED}).consent == "ask"


NAMES: Mapping[str, tuple[dict[str, Any], dict[str, str]]] = {
    "its own in both languages": ({"client_name#zh": "穗", "client_name#en": "GZ"}, {"zh": "穗", "en": "GZ"}),
    "its own in one": ({"client_name#zh-CN": None}, {"zh": "Guangzhou", "en": "Guangzhou"}),
    "its organisation's": (
        {"client_name": None, "client_name#zh-CN": None, "organisation": {"organization_name#zh": "市政府"}},
        {"zh": "市政府", "en": "portal-gz.localhost"},
    ),
    "its host": (
        {"client_name": None, "client_name#zh-CN": None},
        {"zh": "portal-gz.localhost", "en": "portal-gz.localhost"},
    ),
}


@pytest.mark.parametrize(("changes", "names"), NAMES.values(), ids=NAMES)
def test_people_read_a_name(changes: dict[str, Any], names: dict[str, str]) -> None:
    assert made(**changes).name == names


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (["authorization_code", "refresh_token"], True),
        (["authorization_code"], False),
        (None, False),
    ],
)
def test_refresh_tokens_go_to_whom_the_chain_lets_ask_for_them(said: list[str] | None, kept: bool) -> None:
    assert made(grant_types=said).refreshes is kept


def test_no_chain_makes_a_resource_server() -> None:
    assert not made(manyou_introspection=True).introspects
