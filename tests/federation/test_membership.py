"""What a member sends to join comes back as it was, and its checksum covers all of it."""

import json
from dataclasses import replace
from typing import Any

import pytest

from federation import membership
from federation.membership import Request, Unreadable
from tests.federation.world import ANCHOR, ENTITY, KEY, PINNED, STRANGER

REQUEST = Request(
    entity_id=ENTITY,
    superior=ANCHOR,
    jwks=PINNED,
    kinds=("openid_provider", "federation_entity"),
    intermediate=True,
    contacts=("ops@gd.example",),
    marks=(f"{ANCHOR}/marks/idp",),
    region="440000",
)


def sent(**changes: Any) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(membership.written(REQUEST)))
    return {**plain, **changes}


def test_what_was_written_is_read() -> None:
    assert membership.read(sent()) == REQUEST
    assert sent()["thumbprints"] == dict(REQUEST.thumbprints)
    assert sent()["checksum"] == REQUEST.checksum


CHANGES: dict[str, dict[str, Any]] = {
    "entity": {"entity_id": "http://zj.localhost:8420"},
    "superior": {"superior": "https://other.example"},
    "keys": {"jwks": {"keys": [dict(STRANGER.public)]}},
    "fewer keys": {"jwks": {"keys": [dict(KEY.public)]}},
    "types": {"kinds": ("openid_provider",)},
    "subordinates of its own": {"intermediate": False},
    "contacts": {"contacts": ("evil@example",)},
    "marks": {"marks": ()},
    "region": {"region": "330000"},
}


@pytest.mark.parametrize("name", CHANGES)
def test_the_checksum_covers(name: str) -> None:
    assert replace(REQUEST, **CHANGES[name]).checksum != REQUEST.checksum


def test_the_order_of_keys_and_members_does_not_matter() -> None:
    keys = PINNED["keys"]
    assert isinstance(keys, list)
    assert replace(REQUEST, jwks={"keys": keys[::-1]}).checksum == REQUEST.checksum


def test_a_checksum_is_heard_however_it_is_grouped() -> None:
    digits = REQUEST.checksum.replace(" ", "")
    assert [len(group) for group in REQUEST.checksum.split()] == [5] * 6
    assert REQUEST.heard(digits)
    assert REQUEST.heard(f" {digits[:15]}-{digits[15:]} ")
    assert not REQUEST.heard(digits[:-1])
    assert not REQUEST.heard("")
    assert not REQUEST.heard(f"{(int(digits[0]) + 1) % 10}{digits[1:]}")


def test_a_checksum_in_the_file_is_not_believed() -> None:
    other = membership.read(sent(region="330000"))
    assert other.checksum != sent()["checksum"]


BAD: dict[str, dict[str, Any]] = {
    "another form": {"manyou_enrolment": 2},
    "true is not 1": {"manyou_enrolment": True},
    "no entity identifier": {"entity_id": "gd"},
    "http outside loopback": {"entity_id": "http://gd.example"},
    "a superior that is none": {"superior": 1},
    "no keys": {"jwks": {"keys": []}},
    "a private key": {"jwks": {"keys": [{**KEY.public, "d": "x"}]}},
    "a key without a name": {"jwks": {"keys": [{n: v for n, v in KEY.public.items() if n != "kid"}]}},
    "keys that are a list": {"jwks": []},
    "types that are a text": {"entity_types": "openid_provider"},
    "a type twice": {"entity_types": ["a", "a"]},
    "a type that is empty": {"entity_types": [""]},
    "types that are numbers": {"entity_types": [1]},
    "far too many": {"marks": [f"https://m.example/{i}" for i in range(65)]},
    "a text that controls a terminal": {"contacts": ["\x1b[2J"]},
    "an intermediate that is 1": {"intermediate": 1},
    "a region that is a number": {"region": 440000},
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_request_is_refused(name: str) -> None:
    with pytest.raises(Unreadable):
        membership.read(sent(**BAD[name]))


@pytest.mark.parametrize(
    "name", ["manyou_enrolment", "entity_id", "superior", "jwks", "entity_types", "contacts", "marks"]
)
def test_nothing_may_be_missing(name: str) -> None:
    plain = sent()
    del plain[name]
    with pytest.raises(Unreadable):
        membership.read(plain)
