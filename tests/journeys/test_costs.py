"""What a sign-in costs when the person has a session: few round trips, few signatures, no SQL."""

from typing import Any

import pytest
from sqlalchemy import event

from keys import jose
from tests.country.world import GD, PORTAL_GD, World
from tests.journeys.steps import code_for


def test_a_sign_in_with_a_session_costs_three_round_trips_two_signatures_and_no_sql(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = world.browser()
    world.sign_in(browser, world.portal_gd, "lihua")
    browser.get(f"{PORTAL_GD}/login")
    url, kept = world.portal_gd.start()
    trips, signatures, queries = counted(world, monkeypatch)
    browser.stop_at = PORTAL_GD
    code = browser.get(url).url.split("code=")[1].split("&")[0]
    status, _ = world.portal_gd.redeem(code, kept["verifier"])
    assert status == 200
    assert trips == ["GET", "SET", "EVALSHA"]
    assert len(signatures) == 2
    assert queries == []


def test_a_refresh_costs_three_round_trips_two_signatures_and_one_query(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    grants = {"grant_types": ["authorization_code", "refresh_token"]}
    site = world.site("http://keeps.localhost:8488", GD, "keeps", extra=grants)
    code, kept = code_for(world, world.browser(), site)
    _, tokens = site.redeem(code, kept["verifier"])
    _, tokens = site.refresh(tokens["refresh_token"])
    trips, signatures, queries = counted(world, monkeypatch)
    status, _ = site.refresh(tokens["refresh_token"])
    assert status == 200
    assert trips == ["GET", "EVALSHA", "GET"]
    assert signatures == ["at+jwt", "JWT"]
    assert [query.split(" \n")[0] for query in queries] == ["BEGIN", "SELECT tombstones.session_key"]


def counted(world: World, patch: pytest.MonkeyPatch) -> tuple[list[str], list[str], list[str]]:
    """Lists that fill with the store's commands, the signatures' types and the SQL statements at Guangdong."""
    trips: list[str] = []
    signatures: list[str] = []
    queries: list[str] = []
    store = world.stores[GD]
    ask, sign = store._do, jose.sign

    def asking(*command: str | bytes) -> object:
        trips.append(str(command[0]))
        return ask(*command)

    def signing(key: Any, claims: Any, *, typ: str) -> str:
        signatures.append(typ)
        return sign(key, claims, typ=typ)

    patch.setattr(store, "_do", asking)
    patch.setattr(jose, "sign", signing)
    engine = world.nodes[GD].records.database.engine
    event.listen(engine, "before_cursor_execute", lambda *told: queries.append(str(told[2])))
    return trips, signatures, queries
