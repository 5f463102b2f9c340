"""Trust chains are believed from the pinned anchor down, and break at the first rule that does not hold.

Rules are numbered as in `federation.chain`.
"""

from collections.abc import Sequence
from typing import Any
from unittest.mock import patch

import pytest

from federation.chain import LONGEST, Broken, Signatures
from federation.errors import Reason
from federation.policy import InvalidMetadata, InvalidPolicy
from keys import jose
from tests.federation.country import ABSENT, NOW, Country
from tests.keys.forge import forge

COUNTRY = Country()
PORTAL, GZ, GD, ANCHOR = map(COUNTRY.id_of, ("portal", "gz", "gd", "anchor"))
RP, OP = "openid_relying_party", "openid_provider"
NO_CHAIN, NO_ANCHOR, NO_METADATA = "invalid_trust_chain", "invalid_trust_anchor", "invalid_metadata"


def refusal(tokens: Sequence[str], country: Country = COUNTRY, **terms: Any) -> Broken:
    with pytest.raises(Broken) as caught:
        country.verify(tokens, **terms)
    return caught.value


def broken(tokens: Sequence[str], country: Country = COUNTRY, **terms: Any) -> tuple[int, object, str]:
    """Where, why, and which code."""
    found = refusal(tokens, country, **terms)
    return found.hop, found.reason, found.code


def changed(issuer: str, subject: str, **changes: Any) -> list[str]:
    """The portal's chain with one statement changed."""
    return COUNTRY.chain("portal", changes={(issuer, subject): changes})


@pytest.mark.spec("OIDF 10.2")
def test_a_lawful_chain_says_what_it_found() -> None:
    chain = COUNTRY.verified("portal")
    assert (chain.subject, chain.anchor, chain.superiors) == (PORTAL, ANCHOR, (GZ, GD, ANCHOR))
    assert chain.expires == int(NOW) + COUNTRY.life
    assert chain.metadata(RP) == COUNTRY.kinds["portal"][RP]
    assert chain.metadata(OP) is None
    assert (chain.configuration.sub, chain.anchor_configuration.sub) == (PORTAL, ANCHOR)
    assert chain.jwks == chain.statements[1].jwks
    about = chain.statement_of(GD, GZ)
    assert about is not None
    assert about.token == chain.tokens[2]
    assert chain.statement_of(PORTAL, ANCHOR) is None


@pytest.mark.spec("OIDF 10.2")
def test_rule_1_a_chain_has_statements_and_no_more_than_we_read() -> None:
    assert broken([]) == (0, Reason.CHAIN_LENGTH, NO_CHAIN)
    assert broken(COUNTRY.chain() * 3) == (0, Reason.CHAIN_LENGTH, NO_CHAIN)
    names = [f"level{number}" for number in range(LONGEST - 2)]
    deep = Country(dict(zip(names, ["anchor", *names], strict=False)))
    assert len(deep.verified(names[-1]).statements) == LONGEST
    assert broken(["<html>", *COUNTRY.chain()[1:]]) == (0, Reason.FORMAT, NO_CHAIN)


@pytest.mark.spec("OIDF 10.2")
def test_rule_2_a_chain_begins_with_its_subject_and_is_about_who_was_asked_for() -> None:
    assert broken(COUNTRY.chain()[1:])[:2] == (0, Reason.CHAIN_START)
    assert broken(COUNTRY.chain(), subject=GZ) == (0, Reason.CHAIN_SUBJECT, NO_CHAIN)
    assert COUNTRY.verify(COUNTRY.chain(), subject=PORTAL).subject == PORTAL


@pytest.mark.spec("OIDF 10.2")
def test_rule_3_each_statement_is_about_the_issuer_of_the_one_before() -> None:
    first, by_gz, by_gd, by_anchor, anchor = COUNTRY.chain()
    assert broken([first, by_gd, by_anchor, anchor]) == (1, Reason.CHAIN_LINK, NO_CHAIN)
    assert broken([first, by_gd, by_gz, by_anchor, anchor])[:2] == (1, Reason.CHAIN_LINK)
    assert broken([first, by_gz, by_anchor, anchor])[:2] == (2, Reason.CHAIN_LINK)
    assert broken([first, by_gz, by_gd, by_anchor, COUNTRY.configuration("gd")])[:2] == (4, Reason.CHAIN_LINK)
    assert broken([first, first, by_gz, by_gd, by_anchor, anchor])[:2] == (1, Reason.CHAIN_LOOP)


@pytest.mark.spec("OIDF 10.1")
def test_rule_3_a_chain_that_loops_is_none() -> None:
    first, by_gz, by_gd, by_anchor, anchor = COUNTRY.chain()
    back = COUNTRY.statement("gz", "gd")
    assert broken([first, by_gz, by_gd, back, by_gd, by_anchor, anchor])[:2] == (3, Reason.CHAIN_LOOP)
    own = COUNTRY.statement("portal", "gz")
    assert broken([first, by_gz, own, by_gz, by_gd, by_anchor, anchor])[:2] == (2, Reason.CHAIN_LOOP)
    twice = [first, by_gz, by_gd, by_anchor, anchor, anchor]
    assert broken(twice)[:2] == (4, Reason.CHAIN_LOOP)


@pytest.mark.spec("OIDF 10.2")
def test_rule_4_a_chain_ends_at_a_configured_anchor_and_its_own_statement() -> None:
    assert broken(COUNTRY.chain(), anchors={}) == (4, Reason.CHAIN_ANCHOR, NO_ANCHOR)
    assert broken(COUNTRY.chain(), anchors={GD: COUNTRY.jwks("gd")})[1:] == (Reason.CHAIN_ANCHOR, NO_ANCHOR)
    omitted = refusal(COUNTRY.chain()[:-1])
    assert (omitted.hop, omitted.reason, omitted.issuer) == (3, Reason.CHAIN_END, ANCHOR)
    assert refusal(COUNTRY.chain()[:1]).reason is Reason.CHAIN_ANCHOR


@pytest.mark.spec("OIDF 10.2")
def test_rule_4_an_entity_with_superiors_can_be_an_anchor() -> None:
    """A hierarchy of federations (§4.1)."""
    tokens = [*COUNTRY.chain()[:3], COUNTRY.configuration("gd")]
    assert COUNTRY.verify(tokens, anchors={GD: COUNTRY.jwks("gd")}).superiors == (GZ, GD)


DATES: dict[str, tuple[dict[str, Any], Reason]] = {
    "past": ({"exp": int(NOW) - 11}, Reason.EXP),
    "to come": ({"iat": int(NOW) + 11}, Reason.IAT),
    "ending at a text": ({"exp": "tomorrow"}, Reason.EXP),
    "made at no time": ({"iat": ABSENT}, Reason.IAT),
}
LINKS = [("portal", "portal"), ("gz", "portal"), ("gd", "gz"), ("anchor", "gd"), ("anchor", "anchor")]


@pytest.mark.spec("OIDF 10.2")
@pytest.mark.parametrize("case", DATES)
@pytest.mark.parametrize("link", LINKS)
def test_rule_5_every_statement_holds_now(case: str, link: tuple[str, str]) -> None:
    changes, reason = DATES[case]
    assert broken(changed(*link, **changes)) == (LINKS.index(link), reason, NO_CHAIN)


@pytest.mark.spec("OIDF 10.2")
@pytest.mark.parametrize("link", LINKS)
def test_rule_5_clocks_may_differ_by_the_leeway(link: tuple[str, str]) -> None:
    assert COUNTRY.verify(changed(*link, exp=int(NOW) - 9)).expires == int(NOW) - 9
    assert COUNTRY.verify(changed(*link, iat=int(NOW) + 10)).subject == PORTAL
    assert broken(changed(*link, exp=int(NOW) - 9), leeway=0)[1] is Reason.EXP


@pytest.mark.spec("OIDF 10.2")
def test_what_is_cheap_comes_before_signatures() -> None:
    with patch.object(jose, "_matches", side_effect=AssertionError("a signature was checked")):
        for tokens in (changed("gd", "gz", exp=1), COUNTRY.chain()[1:], COUNTRY.chain()[:-1]):
            refusal(tokens)
        refusal(COUNTRY.chain(), anchors={})


@pytest.mark.spec("OIDF 10.2")
def test_a_stranger_costs_one_signature() -> None:
    stranger = Country()
    with patch.object(jose, "_matches", wraps=jose._matches) as checked:
        pinned = {"keys": [{**COUNTRY.key("anchor").public, "kid": stranger.key("anchor").kid}]}
        found = refusal(stranger.chain(), anchors={ANCHOR: pinned})
    assert (found.hop, found.reason, checked.call_count) == (4, Reason.SIGNATURE, 1)


@pytest.mark.spec("OIDF 4")
def test_rule_6_an_anchor_that_only_vouches_for_itself_is_not_believed() -> None:
    """Its whole federation is lawful but for the keys that were pinned."""
    thief = Country()
    assert broken(thief.chain()) == (4, Reason.KID, NO_CHAIN)
    assert thief.verify(thief.chain(), anchors=thief.anchors).subject == PORTAL
    # A key of the pinned set that the anchor has taken out of its own configuration.
    both = {"keys": [dict(COUNTRY.key("anchor").public), dict(thief.key("anchor").public)]}
    forged = [*COUNTRY.chain()[:4], COUNTRY.configuration("anchor", key=thief.key("anchor"))]
    assert broken(forged, anchors={ANCHOR: both})[:2] == (4, Reason.SELF_SIGNED)


@pytest.mark.spec("OIDF 11.2")
def test_rule_6_a_key_that_the_pinned_keys_introduce_signs_statements() -> None:
    """An anchor rolls over: its configuration is signed with the old key, a statement already with the new."""
    new = Country().key("anchor")
    jwks = {"keys": [dict(COUNTRY.key("anchor").public), dict(new.public)]}
    changes: dict[tuple[str, str], Any] = {
        ("anchor", "anchor"): {"jwks": jwks},
        ("anchor", "gd"): {"key": new},
    }
    assert COUNTRY.verified("portal", changes=changes).anchor == ANCHOR
    assert broken(changed("anchor", "gd", key=new))[:2] == (3, Reason.KID)


@pytest.mark.spec("OIDF 10.2")
def test_rule_7_each_statement_is_signed_with_keys_of_the_next() -> None:
    other = Country()
    for hop, (issuer, subject) in enumerate(LINKS[:-1]):
        signed = changed(issuer, subject, key=other.key(issuer))
        assert broken(signed) == (hop, Reason.KID, NO_CHAIN)
    # The superior states other keys than the ones that the subject uses.
    assert broken(changed("gz", "portal", jwks=other.jwks("portal")))[:2] == (0, Reason.KID)
    assert broken(changed("portal", "portal", jwks=other.jwks("portal")))[:2] == (0, Reason.SELF_SIGNED)


@pytest.mark.spec("OIDF 3.2")
@pytest.mark.parametrize("link", LINKS)
def test_rule_7_every_statement_keeps_its_own_rules(link: tuple[str, str]) -> None:
    hop = LINKS.index(link)
    assert broken(changed(*link, typ="JWT")) == (hop, Reason.TYP, NO_CHAIN)
    assert broken(changed(*link, crit=["x"], x=1)) == (hop, Reason.CRIT, NO_CHAIN)
    assert broken(changed(*link, jwks=ABSENT)) == (hop, Reason.JWKS, NO_CHAIN)
    assert broken(changed(*link, aud=ANCHOR)) == (hop, Reason.REGISTRATION_CLAIM, NO_CHAIN)


@pytest.mark.spec("OIDF 3.2")
def test_rule_8_the_superior_is_among_the_hints_of_the_subject() -> None:
    assert broken(changed("portal", "portal", authority_hints=[GD])) == (1, Reason.NOT_HINTED, NO_CHAIN)
    assert broken(changed("portal", "portal", authority_hints=ABSENT))[:2] == (1, Reason.NOT_HINTED)
    assert COUNTRY.verify(changed("portal", "portal", authority_hints=[GD, GZ])).superiors[0] == GZ


@pytest.mark.spec("OIDF 6.2")
def test_rule_9_each_statement_constrains_the_chain_below_it() -> None:
    long = Reason.MAX_PATH_LENGTH
    for hop, (issuer, subject) in enumerate(LINKS[1:4], 1):
        allowed, less = {"max_path_length": hop - 1}, {"max_path_length": hop - 2}
        assert COUNTRY.verify(changed(issuer, subject, constraints=allowed)).subject == PORTAL
        if hop > 1:
            assert broken(changed(issuer, subject, constraints=less)) == (hop, long, NO_CHAIN)
    names = {"naming_constraints": {"permitted": ["portal.example"]}}
    assert broken(changed("gd", "gz", constraints=names))[:2] == (2, Reason.NAMING_CONSTRAINTS)
    assert COUNTRY.verify(changed("gz", "portal", constraints=names)).subject == PORTAL
    both = {"naming_constraints": {"permitted": ["portal.example", "gz.example"]}}
    assert COUNTRY.verify(changed("gd", "gz", constraints=both)).subject == PORTAL
    assert broken(changed("anchor", "gd", constraints=both))[:2] == (3, Reason.NAMING_CONSTRAINTS)
    without = {"naming_constraints": {"excluded": ["gz.example"]}}
    assert broken(changed("gd", "gz", constraints=without))[:2] == (2, Reason.NAMING_CONSTRAINTS)
    assert COUNTRY.verify(changed("gz", "portal", constraints=without)).subject == PORTAL
    assert broken(changed("gd", "gz", constraints=[]))[:2] == (2, Reason.CONSTRAINTS)


@pytest.mark.spec("OIDF 6.2")
def test_rule_9_a_lower_statement_lifts_no_constraint_of_a_higher_one() -> None:
    changes = {
        ("anchor", "gd"): {"constraints": {"max_path_length": 1}},
        ("gd", "gz"): {"constraints": {"max_path_length": 9}},
    }
    assert broken(COUNTRY.chain(changes=changes))[:2] == (3, Reason.MAX_PATH_LENGTH)


@pytest.mark.spec("OIDF 10.4")
@pytest.mark.parametrize("link", LINKS)
def test_rule_11_a_chain_ends_with_the_first_of_all_its_statements(link: tuple[str, str]) -> None:
    assert COUNTRY.verify(changed(*link, exp=int(NOW) + 60)).expires == int(NOW) + 60


@pytest.mark.spec("OIDF 4")
def test_an_anchor_alone_is_a_chain_of_one() -> None:
    chain = COUNTRY.verified("anchor")
    assert (chain.subject, chain.anchor, chain.superiors) == (ANCHOR, ANCHOR, ())
    assert chain.jwks == COUNTRY.jwks("anchor")
    assert chain.metadata("federation_entity") is not None
    assert broken(Country().chain("anchor"))[:2] == (0, Reason.KID)


class Remembered(Signatures):
    """Signatures in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], int] = {}

    def known(self, token_sha256: str, key_thumbprint: str) -> bool:
        return (token_sha256, key_thumbprint) in self.kept

    def remember(self, token_sha256: str, key_thumbprint: str, until: int) -> None:
        self.kept[token_sha256, key_thumbprint] = until


@pytest.mark.spec("OIDF 10.2")
def test_a_signature_that_was_good_is_not_computed_twice_and_nothing_else_is_spared() -> None:
    kept, tokens = Remembered(), COUNTRY.chain()
    with patch.object(jose, "_matches", wraps=jose._matches) as checked:
        first = COUNTRY.verify(tokens, signatures=kept)
        assert checked.call_count == 5
        assert COUNTRY.verify(tokens, signatures=kept) == first
        assert checked.call_count == 5
    assert set(kept.kept.values()) == {first.expires}
    assert broken(tokens, signatures=kept, now=first.expires + 11)[1] is Reason.EXP
    assert broken(tokens, signatures=kept, anchors=Country().anchors)[1] is Reason.KID
    forged = [f"{tokens[0][:-4]}AAAA", *tokens[1:]]
    assert broken(forged, signatures=kept)[:2] == (0, Reason.SIGNATURE)
    before = dict(kept.kept)
    refusal([f"{tokens[0][:-4]}AAAA", *tokens[1:]], signatures=kept)
    assert kept.kept == before


def test_a_broken_chain_says_where_who_and_why() -> None:
    found = refusal(changed("gd", "gz", exp=1))
    assert (found.hop, found.issuer, found.subject) == (2, GD, GZ)
    assert (found.section, found.sentence) == (Reason.EXP.section, Reason.EXP.sentence)
    assert "statement 2" in str(found)
    assert f"§{found.section}" in str(found)


@pytest.mark.spec("OIDF 6.1.4")
def test_what_the_policies_refuse_says_which_kind_of_refusal_it_is() -> None:
    contradiction = {
        ("anchor", "gd"): {"metadata_policy": {RP: {"scope": {"value": "openid"}}}},
        ("gd", "gz"): {"metadata_policy": {RP: {"scope": {"value": "profile"}}}},
    }
    found = refusal(COUNTRY.chain(changes=contradiction))
    assert isinstance(found.reason, InvalidPolicy)
    assert found.code == NO_CHAIN
    demanded = refusal(changed("gd", "gz", metadata_policy={RP: {"contacts": {"essential": True}}}))
    assert isinstance(demanded.reason, InvalidMetadata)
    assert (demanded.code, demanded.section) == (NO_METADATA, "6.1.3.1.7")


def test_no_name_stands_twice_in_any_statement() -> None:
    key = COUNTRY.key("gd")
    head = {"alg": "ES256", "kid": key.kid, "typ": "entity-statement+jwt"}
    twice = f'{{"iss":"{GD}","sub":"{PORTAL}","sub":"{GZ}"}}'.encode()
    tokens = COUNTRY.chain()
    tokens[2] = forge(head, twice, signer=key)
    assert broken(tokens) == (2, Reason.FORMAT, NO_CHAIN)
