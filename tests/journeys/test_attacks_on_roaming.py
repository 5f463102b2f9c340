"""Roaming under attack: whoever passes people on says nothing of others', and what an anchor has taken back does not
come back."""

from dataclasses import replace
from typing import Any

import pytest

from idp.errors import Unavailable
from idp.outbound import Reply
from tests.country.browser import Browser
from tests.country.chained import ADMIN, ChainedWorld
from tests.country.impostor import Claims, Impostor
from tests.country.member import IMPLIED, Portal, portal
from tests.country.world import ANCHOR, GD, HUB, ZJ


def known(chained: ChainedWorld, entity: str) -> list[str]:
    """The chain that Zhejiang knows, as it travels."""
    trusting = chained.nodes[ZJ].trusting
    assert trusting is not None
    found = trusting.trust.at_hand(entity)
    assert found is not None
    return list(found.tokens)


def lands(chained: ChainedWorld, browser: Browser) -> str:
    chained.sign_in(browser, chained.portal_gd, "lihua")
    return browser.get(f"{chained.portal_zj.url}/login").url


def change(**changes: object) -> Any:
    def changed(claims: Claims) -> None:
        claims.update(changes)

    return changed


FORGED: dict[str, tuple[str, str, Any]] = {
    "the hub names another home": (HUB, ZJ, change(idp=ZJ)),
    "the hub names itself": (HUB, ZJ, change(idp=HUB)),
    "the hub names a stranger": (HUB, ZJ, change(idp="http://x.localhost:8499")),
    "the hub names a region without a home": (HUB, ZJ, change(home_region="510000")),
    "the hub names our own region": (HUB, ZJ, change(home_region="330000")),
    "a province names another home": (GD, HUB, change(idp=ZJ)),
    "a province names another region": (GD, HUB, change(home_region="330000")),
    "a province names another region and its home": (GD, HUB, change(home_region="330000", idp=ZJ)),
    "a province names a level beyond the ladder": (GD, HUB, change(rl=6)),
}


@pytest.mark.parametrize("case", FORGED)
def test_nobody_vouches_for_the_people_of_others(chained: ChainedWorld, case: str) -> None:
    issuer, asked_by, lie = FORGED[case]
    impostor = Impostor(chained, issuer, asked_by=asked_by)
    impostor.forge_id_tokens(lie)
    assert not lands(chained, chained.browser()).endswith("8421/me")
    impostor.forge_id_tokens()
    assert lands(chained, chained.browser()).endswith("8421/me"), "the lawful twin"


@pytest.mark.spec("OIDF 3.1.1")
def test_a_federation_key_signs_no_tokens(chained: ChainedWorld) -> None:
    """Whoever lists one key for statements and for tokens could be made to sign the one as the other."""
    own = chained.nodes[GD].records.rings.federation().jwks(chained.clock())
    stated = {"openid_provider": {"manyou_region": "440000", "jwks": own}}
    hub = chained.nodes[HUB].peers
    assert hub.get(ZJ)
    chained.registry(ANCHOR).change(GD, lambda one: replace(one, metadata=stated), by=ADMIN)
    chained.watch()
    with pytest.raises(Unavailable) as refused:
        hub.get(GD)
    assert "not to be used" in refused.value.cause


def test_a_portal_of_a_suspended_province_is_served_nowhere_else(chained: ChainedWorld) -> None:
    one = portal(chained)
    assert one.redeem(*one.code(chained.browser(), "wangfang", ZJ), ZJ)[0] == 200
    begun = one.code(chained.browser(), "wangfang", ZJ)
    chained.registry(ANCHOR).suspend(GD, by=ADMIN, reason="an incident")
    chained.watch()
    status, answer = one.redeem(*begun, ZJ)
    assert (status, answer["error"]) == (401, "invalid_client")
    assert one.ask(chained.browser(), ZJ).url.startswith(ZJ)
    chained.registry(ANCHOR).reinstate(GD, by=ADMIN, reason="it was nothing")
    chained.advance(60)
    assert one.code(chained.browser(), "wangfang", ZJ)


@pytest.mark.spec("OIDF 4.3")
def test_an_old_chain_that_is_brought_along_brings_nobody_back(chained: ChainedWorld) -> None:
    one = portal(chained)
    assert one.code(chained.browser(), "wangfang", ZJ)
    kept = known(chained, one.url)
    chained.registry(ANCHOR).suspend(GD, by=ADMIN, reason="an incident")
    chained.watch()

    def asked(at: str) -> Any:
        token, _ = one.object(at)
        import jwt as pyjwt

        claims = pyjwt.decode(token, options={"verify_signature": False})
        return one.visit(
            chained.browser(), one.address(one.made(at, headers={"trust_chain": kept}, **claims), at)
        )

    page = asked(ZJ)
    assert (page.status, page.url.startswith(ZJ)) == (400, True), page.url
    assert "invalid_trust_chain" in page.text


def test_whoever_leaves_its_superior_between_the_code_and_the_token_gets_none(chained: ChainedWorld) -> None:
    one = portal(chained)
    begun = one.code(chained.browser())
    chained.registry(GD).remove(one.url, by=ADMIN, reason="left")
    chained.watch()
    status, answer = one.redeem(*begun)
    assert (status, answer["error"]) == (401, "invalid_client")


def test_a_portal_below_two_superiors_is_served_while_one_of_them_vouches(chained: ChainedWorld) -> None:
    one = Portal(chained, "http://portal-gz.localhost:8432", above=[GD, ZJ])
    one.enrolled(GD, metadata=IMPLIED)
    one.enrolled(ZJ, metadata=IMPLIED)
    assert one.code(chained.browser())
    chained.registry(ANCHOR).suspend(ZJ, by=ADMIN, reason="an incident")
    chained.watch()
    assert one.code(chained.browser())


def test_a_made_up_key_takes_nobodys_trust_away(chained: ChainedWorld) -> None:
    """Anybody may post a notice in the name of a province, with a key that does not exist, while its server restarts."""
    browser = chained.browser()
    assert lands(chained, browser).endswith("8421/me")
    configuration = f"{GD}/.well-known/openid-federation"

    def restarting(_method: str, url: str, _body: bytes | None) -> Reply | None:
        return Reply(status=404, headers={}, body=b"") if url == configuration else None

    chained.network.intercept = restarting
    hub = chained.nodes[HUB].peers
    assert hub.get(GD, fresh=True) is hub.get(GD)
    assert ("GET", configuration) in chained.network.calls
    chained.watch()
    assert browser.get(f"{chained.portal_zj.url}/me").status == 200
