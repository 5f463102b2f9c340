"""Clients come back as they were registered, and no answer is older than it may be."""

from dataclasses import replace

import pytest

from idp.client import Client
from idp.records.clients import ClientRecords
from idp.records.database import Database

FULL = Client(
    client_id="http://门户.example/甲",
    name={"zh": "门户", "en": "Portal"},
    redirect_uris=("https://portal.example/cb?x=1", "https://portal.example/cb2"),
    auth_method="private_key_jwt",
    secret_sha256="ab" * 32,
    jwks={"keys": [{"kty": "EC", "x": "1"}]},
    jwks_uri="https://portal.example/jwks",
    id_token_alg="RS256",
    scopes=("openid", "profile"),
    pkce=False,
    consent="ask",
    post_logout_redirect_uris=("https://portal.example/bye",),
    backchannel_logout_uri="https://portal.example/logout",
    initiate_login_uri="https://portal.example/start",
    client_uri="https://portal.example/",
    peer=True,
    region="440000",
    extra={"contacts": ["a@example"], "n": 1, "deep": {"er": None}},
)
BARE = Client(client_id="bare", name={"en": "Bare"}, redirect_uris=("https://bare.example/",))


@pytest.fixture
def clock() -> list[float]:
    return [0.0]


@pytest.fixture
def records(database: Database, clock: list[float]) -> ClientRecords:
    return ClientRecords(database, now=lambda: clock[0])


@pytest.mark.parametrize("client", [FULL, BARE], ids=["full", "bare"])
def test_a_client_comes_back_equal(records: ClientRecords, database: Database, client: Client) -> None:
    assert records.add(client)
    back = ClientRecords(database).find(client.client_id)
    assert back == client
    assert back is not None
    assert isinstance(back.redirect_uris, tuple)
    assert records.list() == (client,)


def test_every_field_of_a_client_differs_from_its_default_in_the_full_one() -> None:
    kept = [name for name in Client.__slots__ if name not in ("automatic", "expires")]  # of chains
    same = [name for name in kept if getattr(FULL, name) == getattr(BARE, name)]
    assert same == []


def test_an_id_is_taken_once(records: ClientRecords) -> None:
    assert records.add(BARE)
    assert not records.add(replace(BARE, consent="ask"))
    assert records.find("bare") == BARE


def test_replace_writes_a_new_form_and_only_of_one_that_is_there(records: ClientRecords) -> None:
    assert not records.replace(BARE)
    records.add(BARE)
    assert records.replace(replace(BARE, scopes=("openid",)))
    assert records.find("bare") == replace(BARE, scopes=("openid",))


def test_ids_are_compared_exactly(records: ClientRecords) -> None:
    records.add(BARE)
    assert [records.find(name) for name in ("BARE", "bare ", "bar%", "", "b")] == [None] * 5


def test_what_is_removed_here_is_gone_at_once(records: ClientRecords) -> None:
    records.add(BARE)
    assert records.find("bare") == BARE
    assert records.remove("bare")
    assert records.find("bare") is None
    assert not records.remove("bare")


def test_what_is_added_here_is_there_at_once_though_nobody_knew_it_before(records: ClientRecords) -> None:
    assert records.find("bare") is None
    records.add(BARE)
    assert records.find("bare") == BARE


def test_what_is_removed_elsewhere_is_gone_after_five_seconds(
    records: ClientRecords, database: Database, clock: list[float]
) -> None:
    records.add(BARE)
    records.find("bare")
    ClientRecords(database).remove("bare")
    clock[0] = 4.9
    assert records.find("bare") == BARE
    clock[0] = 5.0
    assert records.find("bare") is None


def test_what_is_added_elsewhere_is_there_after_five_seconds(
    records: ClientRecords, database: Database, clock: list[float]
) -> None:
    assert records.find("bare") is None
    ClientRecords(database).add(BARE)
    clock[0] = 4.9
    assert records.find("bare") is None
    clock[0] = 5.0
    assert records.find("bare") == BARE


def test_within_five_seconds_sql_is_not_asked_again(records: ClientRecords, database: Database) -> None:
    records.add(BARE)
    first = records.find("bare")
    nobody = records.find("nobody")
    with database.write() as sql:
        sql.exec_driver_sql("DROP TABLE clients")
    assert records.find("bare") is first
    assert records.find("nobody") is nobody is None


def test_a_flood_of_made_up_names_fills_no_memory(database: Database) -> None:
    records = ClientRecords(database, size=10)
    for number in range(100):
        records.find(f"made-up-{number}")
    assert len(records._seen) == 10
