"""Marks of pages: they lead to the next page of the same question, and to nothing else."""

import json

import pytest

from federation.authority.listing import Filters, Place, UnknownPage, mark, place
from keys.encoding import b64

QUESTION = Filters(entity_types=("openid_provider",))
HERE = Place(updated=12.5, entity_id="https://a.example")


def test_a_mark_leads_back_to_its_place() -> None:
    assert place(mark(HERE, QUESTION), QUESTION) == HERE


def test_a_mark_of_another_question_leads_nowhere() -> None:
    for other in (Filters(), Filters(entity_types=("openid_provider",), intermediate=True)):
        with pytest.raises(UnknownPage):
            place(mark(HERE, other), QUESTION)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://a.example",
        "!",
        "x" * 5000,
        b64(b"[]"),
        b64(json.dumps({"q": QUESTION.digest(), "u": "1", "e": "x"}).encode()),
        b64(json.dumps({"q": QUESTION.digest(), "u": 1.0, "e": 5}).encode()),
        b64(json.dumps({"u": 1.0, "e": "x"}).encode()),
    ],
)
def test_what_is_no_mark_leads_nowhere(text: str) -> None:
    with pytest.raises(UnknownPage):
        place(text, QUESTION)
