"""How a node presents itself: every address of it is one that it serves."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from idp.app import create_app
from idp.introduction import roles
from idp.known import as_client
from idp.peer import Peer
from idp.settings import load
from tests.country.world import World
from tests.idp.made import GD, HUB, ZJ

ADDRESSES = re.compile(r"^http://")


def test_a_region_is_provider_party_and_entity(world: World) -> None:
    node = world.nodes[ZJ]
    found = roles(node.settings, node.provider.metadata())
    assert set(found) == {"federation_entity", "openid_provider", "openid_relying_party"}
    assert found["federation_entity"] == {
        "organization_name": "Zhejiang",
        "organization_name#zh": "浙江省",
        "federation_historical_keys_endpoint": f"{ZJ}/federation/historical-keys",
    }
    assert found["openid_provider"]["issuer"] == ZJ


def test_a_node_where_nobody_signs_in_is_an_entity_only(tmp_path: Path) -> None:
    (tmp_path / "kek").write_bytes(bytes(32))
    (tmp_path / "kek").chmod(0o600)
    text = (
        'issuer = "http://anchor.localhost:8401"\nnamespace = "http://anchor.localhost:8401"\n'
        'data = "data"\n[name]\nzh = "锚"\nen = "Anchor"\n[accounts]\nenabled = false\n[authority]\n'
        '[keys]\nkek_file = "kek"\n'
    )
    (tmp_path / "manyou.toml").write_text(text, encoding="utf-8")
    settings = load(tmp_path / "manyou.toml", {})
    assert set(roles(settings, {})) == {"federation_entity"}
    assert (
        roles(settings, {})["federation_entity"].items()
        >= {
            "organization_name": "Anchor",
            "organization_name#zh": "锚",
            "federation_fetch_endpoint": "http://anchor.localhost:8401/federation/fetch",
            "federation_historical_keys_endpoint": "http://anchor.localhost:8401/federation/historical-keys",
        }.items()
    )


@pytest.mark.parametrize("issuer", [HUB, GD, ZJ])
def test_every_address_in_it_is_served_by_the_node(world: World, issuer: str) -> None:
    node = world.nodes[issuer]
    app = create_app(node)
    rules = app.url_map.bind(issuer.removeprefix("http://"))
    served = {rule.rule for rule in app.url_map.iter_rules()}
    for role in roles(node.settings, node.provider.metadata()).values():
        for address in addresses(role):
            path = address.removeprefix(issuer)
            if address.startswith(issuer):
                known = path in served or any(rule.startswith(f"{path}/<") for rule in served)
                assert known or path == "" or rules.allowed_methods(path), address


def test_no_secret_is_needed_between_providers(world: World) -> None:
    node = world.nodes[ZJ]
    party = roles(node.settings, node.provider.metadata())["openid_relying_party"]
    assert party["token_endpoint_auth_method"] == "private_key_jwt"
    assert party["redirect_uris"] == [f"{ZJ}/arrive"], "one, and no portal's"
    assert party["subject_type"] == "pairwise"
    assert "client_secret" not in party


def test_a_peer_that_reads_it_knows_all_it_needs(world: World) -> None:
    found = roles(world.nodes[ZJ].settings, world.nodes[ZJ].provider.metadata())
    one = as_client(
        Peer(
            issuer=ZJ,
            name={"zh": "浙江省"},
            region="330000",
            provider=found["openid_provider"],
            party=found["openid_relying_party"],
            expires=0,
        )
    )
    assert one.redirect_uris == (world.nodes[ZJ].travel.redirect_uri,)
    assert one.backchannel_logout_uri == f"{ZJ}/backchannel-logout"
    assert one.initiate_login_uri == f"{ZJ}/initiate"
    assert one.post_logout_redirect_uris == (f"{ZJ}/logout/done",)


def addresses(role: Mapping[str, object]) -> list[str]:
    found = [one for value in role.values() for one in (value if isinstance(value, list) else [value])]
    return [one for one in found if isinstance(one, str) and ADDRESSES.match(one)]
