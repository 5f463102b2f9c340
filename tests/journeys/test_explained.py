"""Whoever reads the pages about the federation sees what this node knows, and makes nobody ask anybody."""

from urllib.parse import urlencode

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.country.browser import Page
from tests.country.chained import ADMIN, ChainedWorld
from tests.country.world import ANCHOR, GD, HUB, PORTAL_ZJ, ZJ


def chain(chained: ChainedWorld, at: str, of: str) -> Page:
    return chained.browser().get(f"{at}/federation/chain?{urlencode({'sub': of})}")


def roamed(chained: ChainedWorld) -> None:
    browser = chained.browser()
    chained.sign_in(browser, chained.portal_gd, "lihua")
    assert browser.get(f"{chained.portal_zj.url}/login").url.startswith(PORTAL_ZJ)


def test_the_hub_shows_the_provinces_that_it_leads_to(chained: ChainedWorld) -> None:
    roamed(chained)
    page = chained.browser().get(f"{HUB}/federation/picture").text
    assert page.count('class="draw-card"') == 4
    assert "Guangdong (440000)" in page
    assert "Zhejiang (330000)" in page
    assert "May assert up to RL5" in page


def test_the_anchor_shows_whom_it_enrolled_and_who_is_suspended(chained: ChainedWorld) -> None:
    chained.registry(ANCHOR).suspend(ZJ, by=ADMIN, reason="an incident")
    page = chained.browser().get(f"{ANCHOR}/federation/picture").text
    assert page.count('class="draw-card"') == 4
    assert page.count('<span class="badge suspended">') == 2, "one in the legend, one in the list"


def test_a_chain_is_shown_from_the_anchor_down_with_what_the_anchor_changed(chained: ChainedWorld) -> None:
    roamed(chained)
    page = chain(chained, HUB, GD).text
    assert "A trust chain leads to it" in page
    assert page.index("The anchor <bdi>") < page.index("vouches for")
    assert "openid_provider.manyou_region" in page


def test_what_was_never_needed_is_not_looked_for(chained: ChainedWorld) -> None:
    before = len(chained.network.calls)
    assert "Nothing is at hand about it" in chain(chained, GD, ZJ).text
    assert "Nothing is at hand about it" in chain(chained, GD, "https://nobody.example").text
    chained.browser().get(f"{GD}/federation/picture")
    assert len(chained.network.calls) == before


def test_the_pages_are_there_where_an_anchor_is_trusted_and_on_the_anchor(chained: ChainedWorld) -> None:
    for issuer in (ANCHOR, HUB, GD, ZJ):
        assert chained.browser().get(f"{issuer}/federation/picture").status == 200


def asked(client_id: str) -> str:
    """A request object of somebody whose key nobody has seen."""
    key = ec.generate_private_key(ec.SECP256R1())
    claims = {"iss": client_id, "aud": GD, "client_id": client_id}
    return jwt.encode(claims, key, algorithm="ES256", headers={"kid": "k", "typ": "oauth-authz-req+jwt"})


@pytest.mark.spec("OIDF 12.1.3")
def test_the_developer_of_a_portal_that_was_refused_finds_out_why(chained: ChainedWorld) -> None:
    chained.registry(ANCHOR).remove(ZJ, by=ADMIN, reason="it left")
    query = urlencode({"client_id": ZJ, "request": asked(ZJ)})
    page = chained.browser().get(f"{GD}/authorize?{query}")
    assert "invalid_trust_chain" in page.text
    (link,) = [one for one in page.links if "/federation/chain" in one]
    why = chained.browser().get(link)
    assert why.status == 200
    assert "No trust chain leads to it" in why.text
    assert "OpenID Federation 1.0 §" in why.text
    assert f"manyou federation chain {ZJ} --why" in why.text
