"""Whatever lawful federation stands, its chains verify; whatever one thing is changed in a chain, it does not."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.chain import Broken
from tests.federation.country import ABSENT, NOW, Country

NAMES = ["a", "b", "c", "d", "e", "f"]


@dataclass(frozen=True)
class Case:
    """A chain of so many intermediates, and the lives of its statements in seconds."""

    depth: int
    lives: tuple[int, ...]


@cache
def country(depth: int) -> Country:
    names = NAMES[: depth + 1]
    return Country(dict(zip(names, ["anchor", *names], strict=False)), kinds={})


def links(depth: int) -> list[tuple[str, str]]:
    """`(issuer, subject)` of every statement, in the order of the chain."""
    line = country(depth).line(NAMES[depth])
    return [(line[0], line[0]), *zip(line[1:], line, strict=False), (line[-1], line[-1])]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    depth = draw(st.integers(0, 5))
    lives = st.lists(st.integers(60, 10**6), min_size=depth + 3, max_size=depth + 3)
    return Case(depth, tuple(draw(lives)))


def tokens(case: Case) -> list[str]:
    ends = {link: {"exp": int(NOW) + life} for link, life in zip(links(case.depth), case.lives, strict=True)}
    return country(case.depth).chain(NAMES[case.depth], changes=ends)


@pytest.mark.spec("OIDF 10.4")
@settings(max_examples=30, deadline=None)
@given(cases())
def test_a_lawful_chain_verifies_and_ends_with_its_first_end(case: Case) -> None:
    lawful = tokens(case)
    chain = country(case.depth).verify(lawful)
    assert chain.expires == int(NOW) + min(case.lives)
    assert len(chain.superiors) == case.depth + 1
    assert list(chain.tokens) == lawful


@pytest.mark.spec("OIDF 10.2")
@settings(max_examples=80, deadline=None)
@given(cases(), st.data())
def test_one_character_changed_anywhere_breaks_the_chain(case: Case, data: st.DataObject) -> None:
    lawful = tokens(case)
    hop = data.draw(st.integers(0, len(lawful) - 1))
    text = lawful[hop]
    at = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.sampled_from("AZaz09-_.=").filter(lambda one: one != text[at]))
    spoilt = f"{text[:at]}{letter}{text[at + 1 :]}"
    with pytest.raises(Broken):
        country(case.depth).verify([*lawful[:hop], spoilt, *lawful[hop + 1 :]])


@pytest.mark.spec("OIDF 10.2")
@settings(max_examples=60, deadline=None)
@given(cases(), st.data())
def test_another_order_or_number_of_statements_breaks_the_chain(case: Case, data: st.DataObject) -> None:
    lawful = tokens(case)
    kind = data.draw(st.sampled_from(["order", "less", "twice"]))
    if kind == "order":
        other = data.draw(st.permutations(lawful).filter(lambda one: one != lawful))
    else:
        hop = data.draw(st.integers(0, len(lawful) - 1))
        other = lawful[:hop] + (lawful[hop : hop + 1] * 2 if kind == "twice" else []) + lawful[hop + 1 :]
    with pytest.raises(Broken):
        country(case.depth).verify(other, subject=country(case.depth).id_of(NAMES[case.depth]))


CLAIMS: dict[str, list[Any]] = {
    "iss": ["https://evil.example", ABSENT, None, 1],
    "sub": ["https://evil.example", ABSENT, None, 1],
    "iat": [int(NOW) + 11, ABSENT, "1", True],
    "exp": [int(NOW) - 10, ABSENT, "1", 1.5],
    "jwks": [ABSENT, {}, {"keys": []}, []],
    "metadata": [[], None, {"openid_provider": None}],
    "crit": [["x"], [], None],
    "aud": ["https://evil.example"],
    "trust_anchor": ["https://evil.example"],
}


@pytest.mark.spec("OIDF 3.2")
@settings(max_examples=80, deadline=None)
@given(cases(), st.data())
def test_one_claim_changed_and_signed_anew_breaks_the_chain(case: Case, data: st.DataObject) -> None:
    """The issuer itself is at fault, so that every signature is good."""
    link = data.draw(st.sampled_from(links(case.depth)))
    name = data.draw(st.sampled_from(sorted(CLAIMS)))
    value = data.draw(st.sampled_from(CLAIMS[name]))
    changed = country(case.depth).chain(NAMES[case.depth], changes={link: {name: value}})
    with pytest.raises(Broken):
        country(case.depth).verify(changed)


@pytest.mark.spec("OIDF 10.2")
@settings(max_examples=30, deadline=None)
@given(cases(), st.data())
def test_one_key_changed_breaks_the_chain(case: Case, data: st.DataObject) -> None:
    stranger = made_again(case.depth)
    issuer, subject = data.draw(st.sampled_from(links(case.depth)))
    by_another: dict[str, Any] = {"key": stranger.key(issuer)}
    about_another: dict[str, Any] = {"jwks": stranger.jwks(subject)}
    change = data.draw(st.sampled_from([by_another, about_another]))
    changed = country(case.depth).chain(NAMES[case.depth], changes={(issuer, subject): change})
    with pytest.raises(Broken):
        country(case.depth).verify(changed)


@cache
def made_again(depth: int) -> Country:
    """The same names under other keys."""
    names = NAMES[: depth + 1]
    return Country(dict(zip(names, ["anchor", *names], strict=False)), kinds={})
