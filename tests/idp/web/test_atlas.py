"""The pages about the federation: what is at hand is shown, and nobody is asked, whoever reads them."""

from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient

from federation.chain import TrustChain
from federation.resolve.report import Report
from idp.authority.gathering import Collected
from idp.errors import PageError
from idp.seen.portrait import Entity
from idp.seen.sight import Sight
from idp.seen.trouble import Trouble, trouble
from idp.web.atlas import PAGE, Atlas, Known, blueprint
from idp.web.pages import Pages
from tests.idp.chains import ANCHOR, chain, province
from tests.idp.made import GD, NOW, ZJ, Clock

NAME = {"zh": "广东省", "en": "Guangdong"}
ENGLISH = {"Accept-Language": "en"}


class Shelf:
    """Chains and troubles of a test."""

    def __init__(self) -> None:
        self.chains: dict[str, TrustChain] = {}
        self.troubles: dict[str, Trouble] = {}

    def at_hand(self, entity_id: str) -> TrustChain | None:
        return self.chains.get(entity_id)

    def find(self, entity_id: str) -> Trouble | None:
        return self.troubles.get(entity_id)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def browser(shelf: Shelf) -> FlaskClient:
    app = Flask("atlas")
    own = Entity(entity_id=ANCHOR, state="passed", roles=("anchor",))
    sight = Sight(
        own=own, chains=lambda: list(shelf.chains.values()), below=None, gathered=Collected, clock=Clock()
    )
    pages = Pages(NAME, GD)
    known = Known(trust=shelf, troubles=shelf, marks=lambda _: None)
    app.register_blueprint(blueprint(Atlas(pages=pages, sight=sight, known=known, clock=Clock())))
    app.register_blueprint(pages.assets.blueprint())

    def refused(error: PageError) -> Response:
        return Response(error.code, error.status)

    app.register_error_handler(PageError, refused)
    return app.test_client()


def fell(**changes: Any) -> Trouble:
    lawful: dict[str, Any] = {
        "subject": GD,
        "steps": (),
        "verdict": "untrusted",
        "chain": None,
        "code": "invalid_trust_chain",
        "reason": "the signature does not match",
        "section": "3.2",
        "fetches": 1,
        "retry_after": 30,
        "milliseconds": 1.0,
    }
    return trouble(Report(**{**lawful, **changes}), NOW)


def test_a_chain_at_hand_is_shown_hop_by_hop(browser: FlaskClient, shelf: Shelf) -> None:
    shelf.chains[GD] = province()
    page = browser.get("/federation/chain", query_string={"sub": GD}, headers=ENGLISH)
    assert page.status_code == 200
    assert "A trust chain leads to it" in page.text
    assert "vouches for <bdi>Guangdong</bdi>" in page.text
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("anchor", "shown"), [(ANCHOR, True), ("https://other.example", False)])
def test_a_chain_to_another_anchor_than_is_asked_for_is_not_shown(
    browser: FlaskClient, shelf: Shelf, anchor: str, shown: bool
) -> None:
    shelf.chains[GD] = province()
    page = browser.get("/federation/chain", query_string={"sub": GD, "anchor": anchor}, headers=ENGLISH)
    assert ("A trust chain leads to it" in page.text) is shown
    assert ("Nothing is at hand about it" in page.text) is not shown


def test_why_there_is_none_is_said_in_plain_words_with_the_section(
    browser: FlaskClient, shelf: Shelf
) -> None:
    shelf.troubles[GD] = fell()
    page = browser.get("/federation/chain", query_string={"sub": GD}, headers=ENGLISH).text
    assert "No trust chain leads to it" in page
    assert "The signature does not match: the text was changed, or somebody else signed it." in page
    assert "OpenID Federation 1.0 §3.2" in page
    assert "invalid_trust_chain" in page


def test_silence_is_not_called_a_no(browser: FlaskClient, shelf: Shelf) -> None:
    shelf.troubles[GD] = fell(verdict="unreachable", code="temporarily_unavailable", section="10.5")
    page = browser.get("/federation/chain", query_string={"sub": GD}, headers=ENGLISH).text
    assert "Whether one leads to it cannot be said now" in page
    assert "No trust chain leads to it" not in page


def test_a_chain_that_lives_counts_more_than_what_went_wrong_before(
    browser: FlaskClient, shelf: Shelf
) -> None:
    shelf.chains[GD], shelf.troubles[GD] = province(), fell()
    page = browser.get("/federation/chain", query_string={"sub": GD}, headers=ENGLISH).text
    assert "A trust chain leads to it" in page
    assert "No trust chain leads to it" not in page


def test_of_whom_nothing_is_at_hand_the_command_is_offered(browser: FlaskClient) -> None:
    page = browser.get("/federation/chain", query_string={"sub": GD}, headers=ENGLISH).text
    assert "Nothing is at hand about it" in page
    assert f"manyou federation chain {GD} --why" in page


def test_a_command_that_is_copied_runs_nothing_else(browser: FlaskClient) -> None:
    page = browser.get("/federation/chain", query_string={"sub": "https://x.example/$(id)"}, headers=ENGLISH)
    assert "manyou federation chain &#39;https://x.example/$(id)&#39; --why" in page.text


@pytest.mark.parametrize("sub", ["portal", "ftp://gd.example", "https://gd.example/?a", "http://gd.example"])
def test_what_is_no_entity_identifier_is_not_looked_up(browser: FlaskClient, sub: str) -> None:
    page = browser.get("/federation/chain", query_string={"sub": sub}, headers=ENGLISH)
    assert page.status_code == 400
    assert "That is no entity identifier" in page.text
    assert "manyou federation chain" not in page.text


def test_without_an_entity_the_page_asks_for_one(browser: FlaskClient) -> None:
    page = browser.get("/federation/chain", headers=ENGLISH)
    assert page.status_code == 200
    assert 'name="sub"' in page.text


@pytest.mark.parametrize("path", ["/federation/chain?sub=a&sub=b", "/federation/picture?level=0&level=1"])
def test_a_parameter_that_occurs_twice_is_refused(browser: FlaskClient, path: str) -> None:
    assert browser.get(path).status_code == 400


def test_the_picture_leads_to_every_chain(browser: FlaskClient, shelf: Shelf) -> None:
    shelf.chains = {GD: province(), ZJ: province(ZJ, "330000")}
    page = browser.get("/federation/picture").text
    assert page.count('<rect class="draw-card"') == 3
    for entity_id in (ANCHOR, GD, ZJ):
        assert f'href="/federation/chain?{urlencode({"sub": entity_id})}"' in page
    assert "440000" in page


def test_a_level_is_shown_a_page_at_a_time(browser: FlaskClient, shelf: Shelf) -> None:
    for number in range(PAGE + 1):
        one = f"https://p{number:03}.example"
        shelf.chains[one] = chain(one, resolved={"openid_relying_party": {}})
    whole = browser.get("/federation/picture", headers=ENGLISH).text
    assert f"Level 1: all {PAGE + 1}, of which 8 are drawn" in whole
    first = browser.get("/federation/picture?level=1", headers=ENGLISH).text
    last = browser.get("/federation/picture?level=1&page=1", headers=ENGLISH).text
    assert (first.count('class="entity"'), last.count('class="entity"')) == (PAGE, 1)
    assert ('rel="next"' in first, 'rel="prev"' in first) == (True, False)
    assert ('rel="next"' in last, 'rel="prev"' in last) == (False, True)


@pytest.mark.parametrize(
    "query",
    ["level=9", "level=0&page=1", "level=x", "level=-1", "level=²", "level=1000000", "level=0&page=x"],
)
def test_a_page_that_is_not_there_is_not_found(browser: FlaskClient, query: str) -> None:
    assert browser.get(f"/federation/picture?{query}").status_code == 404
