"""Trust chains are believed from the pinned anchor down, and break at the first rule that does not hold."""

from collections.abc import Sequence

import pytest

from federation.chain import Broken
from federation.errors import Reason
from tests.federation.country import Country

COUNTRY = Country()
PORTAL, ANCHOR = COUNTRY.id_of("portal"), COUNTRY.id_of("anchor")


def broken(tokens: Sequence[str], **terms: object) -> tuple[int, object, str]:
    """Where, why, and which code."""
    with pytest.raises(Broken) as caught:
        COUNTRY.verify(tokens, **terms)
    return caught.value.hop, caught.value.reason, caught.value.code


@pytest.mark.spec("OIDF 10.2")
def test_a_lawful_chain_says_what_it_found() -> None:
    chain = COUNTRY.verified("portal")
    assert chain.subject == PORTAL
    assert chain.anchor == ANCHOR
    assert chain.superiors == tuple(map(COUNTRY.id_of, ("gz", "gd", "anchor")))
    assert chain.expires == int(COUNTRY.now) + COUNTRY.life
    assert chain.metadata("openid_relying_party") == COUNTRY.kinds["portal"]["openid_relying_party"]
    assert chain.metadata("openid_provider") is None
    assert chain.configuration.sub == PORTAL
    assert chain.anchor_configuration.sub == ANCHOR
    about = chain.statement_of(COUNTRY.id_of("gd"), COUNTRY.id_of("gz"))
    assert about is not None
    assert about.token == chain.tokens[2]
    assert chain.statement_of(PORTAL, ANCHOR) is None


@pytest.mark.spec("OIDF 10.2")
def test_an_anchor_that_is_not_configured_ends_no_chain() -> None:
    assert broken(COUNTRY.chain(), anchors={}) == (4, Reason.CHAIN_ANCHOR, "invalid_trust_anchor")
