"""Several hosts share their subjects where the host that they name says so itself."""

import json
from pathlib import Path
from typing import Any

import pytest

from idp.errors import WireError
from tests.idp.oauth.registry import Registry

LIST = "https://sector.example/list.json"
HOSTS = ["https://tax.example/cb", "https://bank.example/cb"]
WANTED: dict[str, Any] = {"redirect_uris": HOSTS, "sector_identifier_uri": LIST}


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path)


def sector(registry: Registry, client_id: str) -> str:
    client = registry.clients.find(client_id)
    assert client is not None
    return client.sector


@pytest.mark.spec("OIDC Registration 5")
@pytest.mark.parametrize("listed", [HOSTS, [*HOSTS, "https://more.example/cb", 7]], ids=["exact", "more"])
def test_a_list_that_has_every_address_makes_one_sector_of_them(
    registry: Registry, listed: list[Any]
) -> None:
    registry.lists[LIST] = json.dumps(listed).encode()
    one = registry.register(**WANTED)
    assert one["sector_identifier_uri"] == LIST
    assert sector(registry, one["client_id"]) == "sector.example"
    assert sector(registry, registry.register(redirect_uris=HOSTS)["client_id"]) != "sector.example"


BAD: dict[str, bytes | None] = {
    "nothing there": None,
    "a list that lacks one": json.dumps(HOSTS[:1]).encode(),
    "a list of another spelling": json.dumps([f"{host}/" for host in HOSTS]).encode(),
    "an object": json.dumps(dict.fromkeys(HOSTS, 1)).encode(),
    "a text that has them": json.dumps(" ".join(HOSTS)).encode(),
    "a list within a list": json.dumps([HOSTS]).encode(),
    "no JSON": b"<html>",
    "more than a list ever has": json.dumps([*HOSTS, "x" * 70_000]).encode(),
}


@pytest.mark.spec("OIDC Registration 5")
@pytest.mark.parametrize("case", BAD)
def test_whoever_is_not_on_the_list_does_not_share(registry: Registry, case: str) -> None:
    if (body := BAD[case]) is not None:
        registry.lists[LIST] = body
    with pytest.raises(WireError) as refused:
        registry.register(**WANTED)
    assert (refused.value.code, refused.value.status) == ("invalid_client_metadata", 400)
    assert refused.value.public.startswith("sector_identifier_uri: ")
    assert registry.clients.list() == ()


def test_the_list_is_read_again_for_every_change(registry: Registry) -> None:
    registry.lists[LIST] = json.dumps(HOSTS).encode()
    one = registry.register(**WANTED)
    registry.lists[LIST] = b"[]"
    with pytest.raises(WireError):
        registry.update(one, **WANTED)
    assert sector(registry, one["client_id"]) == "sector.example"
