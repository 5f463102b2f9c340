"""How an anchor's change of keys is noticed, and what it takes before another key is pinned."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from federation.keyset import Jwk, Jwks, same
from federation.statement import Statement, verify_configuration
from idp.audit import Audit
from idp.errors import Unavailable
from idp.records.audit import AuditRecords
from idp.records.database import Database
from idp.records.migrate import migrate
from idp.trusting.adoption import Refused, adopt, shown, write
from idp.trusting.anchors import read_keys
from idp.trusting.anchorwatch import AnchorWatch, advice, difference
from keys.key import SigningKey
from tests.federation.world import ANCHOR, NOW, made
from tests.idp.authority.place import Moved
from tests.idp.oauth.memory import MemoryStore
from tests.keys.forge import unchecked

OLD, NEW, THIEF = (made(issuer=ANCHOR) for _ in range(3))
EVERY = 3600.0


def jwks(*several: SigningKey | Jwk) -> Jwks:
    return {"keys": [dict(one.public) if isinstance(one, SigningKey) else one for one in several]}


def says(signer: SigningKey, *listed: SigningKey | Jwk) -> str:
    claims = {"iss": ANCHOR, "sub": ANCHOR, "iat": int(NOW), "exp": int(NOW) + 60, "jwks": jwks(*listed)}
    return unchecked(signer, claims, typ="entity-statement+jwt")


def own(*listed: SigningKey | Jwk, pinned: Jwks | None = None) -> Statement:
    return verify_configuration(says(OLD, *listed), entity_id=ANCHOR, jwks=pinned or jwks(OLD), now=NOW)


def test_a_key_that_both_channels_list_is_added_and_none_is_taken_away() -> None:
    change = adopt(jwks(OLD), own(OLD, NEW), jwks(NEW, OLD), drop_old=False)
    assert same(change.jwks, jwks(OLD, NEW))
    assert (change.added, change.removed, change.kept) == ((NEW.kid,), (), ())


def test_a_key_that_the_anchor_lists_no_longer_goes_when_that_is_asked_for_and_not_before() -> None:
    pinned = jwks(OLD, NEW)
    kept = adopt(pinned, own(OLD, pinned=pinned), jwks(OLD), drop_old=False)
    assert same(kept.jwks, pinned)
    assert (kept.removed, kept.kept) == ((), (NEW.kid,))
    gone = adopt(pinned, own(OLD, pinned=pinned), jwks(OLD), drop_old=True)
    assert gone.jwks == jwks(OLD)
    assert (gone.removed, gone.kept) == ((NEW.kid,), ())


def test_asking_to_drop_takes_nothing_away_that_is_listed() -> None:
    assert same(adopt(jwks(OLD, NEW), own(OLD, NEW), jwks(OLD, NEW), drop_old=True).jwks, jwks(OLD, NEW))


MISMATCHES = {
    "the network lists a key of a thief": (own(OLD, THIEF), jwks(OLD)),
    "the second channel lists a key of a thief": (own(OLD), jwks(OLD, THIEF)),
    "they list different new keys": (own(OLD, NEW), jwks(OLD, THIEF)),
    "the second channel lacks the old key": (own(OLD, NEW), jwks(NEW)),
    "the names differ": (own(OLD, NEW), jwks(OLD, {**NEW.public, "kid": "new"})),
    "the keys differ under one name": (own(OLD, NEW), jwks(OLD, {**THIEF.public, "kid": NEW.kid})),
}


@pytest.mark.parametrize("case", MISMATCHES)
@pytest.mark.parametrize("drop_old", [False, True])
def test_nothing_is_adopted_while_two_channels_differ(case: str, drop_old: bool) -> None:
    statement, second = MISMATCHES[case]
    with pytest.raises(Refused, match="do not agree"):
        adopt(jwks(OLD), statement, second, drop_old=drop_old)


def test_a_kid_is_never_used_for_a_second_key() -> None:
    pinned = jwks(OLD, {**THIEF.public, "kid": NEW.kid})
    with pytest.raises(Refused, match="never used twice"):
        adopt(pinned, own(OLD, NEW, pinned=pinned), jwks(OLD, NEW), drop_old=True)


def test_a_second_channel_is_a_key_set_or_what_the_anchor_shows() -> None:
    said = jwks(OLD, NEW)
    for text in (said, {"entity_id": ANCHOR, "jwks": said}, {"jwks": said}):
        assert shown(json.dumps(text).encode(), ANCHOR) == said


SPOILED = {
    "another entity's": (
        json.dumps({"entity_id": "http://zj.localhost", "jwks": jwks(OLD)}),
        "another entity",
    ),
    "empty": ("", "no federation keys"),
    "without keys": ("{}", "no federation keys"),
    "with a list": ('{"jwks": []}', "no federation keys"),
    "with a private key": (json.dumps(jwks({**OLD.public, "d": "AA"})), "not public"),
    "without end": (json.dumps(jwks(OLD))[:-1] + " " * 300_000 + "}", "no federation keys"),
}


@pytest.mark.parametrize("case", SPOILED)
def test_a_second_channel_that_says_something_else_is_refused(case: str) -> None:
    text, why = SPOILED[case]
    with pytest.raises(Refused, match=why):
        shown(text.encode(), ANCHOR)


def test_the_file_is_replaced_whole_and_keeps_its_rights(tmp_path: Path) -> None:
    path = tmp_path / "anchor.json"
    path.write_text(json.dumps(jwks(OLD)))
    path.chmod(0o640)
    write(path, jwks(OLD, NEW))
    assert read_keys(path) == jwks(OLD, NEW)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_cannot_be_written_stays_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="cannot be written"):
        write(tmp_path / "nowhere" / "anchor.json", jwks(OLD))
    with pytest.raises(Refused, match="cannot be written"):
        write(tmp_path / "anchor.json", jwks(OLD))
    assert list(tmp_path.iterdir()) == []


class Watched:
    """A node with one pinned anchor."""

    def __init__(self, folder: Path) -> None:
        self.clock, self.pinned, self.answer = Moved(), jwks(OLD), says(OLD, OLD)
        self.database = Database(f"sqlite:///{folder}/member.sqlite")
        migrate(self.database)
        self.records = AuditRecords(self.database, "member")
        self.store = MemoryStore(self.clock)
        self.reads = 0
        self.watch = self.process()

    def process(self) -> AnchorWatch:
        return AnchorWatch(
            pinned=lambda: {ANCHOR: self.pinned},
            read=self.read,
            store=self.store,
            audit=Audit(self.records, bytes(32), self.clock),
            every=EVERY,
            clock=self.clock,
            dice=lambda: 0.5,
        )

    def read(self, _: str) -> str:
        self.reads += 1
        if not self.answer:
            raise Unavailable("peer", "silent")
        return self.answer

    def told(self) -> list[tuple[object, object]]:
        return [
            (one.entry.details["unpinned"], one.entry.details["dropped"])
            for one in self.records.tail(event="anchor.keys_announced")
        ]


@pytest.fixture
def member(tmp_path: Path) -> Iterator[Watched]:
    made = Watched(tmp_path)
    yield made
    made.database.close()


def test_nobody_is_told_of_an_anchor_that_lists_what_is_pinned(member: Watched) -> None:
    member.watch.round()
    assert member.told() == []
    assert member.reads == 1


def test_people_are_told_once_that_an_anchor_lists_another_key_and_it_is_not_pinned(member: Watched) -> None:
    member.answer = says(OLD, OLD, NEW)
    for watch in (member.watch, member.process()):
        watch.round()
    member.watch.round()
    assert member.told() == [(NEW.kid, "")]
    assert member.pinned == jwks(OLD)
    assert member.reads == 2  # of each process once


def test_people_are_told_that_an_anchor_drops_a_key(member: Watched) -> None:
    member.pinned = jwks(OLD, NEW)
    member.watch.round()
    assert member.told() == [("", NEW.kid)]


@pytest.mark.parametrize("answer", ["", "x", says(THIEF, THIEF), says(THIEF, OLD, THIEF)])
def test_what_no_pinned_key_signed_says_nothing_about_the_anchors_keys(answer: str, member: Watched) -> None:
    member.answer = answer
    member.watch.round()
    assert member.told() == []
    member.answer = says(OLD, OLD, NEW)
    member.clock.pass_(EVERY)
    member.answer = unchecked(
        OLD,
        {
            "iss": ANCHOR,
            "sub": ANCHOR,
            "iat": int(member.clock()),
            "exp": int(member.clock()) + 60,
            "jwks": jwks(OLD, NEW),
        },
        typ="entity-statement+jwt",
    )
    member.watch.round()
    assert member.told() == [(NEW.kid, "")]


def test_what_to_do_is_said() -> None:
    assert "adopt" in advice(ANCHOR, difference(jwks(OLD), jwks(OLD, NEW)))
    assert "--drop-old" in advice(ANCHOR, difference(jwks(OLD, NEW), jwks(OLD)))
    assert not difference(jwks(OLD), jwks(OLD))
