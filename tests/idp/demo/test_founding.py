"""The first day: settings that the product accepts as they are, and everybody registered where they belong."""

import json
import stat
from pathlib import Path

import pytest

from adapters.config import DirectoryConfig
from adapters.kinds import open_source
from adapters.ldap.embedded import EmbeddedDirectory
from idp.demo import charter, directory
from idp.demo.census import accounts, everybody
from idp.demo.founding import found
from idp.demo.ground import DemoError
from idp.demo.manifest import describe, read, remove, write
from idp.demo.places import Country, country
from idp.passwords import Passwords
from idp.records.accounts import Accounts
from idp.records.clients import ClientRecords
from idp.records.database import Database
from idp.settings import Settings, load


@pytest.fixture(scope="module")
def land(tmp_path_factory: pytest.TempPathFactory) -> Country:
    land = country(8400, tmp_path_factory.mktemp("land"))
    found(land, store=Path("/tmp/manyou/valkey.sock"))
    return land


def settings(land: Country, name: str) -> Settings:
    return load(land.settings(land.node(name)), {})


@pytest.mark.parametrize("name", ["anchor", "hub", "gd", "zj"])
def test_the_settings_of_every_node_are_accepted(land: Country, name: str) -> None:
    node = settings(land, name)
    assert node.issuer == land.node(name).origin
    assert node.namespace == "http://anchor.localhost:8401"
    assert node.store.url == "unix:///tmp/manyou/valkey.sock"


def test_peers_know_each_other_s_keys_and_nobody_else_s(land: Country) -> None:
    assert [peer.region for peer in settings(land, "hub").peer] == ["440000", "330000"]
    assert [peer.issuer for peer in settings(land, "gd").peer] == ["http://hub.localhost:8402"]
    assert settings(land, "anchor").peer == ()
    of_gd = next(peer for peer in settings(land, "hub").peer if peer.region == "440000").jwks() or {}
    assert len(of_gd["keys"]) == 1
    assert not {"d", "k"} & of_gd["keys"][0].keys()


def test_guangdong_asks_its_directory_and_zhejiang_its_accounts(land: Country) -> None:
    gd, zj = settings(land, "gd"), settings(land, "zj")
    assert [table.url for table in gd.directory] == ["ldap://127.0.0.1:8389"]
    assert gd.directory[0].bind_password() == directory.BIND_PASSWORD
    assert (gd.accounts.enabled, zj.accounts.enabled, zj.directory) == (False, True, ())


def test_both_portals_are_registered_each_with_its_own_proof(land: Country) -> None:
    methods = []
    for portal in land.portals:
        node = settings(land, portal.node or "")
        client = ClientRecords(Database(node.records.url)).find(portal.name)
        kept = json.loads((land.folder / portal.name / "client.json").read_text())
        assert client is not None
        methods.append(client.auth_method)
        assert client.auth_method == kept["auth_method"]
        assert client.backchannel_logout_uri == f"{portal.origin}/backchannel-logout"
        assert client.secret_matches(kept["secret"]) is (client.auth_method == "client_secret_basic")
    assert methods == ["client_secret_basic", "private_key_jwt"]


def test_local_citizens_can_sign_in_with_what_the_board_says(land: Country) -> None:
    records = Accounts(Database(settings(land, "zj").records.url))
    assert len(records.list()) == len(accounts()) == 10
    first = accounts()[0]
    kept = records.find(first.username)
    assert kept is not None
    assert Passwords().check(first.password, kept.password)
    assert (kept.rl, kept.claims["name"]) == (first.rl, "王小禾")


def test_everybody_in_the_directory_can_sign_in_with_what_the_board_says() -> None:
    server = EmbeddedDirectory(directory.LDIF)
    server.start()
    source = open_source(
        DirectoryConfig(
            name=directory.NAME,
            kind="ldap",
            url=f"ldap://127.0.0.1:{server.port}",
            base=directory.BASE,
            bind_dn=directory.BIND_DN,
            bind_password=directory.BIND_PASSWORD,
            rl=3,
        )
    )
    people = {who.username: source.check(who.username, who.password) for who in directory.residents()}
    server.stop()
    assert [name for name, person in people.items() if person is None] == []


def test_secrets_are_for_their_owner_alone(land: Country) -> None:
    names = ["gd/data/kek", "gd/directory-password", "portal-gd/client.json", "portal-zj/client.json"]
    assert all(stat.S_IMODE((land.folder / name).stat().st_mode) == 0o600 for name in names)


def test_everybody_is_made_up_of_two_provinces() -> None:
    people = everybody()
    homes = {home: sum(1 for who in people if who.home == home) for home in ("440000", "330000")}
    assert homes == {"440000": 41, "330000": 10}
    assert {who.source for who in people} == {"directory", "account"}
    assert len({(who.home, who.username) for who in people}) == len(people)


def test_the_file_for_programs_has_what_the_contract_promises(land: Country) -> None:
    told = describe(land, [])
    assert list(told) == [
        *("version", "board", "anchor", "hub", "provinces", "portals", "directories"),
        *("citizens", "admins", "processes"),
    ]
    assert told["provinces"][0] == {
        "code": "440000",
        "name": {"zh": "广东省", "en": "Guangdong"},
        "issuer": "http://gd.localhost:8410",
        "settings": str(land.folder / "gd" / "manyou.toml"),
        "initial_access_token": None,
    }
    assert told["portals"][1] == {
        "region": "330000",
        "url": "http://portal-zj.localhost:8421/",
        "issuer": "http://zj.localhost:8420",
    }


def test_the_file_for_programs_is_there_only_while_it_is_true(land: Country) -> None:
    write(land, [])
    path = land.folder / "demo.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read(land.folder) == json.loads(path.read_text("utf-8"))
    remove(land)
    with pytest.raises(DemoError, match="manyou demo --data"):
        read(land.folder)


def test_a_province_knows_the_hub_and_the_anchor_knows_nobody() -> None:
    land = country(8400, Path("x"))
    assert [peer.name for peer in charter.peers(land, land.hub)] == ["gd", "zj"]
    assert [peer.name for peer in charter.peers(land, land.provinces[1])] == ["hub"]
    assert charter.peers(land, land.anchor) == ()
