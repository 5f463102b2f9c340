"""Lists of superiors that are strangers: whatever one answers, the crawl goes on with the others."""

from collections.abc import Mapping

import pytest

from federation.statement import Statement
from idp.authority.lists import Lists
from idp.errors import Unavailable
from idp.outbound import LIMIT, Reply

GD, GZ = "http://gd.localhost:8410", "http://gz.localhost:8430"


class Superior:
    """Answers every question with one body."""

    def __init__(self, body: bytes, status: int = 200) -> None:
        self.reply = Reply(status=status, headers={}, body=body)

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None,
        limit: int = LIMIT,
        timeout: float | None = None,
    ) -> Reply:
        return self.reply


def configuration(entity_id: str) -> Statement:
    own = {"federation_list_endpoint": f"{entity_id}/federation/list"}
    return Statement(
        iss=entity_id,
        sub=entity_id,
        issued=0,
        expires=0,
        kid="k",
        jwks={},
        metadata={"federation_entity": own},
        authority_hints=(),
        claims={},
        token="",
    )


def listed(superior: Superior) -> list[str]:
    lists = Lists(
        own="http://anchor.localhost:8401", registry=None, configuration=configuration, sender=superior
    )
    return list(lists(GD))


def test_whom_a_superior_lists_is_looked_for() -> None:
    assert listed(Superior(f'["{GZ}", "{GZ}"]'.encode())) == [GZ]


def test_a_superior_that_cannot_filter_lists_nobody() -> None:
    assert listed(Superior(b"{}", status=400)) == []


def test_what_is_no_entity_in_a_list_is_not_looked_for() -> None:
    assert listed(
        Superior(f'["http://169.254.169.254/", "file:///etc/passwd", 7, null, "{GZ}"]'.encode())
    ) == [GZ]


BODIES: Mapping[str, bytes] = {
    "an object": b"{}",
    "no JSON": b"<html>",
    "no text": b"\xff",
    "nothing": b"",
    "nested until a parser breaks": b"[" * 200_000,
    "nested and closed": b"[" * 100_000 + b"]" * 100_000,
    "a number that is none": b"[NaN]",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_what_is_no_list_says_nothing_and_breaks_nothing(body: bytes) -> None:
    with pytest.raises(Unavailable):
        listed(Superior(body))


def test_an_error_is_no_list() -> None:
    with pytest.raises(Unavailable):
        listed(Superior(b"[]", status=500))
