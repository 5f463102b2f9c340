"""What a portal may try that a chain makes known, or a stranger who would like to be one: each is refused, and its
lawful twin is served."""

import json
from typing import Any

import jwt
import pytest

from idp import wiring
from idp.app import create_app
from idp.store import ValkeyStore
from tests.country.chained import ChainedWorld
from tests.country.member import IMPLIED, OBJECT, Portal, portal
from tests.country.world import ANCHOR, GD, HUB, ZJ, AtOnce
from tests.keys.forge import unchecked

STRANGER = "http://portal-x.localhost:8499"


def refused(page: Any, code: str) -> None:
    """A page at the provider itself, which sends nobody anywhere (OIDF §12.1.3)."""
    assert page.status == 400, page.text
    assert page.url.startswith(GD)
    assert code in page.text


@pytest.mark.spec("OIDF 12.1.1.1")
@pytest.mark.parametrize(
    "changes",
    [
        {"sub": "http://portal-gz.localhost:8432"},
        {"aud": ZJ},
        {"aud": [GD, ZJ]},
        {"iss": STRANGER},
        {"client_id": STRANGER},
        {"jti": None},
        {"exp": None},
        {"exp": 1},
        {"typ": "JWT"},
        {"typ": "entity-statement+jwt"},
    ],
    ids=str,
)
def test_a_request_object_that_differs_in_one_thing_signs_nobody_in(
    chained: ChainedWorld, changes: dict[str, Any]
) -> None:
    one = portal(chained)
    refused(one.ask(chained.browser(), **changes), "invalid_request_object")
    assert one.push(one.object(**changes)[0]).status == 400
    assert one.code(chained.browser())


@pytest.mark.spec("OIDF 12.1.1.1")
def test_an_object_with_a_name_that_stands_twice_is_refused(chained: ChainedWorld) -> None:
    """Two readers of it could see two requests."""
    one = portal(chained)
    claims = jwt.decode(one.object()[0], options={"verify_signature": False})
    for more, lawful in (("", True), (f',"aud":"{GD}"', False), (f',"aud":"{ZJ}"', False)):
        body = json.dumps({**claims, "jti": more or "once"})[:-1] + more + "}"
        token = jwt.PyJWS().encode(body.encode(), one.key, "ES256", headers={"kid": "k", "typ": OBJECT})
        page = one.visit(chained.browser(), one.address(token))
        assert ("/signin/" in page.url) is lawful, page.url


def another_process(chained: ChainedWorld, issuer: str) -> Any:
    """The application of a second process of a node: its settings, its store and its records, nothing in memory."""
    prefix = f"{chained._prefix}-{issuer.split('//')[1].split('.')[0]}"
    node = wiring.build(
        chained._settings(issuer),
        clock=chained.clock,
        store=ValkeyStore(chained._valkey, prefix),
        outbound=chained.network,
        pool=AtOnce(),
        sources=(chained.directory,),
    )
    return create_app(node)


@pytest.mark.spec("OIDF 12.1.1.1")
def test_a_request_is_good_once_whichever_process_it_comes_to(chained: ChainedWorld) -> None:
    one = portal(chained)
    token, _ = one.object()
    assert "/signin/" in one.visit(chained.browser(), one.address(token)).url
    first = chained.network.apps[GD]
    for app in (another_process(chained, GD), first):
        chained.network.apps[GD] = app
        refused(one.visit(chained.browser(), one.address(token)), "request_replayed")
        assert one.push(token).status == 400
        assert "/signin/" in one.ask(chained.browser()).url


@pytest.mark.spec("OIDF 12.1.1.2")
def test_a_proof_is_good_once_whichever_process_it_comes_to(chained: ChainedWorld) -> None:
    one = portal(chained)
    again = one.made(typ="JWT", sub=one.url, jti="one proof")
    pairs = [one.code(chained.browser()) for _ in range(2)]
    one.made = lambda *_, **__: again  # type: ignore[method-assign]
    assert one.redeem(*pairs[0])[0] == 200
    chained.network.apps[GD] = another_process(chained, GD)
    status, answer = one.redeem(*pairs[1])
    assert (status, answer["error"]) == (401, "invalid_client")


INSIDE = (
    "https://169.254.169.254/latest",
    "file:///etc/passwd",
    "gopher://x/",
    "http://10.0.0.1:6379",
    "https://",
)


@pytest.mark.parametrize("name", INSIDE)
def test_a_name_that_is_no_entity_makes_nobody_go_anywhere(chained: ChainedWorld, name: str) -> None:
    """A literal address with https is an entity identifier; that `Outbound` goes to none inside is tried there."""
    one = portal(chained)
    chained.network.calls.clear()
    token = one.made(iss=name, client_id=name)
    assert chained.browser().get(f"{GD}/authorize?client_id={name}&request={token}").status in (400, 503)
    asked = [url for _, url in chained.network.calls]
    assert asked == ([f"{name}/.well-known/openid-federation"] if name.startswith("https://1") else [])


def test_a_stranger_whose_request_is_not_for_us_makes_nobody_go_anywhere(chained: ChainedWorld) -> None:
    one = Portal(chained, STRANGER, above=[GD])
    chained.network.calls.clear()
    for token in (one.made(aud=ZJ), one.made(iss=GD)):
        assert one.visit(chained.browser(), one.address(token)).status == 400
    assert chained.browser().get(f"{GD}/authorize?client_id={STRANGER}").status == 400
    assert chained.network.calls == []
    one.ask(chained.browser())
    assert any(url.startswith(STRANGER) for _, url in chained.network.calls), "the twin is looked for"


@pytest.mark.parametrize(
    "hints", [[f"https://h{number}.example" for number in range(5_000)], ["https://127.1"]]
)
def test_hints_of_a_stranger_cost_a_bounded_walk(chained: ChainedWorld, hints: list[str]) -> None:
    one = Portal(chained, STRANGER, above=hints)
    chained.network.calls.clear()
    assert one.ask(chained.browser()).status in (400, 503)
    asked = {url for _, url in chained.network.calls if not url.startswith(GD)}
    assert 1 < len(asked) <= 11


def test_hints_that_are_no_entities_are_not_followed(chained: ChainedWorld) -> None:
    one = Portal(chained, STRANGER, above=[GD, "http://10.0.0.1"])
    refused(one.ask(chained.browser()), "invalid_trust_chain")
    assert not any("10.0.0.1" in url for _, url in chained.network.calls)


@pytest.mark.spec("OIDF 12.1.3")
def test_a_stranger_is_a_page_and_is_redirected_nowhere(chained: ChainedWorld) -> None:
    one = Portal(chained, STRANGER, above=[GD])
    refused(one.ask(chained.browser()), "invalid_trust_chain")
    assert json.loads(one.push(one.object()[0]).body)["error"] == "invalid_trust_chain"
    one.enrolled(GD, metadata=IMPLIED)
    chained.advance(61)
    assert one.code(chained.browser())


@pytest.mark.parametrize("path", ["resolve", "chain"])
def test_questions_of_strangers_make_nobody_go_anywhere(chained: ChainedWorld, path: str) -> None:
    one = portal(chained)
    browser = chained.browser()
    for issuer in (ANCHOR, HUB, GD, ZJ):
        chained.network.calls.clear()
        for name in (one.url, STRANGER, "https://169.254.169.254", "x"):
            browser.hop(f"{issuer}/federation/{path}?sub={name}&trust_anchor={ANCHOR}&anchor={ANCHOR}")
        assert chained.network.calls == [], issuer


def test_a_portal_that_calls_itself_a_provider_is_nobodys_home_and_vouches_for_nobody(
    chained: ChainedWorld,
) -> None:
    one = portal(chained)
    one.claims["metadata"]["openid_provider"] = {
        "issuer": one.url,
        "manyou_region": "440000",
        "manyou_identity_levels": ["RL5"],
        "manyou_authenticator_levels": ["AL3"],
        **{f"{name}_endpoint": f"{one.url}/{name}" for name in ("authorization", "token", "userinfo")},
    }
    assert one.code(chained.browser()), "it is a portal all the same"
    hub = chained.nodes[HUB]
    hub.peers.visit()
    assert {one.issuer for one in hub.peers.regions()} == {GD, ZJ}
    assert hub.peers.known(one.url) is None


def test_a_portal_that_calls_itself_another_issuer_is_refused(chained: ChainedWorld) -> None:
    one = portal(chained)
    levels = {"manyou_identity_levels": ["RL1"], "manyou_authenticator_levels": ["AL1"]}
    one.claims["metadata"]["openid_provider"] = {"issuer": GD, **levels}
    page = one.ask(chained.browser())
    refused(page, "invalid_trust_chain")
    assert "§5.1.3" in page.text


def test_one_stolen_federation_key_of_a_portal_signs_no_requests(chained: ChainedWorld) -> None:
    one = portal(chained)
    token, _ = one.object()
    claims = jwt.decode(token, options={"verify_signature": False})
    forged = unchecked(one.ring.keys[0], claims, typ=OBJECT)
    refused(one.visit(chained.browser(), one.address(forged)), "invalid_request_object")
    assert one.code(chained.browser())
