"""How a superior follows its subordinates' keys: from a reading or a push to its statement, and what people do."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from federation.keychange import Terms
from federation.keypush import NotProven, build
from federation.keyset import prints
from federation.statement import Statement
from idp.authority.candidates import PAUSE, Candidates
from idp.authority.keydesk import Declined, KeyDesk
from idp.authority.keyrows import Watched
from idp.authority.pushes import Pushes
from idp.errors import Unavailable
from idp.records.database import Database
from idp.records.keywatch import KeyWatchRecords
from keys.jose import STATEMENT, peek
from keys.key import SigningKey, generate
from tests.federation.world import ANCHOR, ENTITY, NOW, made, signed
from tests.idp.authority.place import Moved, Process, entity, subordinate
from tests.idp.oauth.memory import MemoryStore

OLD, STANDBY = made(), made()
NEW = generate(alg="ES256", purpose="federation", issuer=ENTITY, now=NOW - 10, published=NOW - 10)
HOUR, POLL, HOLD, SETTLE = 3600.0, 3600.0, 86_400.0, 600.0


def jwks(*several: SigningKey) -> dict[str, object]:
    return {"keys": [dict(one.public) for one in several]}


class Superior:
    """An anchor with one subordinate, whose address answers what the test says."""

    def __init__(self, anchor: Process, database: Database, clock: Moved, **terms: object) -> None:
        self.anchor, self.clock = anchor, clock
        self.rows = KeyWatchRecords(database, anchor.audit)
        self.heard: list[Statement] = []
        self.reads: list[str] = []
        self.listed: tuple[SigningKey, ...] = (OLD, STANDBY)
        self.signer = OLD
        self.answer: Callable[[], str] = self.configuration
        lawful = Terms(hold_down=HOLD, proven_at_once=False, settle=SETTLE)
        self.candidates = Candidates(
            registry=anchor.registry,
            rows=self.rows,
            read=self.read,
            heard=self.heard.append,
            terms=dataclasses.replace(lawful, **terms),  # type: ignore[arg-type]
            every=POLL,
            clock=clock,
            dice=lambda: 0.5,
        )
        self.pushes = Pushes(
            entity_id=ANCHOR,
            registry=anchor.registry,
            candidates=self.candidates,
            store=MemoryStore(clock),
            clock=clock,
        )
        self.desk = KeyDesk(registry=anchor.registry, rows=self.rows, clock=clock, by="li.wei")
        anchor.registry.add(subordinate(jwks=jwks(OLD, STANDBY)), by="test")

    def configuration(self) -> str:
        now = int(self.clock())
        return signed(self.signer, "entity-statement+jwt", iat=now, exp=now + 86_400, jwks=jwks(*self.listed))

    def read(self, entity_id: str) -> str:
        self.reads.append(entity_id)
        return self.answer()

    def certified(self) -> set[str]:
        found = self.anchor.registry.find(ENTITY)
        assert found is not None
        return set(prints(found.jwks))

    def watched(self) -> Watched:
        return self.rows.find(ENTITY)

    def push(self, signer: SigningKey = OLD, fresh: SigningKey = NEW, jti: str = "once") -> str:
        listed = jwks(*{one.kid: one for one in (*self.listed, fresh)}.values())
        return build(superior=ANCHOR, signer=signer, jwks=listed, fresh=[fresh], jti=jti, now=self.clock())

    def events(self) -> list[str]:
        return [one.event for one in self.anchor.registry.events(ENTITY)]

    def audited(self) -> list[str]:
        return [str(one.entry.event) for one in self.anchor.audit.tail(100)]


@pytest.fixture
def superior(anchor: Process, database: Database, clock: Moved) -> Superior:
    return Superior(anchor, database, clock)


def kids(*several: SigningKey) -> set[str]:
    return {one.kid for one in several}


def test_a_subordinate_is_read_when_its_turn_comes_and_not_before(superior: Superior, clock: Moved) -> None:
    assert superior.candidates.poll() == 1
    assert superior.candidates.poll() == 0
    clock.pass_(POLL - 1)
    assert superior.candidates.poll() == 0
    clock.pass_(1)
    assert superior.candidates.poll() == 1
    assert superior.reads == [ENTITY, ENTITY]


def test_a_round_reads_few(superior: Superior) -> None:
    for number in range(30):
        superior.anchor.registry.add(subordinate(entity(number), jwks=jwks(OLD)), by="test")
    assert superior.candidates.poll() == 10
    assert superior.candidates.poll() == 10


def test_two_processes_do_not_read_the_same(
    superior: Superior, other: Process, database: Database, clock: Moved
) -> None:
    rows = KeyWatchRecords(database, other.audit)
    assert rows.take_due(clock(), 60, 10) == [ENTITY]
    assert superior.candidates.poll() == 0


def test_a_new_key_waits_out_the_hold_down_and_is_then_stated(superior: Superior, clock: Moved) -> None:
    superior.listed = (OLD, STANDBY, NEW)
    superior.candidates.poll()
    assert superior.certified() == kids(OLD, STANDBY)
    assert superior.desk.every()[0][1].candidate is not None
    assert superior.audited()[-1] == "subordinate.key_seen"
    clock.pass_(HOLD - 1)
    superior.candidates.look(ENTITY)
    assert superior.certified() == kids(OLD, STANDBY)
    clock.pass_(1)
    superior.candidates.look(ENTITY)
    assert superior.certified() == kids(OLD, STANDBY, NEW)
    assert superior.watched().candidate is None
    assert superior.events()[-1] == "jwks_update"
    stated = superior.anchor.statements.find(ENTITY)
    assert stated is not None
    assert NEW.kid in str(peek(stated.token, limits=STATEMENT).claims["jwks"])


def test_a_person_can_let_it_pass_sooner(superior: Superior) -> None:
    superior.listed = (OLD, STANDBY, NEW)
    superior.candidates.poll()
    superior.desk.approve(ENTITY, NEW.kid[:8], reason="asked by telephone")
    assert superior.certified() == kids(OLD, STANDBY)
    assert superior.candidates.poll() == 1  # at once, and only if it is listed still
    assert superior.certified() == kids(OLD, STANDBY, NEW)
    assert "subordinate.key_approved" in superior.audited()
    assert "li.wei" not in str(superior.anchor.registry.events(ENTITY))  # what is public names no people


def test_what_does_not_wait_cannot_be_approved(superior: Superior) -> None:
    superior.candidates.poll()
    with pytest.raises(Declined, match="waits"):
        superior.desk.approve(ENTITY, NEW.kid, reason="")
    with pytest.raises(Declined, match="no active subordinate"):
        superior.desk.approve("http://nobody.localhost", NEW.kid, reason="")


def test_a_refused_key_is_gone_for_ever(superior: Superior, clock: Moved) -> None:
    superior.listed = (OLD, STANDBY, NEW)
    superior.candidates.poll()
    assert superior.desk.refuse(ENTITY, NEW.kid[:8], reason="nobody there knows it") == NEW.kid
    clock.pass_(HOLD)
    superior.candidates.look(ENTITY)
    clock.pass_(HOLD)
    superior.candidates.look(ENTITY)
    assert superior.certified() == kids(OLD, STANDBY)
    assert superior.watched().candidate is None
    with pytest.raises(ValueError, match="refused: nobody there knows it"):
        superior.anchor.registry.change(
            ENTITY, lambda one: dataclasses.replace(one, jwks=jwks(OLD, NEW)), by="two people"
        )


def test_a_certified_key_can_be_refused_but_not_the_last(superior: Superior) -> None:
    superior.desk.refuse(ENTITY, STANDBY.kid, reason="on a laptop that was stolen")
    assert superior.certified() == kids(OLD)
    assert superior.events()[-1] == "jwks_update"
    with pytest.raises(Declined, match="last certified key"):
        superior.desk.refuse(ENTITY, OLD.kid, reason="as well")
    with pytest.raises(Declined, match="reason"):
        superior.desk.refuse(ENTITY, OLD.kid, reason=" ")
    with pytest.raises(Declined, match="no key begins"):
        superior.desk.refuse(ENTITY, "nothing", reason="x")
    assert superior.certified() == kids(OLD)


def test_a_key_that_is_listed_no_longer_leaves_and_does_not_come_back(
    superior: Superior, clock: Moved
) -> None:
    superior.listed = (OLD,)
    superior.candidates.poll()
    clock.pass_(SETTLE)
    superior.candidates.look(ENTITY)
    assert superior.certified() == kids(OLD)
    superior.listed = (OLD, STANDBY)
    for _ in range(3):
        clock.pass_(HOLD)
        superior.candidates.look(ENTITY)
    assert superior.certified() == kids(OLD)
    assert superior.audited().count("subordinate.key_refused") == 1


def test_keys_that_two_people_replaced_do_not_come_back(superior: Superior, clock: Moved) -> None:
    superior.anchor.registry.change(
        ENTITY,
        lambda one: dataclasses.replace(one, jwks=jwks(NEW)),
        by="two people",
        reason="both were stolen",
    )
    superior.listed, superior.signer = (NEW, OLD), NEW
    superior.candidates.poll()
    clock.pass_(HOLD)
    superior.candidates.look(ENTITY)
    assert superior.certified() == kids(NEW)


@pytest.mark.parametrize(
    ("signer", "says"), [(NEW, "kid header"), (STANDBY, "")], ids=["by an unknown key", "by a certified key"]
)
def test_only_a_configuration_that_a_certified_key_signed_is_heard(
    signer: SigningKey, says: str, superior: Superior
) -> None:
    superior.listed, superior.signer = (OLD, STANDBY, NEW), signer
    superior.candidates.poll()
    assert (superior.watched().candidate is None) == bool(says)
    assert says in superior.watched().trouble
    assert bool(superior.heard) != bool(says)


def test_an_address_that_does_not_answer_changes_nothing(superior: Superior, clock: Moved) -> None:
    def silent() -> str:
        raise Unavailable("peer", "answered 503")

    superior.answer = silent
    superior.candidates.poll()
    assert superior.watched().trouble == "answered 503"
    superior.answer = superior.configuration
    clock.pass_(POLL * 1.1)
    superior.candidates.poll()
    assert superior.watched().trouble == ""
    assert superior.certified() == kids(OLD, STANDBY)


def test_an_older_copy_is_not_heard(superior: Superior, clock: Moved) -> None:
    old = superior.configuration()
    clock.pass_(60)
    superior.listed = (OLD, STANDBY, NEW)
    superior.candidates.poll()
    superior.answer = lambda: old
    superior.candidates.look(ENTITY)
    assert superior.watched().candidate is not None
    assert "subordinate.key_dropped" not in superior.audited()


def test_a_suspended_subordinate_is_not_read(superior: Superior) -> None:
    superior.anchor.registry.suspend(ENTITY, by="test", reason="test")
    assert superior.candidates.poll() == 0
    superior.candidates.look(ENTITY)
    assert superior.reads == []
    assert not superior.candidates.hurry(ENTITY)


def test_a_push_makes_us_look_and_is_remembered(superior: Superior, clock: Moved) -> None:
    superior.candidates.poll()
    clock.pass_(PAUSE)
    superior.listed = (OLD, STANDBY, NEW)
    taken = superior.pushes.take(superior.push())
    assert (taken.certified, taken.waiting) == (sorted(kids(OLD, STANDBY)), [NEW.kid])
    assert superior.certified() == kids(OLD, STANDBY)
    assert superior.candidates.poll() == 1
    waiting = superior.watched().candidate
    assert waiting is not None
    assert waiting.proven
    assert superior.certified() == kids(OLD, STANDBY)


def test_a_push_certifies_at_once_where_the_settings_say_so(
    anchor: Process, database: Database, clock: Moved
) -> None:
    superior = Superior(anchor, database, clock, proven_at_once=True)
    superior.listed = (OLD, STANDBY, NEW)
    superior.pushes.take(superior.push())
    superior.candidates.poll()
    assert superior.certified() == kids(OLD, STANDBY, NEW)


@pytest.mark.parametrize("at_once", [False, True])
def test_one_stolen_key_installs_no_other(
    at_once: bool, anchor: Process, database: Database, clock: Moved
) -> None:
    """A thief of a certified key has a key of their own, proves both, and waits: the address does not list it."""
    superior = Superior(anchor, database, clock, proven_at_once=at_once)
    theirs = generate(alg="ES256", purpose="federation", issuer=ENTITY, now=NOW - 10, published=NOW - 10)
    for number in range(3):
        superior.pushes.take(superior.push(STANDBY, theirs, jti=f"try {number}"))
        superior.candidates.poll()
        clock.pass_(HOLD)
        superior.candidates.look(ENTITY)
    assert superior.certified() == kids(OLD, STANDBY)
    assert superior.watched().candidate is None


def test_a_push_counts_once(superior: Superior) -> None:
    token = superior.push()
    superior.pushes.take(token)
    with pytest.raises(NotProven, match="before") as refused:
        superior.pushes.take(token)
    assert refused.value.code == "invalid_request"
    assert superior.pushes.take(superior.push(jti="again")).waiting == [NEW.kid]


OUTSIDER = made(issuer="http://nobody.localhost")
STRANGERS = {
    "of somebody who is not registered": build(
        superior=ANCHOR, signer=OUTSIDER, jwks=jwks(OUTSIDER), fresh=[], jti="x", now=NOW
    ),
    "in no form": "x",
    "without an issuer": "eyJhbGciOiJFUzI1NiJ9.e30.AAAA",
}


@pytest.mark.parametrize("token", STRANGERS.values(), ids=STRANGERS)
def test_a_push_of_a_stranger_makes_us_read_nothing(token: str, superior: Superior) -> None:
    with pytest.raises(NotProven):
        superior.pushes.take(token)
    assert superior.reads == []
    assert superior.watched().version == 0


def test_nobody_makes_us_read_more_often_than_every_few_seconds(superior: Superior, clock: Moved) -> None:
    assert superior.candidates.hurry(ENTITY)
    superior.candidates.poll()
    assert superior.candidates.hurry(ENTITY)
    assert superior.candidates.poll() == 0
    clock.pass_(PAUSE)
    assert superior.candidates.poll() == 1
    assert not superior.candidates.hurry("http://nobody.localhost")


def test_nobody_makes_us_read_one_that_does_not_answer_more_often_either(
    superior: Superior, clock: Moved
) -> None:
    def silent() -> str:
        raise Unavailable("peer", "down")

    superior.answer = silent
    superior.candidates.poll()
    clock.pass_(1)
    assert superior.candidates.hurry(ENTITY)
    assert superior.candidates.poll() == 0
    clock.pass_(PAUSE - 1)
    assert superior.candidates.poll() == 1


def test_whoever_asks_while_one_is_read_has_it_neither_read_twice_nor_forgotten(superior: Superior) -> None:
    superior.listed = (OLD, STANDBY, NEW)

    def answer() -> str:
        assert superior.candidates.hurry(ENTITY)
        assert superior.candidates.poll() == 0
        return superior.configuration()

    superior.answer = answer
    superior.candidates.poll()
    assert superior.watched().candidate is not None


def test_what_was_certified_while_the_news_of_it_was_lost_is_no_candidate(superior: Superior) -> None:
    superior.listed = (OLD, STANDBY, NEW)
    superior.candidates.poll()
    superior.anchor.registry.change(
        ENTITY, lambda one: dataclasses.replace(one, jwks=jwks(OLD, STANDBY, NEW)), by="test"
    )
    superior.candidates.look(ENTITY)
    assert superior.watched().candidate is None
    assert "subordinate.key_dropped" not in superior.audited()


def test_a_kid_stands_for_one_key_for_ever(superior: Superior, tmp_path: Path) -> None:
    superior.anchor.registry.change(ENTITY, lambda one: dataclasses.replace(one, jwks=jwks(OLD)), by="test")
    other = {**NEW.public, "kid": STANDBY.kid}
    with pytest.raises(ValueError, match="stood for another key"):
        superior.anchor.registry.change(
            ENTITY, lambda one: dataclasses.replace(one, jwks={"keys": [dict(OLD.public), other]}), by="test"
        )
