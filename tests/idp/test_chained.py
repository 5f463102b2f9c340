"""Peers to whom a chain leads: read again when their chain is another one, and never believed without."""

from dataclasses import replace

import pytest

from federation.chain import TrustChain
from idp.chained import UNKNOWN, Chained
from idp.distinct import Distinct
from idp.errors import Unavailable
from idp.peer import Acquaintance
from tests.idp.chains import Known, chain
from tests.idp.made import HUB, NOW, Clock
from tests.idp.peer_world import FEDERATION, NEXT, OIDC, jwks, party, provider

ONE = Acquaintance(issuer=HUB, name={"zh": "枢纽", "en": "Hub"}, jwks=None, region=None)


def hub(*keys: object, **changes: object) -> TrustChain:
    resolved = {
        "openid_provider": {**provider(HUB, *(keys or (OIDC,))), **changes},  # type: ignore[arg-type]
        "openid_relying_party": party(HUB),
    }
    return chain(HUB, resolved=resolved, jwks=jwks(FEDERATION))


class Place:
    def __init__(self) -> None:
        self.clock = Clock()
        self.trust = Known()
        self.trust.found = {HUB: hub()}
        self.chained = Chained(self.trust, Distinct({}), self.clock)


@pytest.fixture
def place() -> Place:
    return Place()


def test_a_peer_is_what_its_chain_makes_of_it(place: Place) -> None:
    peer = place.chained.get(ONE, fresh=False)
    assert peer.endpoint("token_endpoint") == f"{HUB}/token"
    assert peer.party["redirect_uris"] == [f"{HUB}/arrive"]
    assert [key["kid"] for key in peer.jwks()["keys"]] == [OIDC.kid]  # type: ignore[attr-defined]
    assert peer.expires == NOW + 3600
    assert place.chained.get(ONE, fresh=False) is peer


def test_it_is_read_again_when_the_chain_is_another_one(place: Place) -> None:
    place.chained.get(ONE, fresh=False)
    place.trust.found[HUB] = hub(OIDC, NEXT)
    assert len(place.chained.get(ONE, fresh=False).jwks()["keys"]) == 2  # type: ignore[arg-type]


def test_no_chain_is_no_peer(place: Place) -> None:
    place.trust.found[HUB] = None
    with pytest.raises(Unavailable) as refused:
        place.chained.get(ONE, fresh=False)
    assert "no trust chain" in refused.value.cause
    assert place.chained.at_hand(ONE) is None


def test_what_is_at_hand_asks_nobody(place: Place) -> None:
    assert place.chained.at_hand(ONE) is place.chained.get(ONE, fresh=False)
    place.trust.found.clear()
    assert place.chained.at_hand(ONE) is None


def test_an_unknown_key_has_it_read_again_once_a_minute(place: Place) -> None:
    for _ in range(3):
        place.chained.get(ONE, fresh=True)
    assert place.trust.renewed == [HUB]
    place.clock.now += UNKNOWN
    place.chained.get(ONE, fresh=True)
    assert place.trust.renewed == [HUB, HUB]


def test_a_key_that_the_superior_certifies_for_statements_is_none_for_tokens(place: Place) -> None:
    """The provider itself lists it for tokens alone."""
    one = hub()
    stated = replace(one.statements[1], jwks=jwks(FEDERATION, OIDC))
    place.trust.found[HUB] = replace(one, statements=(one.statements[0], stated, *one.statements[2:]))
    with pytest.raises(Unavailable):
        place.chained.get(ONE, fresh=False)


@pytest.mark.parametrize("bad", [{"jwks": "none"}, {"jwks": jwks(FEDERATION)}])
def test_keys_that_are_none_or_serve_two_purposes_are_not_used(place: Place, bad: dict[str, object]) -> None:
    place.trust.found[HUB] = hub(**bad)
    with pytest.raises(Unavailable) as refused:
        place.chained.get(ONE, fresh=False)
    assert "not to be used" in refused.value.cause
    assert place.chained.at_hand(ONE) is None
    place.trust.found[HUB] = replace(hub(), expires=int(NOW) + 10)
    assert place.chained.get(ONE, fresh=False).expires == NOW + 10
