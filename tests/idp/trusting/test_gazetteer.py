"""Which identity providers the anchors know of: read page by page, believed not at all."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from federation.statement import Statement
from idp.errors import Unavailable
from idp.trusting.gazetteer import PAGES, Gazetteer
from tests.idp.chains import ANCHOR, statement
from tests.idp.made import GD, ZJ

COLLECTION, LIST = f"{ANCHOR}/federation/collection", f"{ANCHOR}/federation/list"


class Anchor:
    """An anchor with a collection, or with a list alone."""

    def __init__(self, **endpoints: str) -> None:
        self.endpoints = endpoints
        self.pages: list[object] = []
        self.asked: list[dict[str, str]] = []

    def configuration(self, entity_id: str) -> Statement:
        own = statement(entity_id, entity_id)
        return Statement(
            **{name: getattr(own, name) for name in own.__slots__ if name != "metadata"},
            metadata={"federation_entity": self.endpoints},
        )

    def get(self, url: str, *, limit: int, headers: Mapping[str, str] | None = None) -> bytes:
        parts = urlsplit(url)
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" in self.endpoints.values()
        self.asked.append(dict(parse_qsl(parts.query)))
        page = self.pages.pop(0) if len(self.pages) > 1 else self.pages[0]
        return page if isinstance(page, bytes) else json.dumps(page).encode()

    def read(self) -> list[str]:
        return Gazetteer(anchors=lambda: [ANCHOR], configurations=self, fetcher=self)()


def page(*entities: Any, **more: Any) -> dict[str, Any]:
    return {"entities": [{"entity_id": one} for one in entities], **more}


def test_the_collection_is_read_page_by_page() -> None:
    anchor = Anchor(federation_collection_endpoint=COLLECTION)
    anchor.pages = [page(GD, next="cursor"), page(ZJ)]
    assert anchor.read() == [GD, ZJ]
    assert [one.get("from") for one in anchor.asked] == [None, "cursor"]
    assert {one["entity_type"] for one in anchor.asked} == {"openid_provider"}
    assert {one["trust_anchor"] for one in anchor.asked} == {ANCHOR}


def test_the_list_says_who_is_there_before_the_collection_was_gathered() -> None:
    anchor = Anchor(federation_collection_endpoint=COLLECTION, federation_list_endpoint=LIST)
    anchor.pages = [[GD], page()]
    assert anchor.read() == [GD]


def test_the_collection_says_who_is_further_down() -> None:
    anchor = Anchor(federation_collection_endpoint=COLLECTION, federation_list_endpoint=LIST)
    anchor.pages = [[GD], page(GD, ZJ)]
    assert anchor.read() == [GD, ZJ]


def test_an_anchor_without_a_collection_has_a_list() -> None:
    anchor = Anchor(federation_list_endpoint=LIST)
    anchor.pages = [[GD, ZJ, 7]]
    assert anchor.read() == [GD, ZJ]
    assert anchor.asked == [{"entity_type": "openid_provider"}]


def test_an_anchor_with_neither_knows_of_nobody() -> None:
    assert Anchor().read() == []


def test_what_is_no_entity_identifier_is_left_out_and_nobody_comes_twice() -> None:
    anchor = Anchor(federation_collection_endpoint=COLLECTION)
    anchor.pages = [page(GD, "file:///etc/passwd", 3, GD, "http://10.0.0.1/")]
    assert anchor.read() == [GD]


def test_a_collection_without_an_end_ends() -> None:
    anchor = Anchor(federation_collection_endpoint=COLLECTION)
    anchor.pages = [page(GD, next="again")]
    assert anchor.read() == [GD]
    assert len(anchor.asked) == PAGES


@pytest.mark.parametrize("answer", [b"<html>", b"[" * 200_000, [], {"entities": 1}, {}])
def test_an_answer_that_is_no_collection_is_none(answer: object) -> None:
    anchor = Anchor(federation_collection_endpoint=COLLECTION)
    anchor.pages = [answer]
    with pytest.raises(Unavailable):
        anchor.read()
