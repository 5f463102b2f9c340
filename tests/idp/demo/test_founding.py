"""The first day: settings that the product accepts as they are, and everybody registered where they belong."""

import json
import stat
from pathlib import Path

import pytest

from adapters.config import DirectoryConfig
from adapters.kinds import open_source
from adapters.ldap.embedded import EmbeddedDirectory
from idp.demo import directory
from idp.demo.census import accounts, everybody
from idp.demo.enrolment import opened
from idp.demo.founding import found
from idp.demo.ground import DemoError
from idp.demo.manifest import describe, read, remove, write
from idp.demo.places import Country, country
from idp.passwords import Passwords
from idp.records.accounts import Accounts
from idp.records.clients import ClientRecords
from idp.records.database import Database
from idp.settings import Settings, load
from idp.trusting.anchors import kids, read_keys


@pytest.fixture(scope="module")
def land(tmp_path_factory: pytest.TempPathFactory) -> Country:
    land = country(8400, tmp_path_factory.mktemp("land"))
    found(land, store=Path("/tmp/manyou/valkey.sock"))
    return land


def settings(land: Country, name: str) -> Settings:
    return load(land.settings(land.node(name)), {})


@pytest.mark.parametrize("name", ["anchor", "hub", "gd", "zj", "gz", "gz-civil"])
def test_the_settings_of_every_node_are_accepted(land: Country, name: str) -> None:
    node = settings(land, name)
    assert node.issuer == land.node(name).origin
    assert node.namespace == "http://anchor.localhost:8401"
    assert node.store.url == "unix:///tmp/manyou/valkey.sock"


def test_everybody_pins_the_anchor_s_keys_and_nobody_else_s(land: Country) -> None:
    for name in ("hub", "gd", "zj", "gz", "gz-civil"):
        (pinned,) = settings(land, name).trust_anchor
        assert pinned.entity_id == "http://anchor.localhost:8401"
        assert len(kids(read_keys(pinned.jwks_file))) == 2  # the next one is pinned before it signs
        assert all(peer.jwks_file is None for peer in settings(land, name).peer)
    assert settings(land, "anchor").trust_anchor == ()
    for portal in land.portals[:3]:
        kept = json.loads((land.folder / portal.name / "member.json").read_text())
        assert list(kept["anchors"]) == ["http://anchor.localhost:8401"]
    assert not (land.folder / "portal-plain" / "member.json").exists()


def test_the_hub_leads_to_the_regions_of_the_federation_and_a_province_to_the_hub(land: Country) -> None:
    assert (settings(land, "hub").federation.regions, settings(land, "hub").peer) == (True, ())
    for name in ("gd", "zj"):
        assert [peer.issuer for peer in settings(land, name).peer] == ["http://hub.localhost:8402"]
    assert settings(land, "anchor").peer == ()


def test_each_superior_states_who_is_right_below_it_and_nobody_else(land: Country) -> None:
    below = {
        "anchor": ("hub", "gd", "zj"),
        "gd": ("gz", "portal-gd"),
        "zj": ("portal-zj",),
        "gz": ("gz-civil",),
        "gz-civil": ("portal-gz",),
    }
    for name, places in below.items():
        with opened(land, land.node(name)) as (registry, _):
            assert {one.split("//")[1].split(".")[0] for one in registry.ids()} == set(places)
    assert [settings(land, name).authority is not None for name in (*below, "hub")] == [True] * 5 + [False]


def test_the_anchor_alone_gives_regions_and_bounds_what_is_below(land: Country) -> None:
    with opened(land, land.anchor) as (registry, _):
        given = {one: registry.find(one) for one in registry.ids()}
        wide = registry.wide()
    regions = [
        one.metadata["openid_provider"]["manyou_region"] for one in given.values() if one and one.metadata
    ]
    assert sorted(regions) == ["330000", "440000"]  # type: ignore[type-var]
    assert wide.constraints["max_path_length"] == 3
    assert wide.constraints["naming_constraints"] == {"permitted": [".localhost"]}
    assert set(wide.metadata_policy["openid_provider"]) == {
        "manyou_identity_levels",
        "manyou_authenticator_levels",
    }


def test_every_portal_that_is_known_by_chain_holds_the_mark_that_provinces_want(land: Country) -> None:
    mark = "http://anchor.localhost:8401/marks/portal"
    with opened(land, land.anchor) as (_, marks):
        assert marks.holders(mark) == tuple(
            sorted(portal.origin for portal in land.portals if portal.superior is not None)
        )
    assert [settings(land, name).federation.client_marks for name in ("gd", "zj", "hub")] == [
        (mark,),
        (mark,),
        (),
    ]


def test_guangdong_asks_its_directory_and_zhejiang_its_accounts(land: Country) -> None:
    gd, zj = settings(land, "gd"), settings(land, "zj")
    assert [table.url for table in gd.directory] == ["ldap://127.0.0.1:8389"]
    assert gd.directory[0].bind_password() == directory.BIND_PASSWORD
    assert (gd.accounts.enabled, zj.accounts.enabled, zj.directory) == (False, True, ())


def test_one_portal_is_registered_by_hand_and_the_others_nowhere(land: Country) -> None:
    asked = {}
    for portal in land.portals:
        node = settings(land, portal.node or "")
        client = ClientRecords(Database(node.records.url)).find(portal.name)
        kept = json.loads((land.folder / portal.name / "client.json").read_text())
        asked[portal.name] = (kept["auth_method"], kept["requests"])
        assert (client is not None) == (portal.superior is None)
        assert kept["client_id"] == (portal.name if client is not None else portal.origin)
        if client is not None:
            assert client.secret_matches(kept["secret"])
            assert client.backchannel_logout_uri == f"{portal.origin}/backchannel-logout"
    assert asked == {
        "portal-gd": ("private_key_jwt", "signed"),
        "portal-zj": ("private_key_jwt", "pushed"),
        "portal-gz": ("private_key_jwt", "signed"),
        "portal-plain": ("client_secret_basic", "open"),
    }


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
    names = ["gd/data/kek", "gd/directory-password", "portal-plain/client.json", "portal-zj/member.json"]
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
        *("version", "board", "anchor", "hub", "provinces", "authorities", "portals"),
        *("directories", "citizens", "admins", "processes"),
    ]
    assert told["provinces"][0] == {
        "code": "440000",
        "name": {"zh": "广东省", "en": "Guangdong"},
        "issuer": "http://gd.localhost:8410",
        "settings": str(land.folder / "gd" / "manyou.toml"),
        "initial_access_token": land.settings(land.node("gd")).with_name("initial-access-token").read_text(),
    }
    assert told["portals"][1] == {
        "region": "330000",
        "url": "http://portal-zj.localhost:8421/",
        "issuer": "http://zj.localhost:8420",
    }
    assert [portal["url"].split("//")[1].split(".")[0] for portal in told["portals"]] == [
        *("portal-gd", "portal-zj", "portal-gz", "portal-plain"),
    ]
    assert told["authorities"][-1] == {
        "entity_id": "http://gz-civil.localhost:8431",
        "settings": str(land.folder / "gz-civil" / "manyou.toml"),
        "superior": "http://gz.localhost:8430",
    }
    assert told["authorities"][0]["superior"] is None


def test_the_file_for_programs_is_there_only_while_it_is_true(land: Country) -> None:
    write(land, [])
    path = land.folder / "demo.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read(land.folder) == json.loads(path.read_text("utf-8"))
    remove(land)
    with pytest.raises(DemoError, match="manyou demo --data"):
        read(land.folder)
