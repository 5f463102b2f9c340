"""An event is kept before anything goes on, and tells nothing that a stranger could use."""

import re
from pathlib import Path
from typing import get_args

import pytest

from idp.audit import Audit, Entry, Event
from idp.errors import Unavailable


class Kept:
    """A sink in a list; broken when told so."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.broken = False

    def append(self, entry: Entry) -> None:
        if self.broken:
            raise Unavailable("records")
        self.entries.append(entry)


@pytest.fixture
def sink() -> Kept:
    return Kept()


@pytest.fixture
def audit(sink: Kept) -> Audit:
    return Audit(sink, b"k" * 32, lambda: 1000.5)


def test_an_event_is_kept_with_its_time_and_facts(audit: Audit, sink: Kept) -> None:
    audit.record("signin.failed", client="portal", incident="MY-1", method="pwd", tries=3)
    assert sink.entries == [
        Entry(
            at=1000.5,
            event="signin.failed",
            client="portal",
            incident="MY-1",
            details={"method": "pwd", "tries": 3},
        )
    ]


def test_a_person_is_kept_as_a_pseudonym(audit: Audit, sink: Kept) -> None:
    audit.record("signin.succeeded", source="directory:civil", local_id="li.na")
    entry = sink.entries[0]
    assert len(entry.subject) == 32
    assert "li.na" not in repr(entry)
    assert "civil" not in repr(entry)


def test_the_same_person_has_the_same_pseudonym_and_nobody_else_has_it(audit: Audit, sink: Kept) -> None:
    one = audit.pseudonym("account", "1")
    assert one == audit.pseudonym("account", "1")
    assert one != audit.pseudonym("account", "2")
    assert one != audit.pseudonym("directory:civil", "1")
    assert one != Audit(sink, b"x" * 32, lambda: 0.0).pseudonym("account", "1")


def test_two_people_cannot_share_a_pseudonym_by_where_a_border_lies(audit: Audit) -> None:
    assert audit.pseudonym("a", "bc") != audit.pseudonym("ab", "c")


def test_an_event_about_nobody_has_no_subject(audit: Audit, sink: Kept) -> None:
    audit.record("client.removed")
    assert sink.entries[0].subject == ""


def test_what_cannot_be_kept_is_an_error_and_not_a_silence(audit: Audit, sink: Kept) -> None:
    sink.broken = True
    with pytest.raises(Unavailable):
        audit.record("session.ended")


def test_every_event_is_explained_and_nothing_else_is() -> None:
    page = Path(__file__).parents[2] / "docs" / "reference" / "audit.md"
    explained = re.findall(r"^### `([a-z._]+)`$", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(explained) == sorted(get_args(Event))
