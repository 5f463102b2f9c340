"""What a node learns from its superiors' statements about it, and how it tells them of keys that they lack."""

import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from federation.keypush import judge
from federation.keyset import Jwks, prints
from federation.trustchain import TrustChain
from idp.keypushing import KeyPushing
from idp.outbound import Reply
from idp.records.database import Database
from idp.records.migrate import migrate
from idp.records.superiors import SuperiorViews
from idp.superiors import SOON, Superiors, View
from keys.key import SigningKey, generate
from keys.ledger import Tally
from keys.ring import KeyRing
from tests.federation.world import ANCHOR, ENTITY, NOW, made
from tests.idp.authority.place import Moved
from tests.idp.oauth.memory import MemoryStore
from tests.idp.superior_world import chain, statement

OLD, ANCHORS = made(), made(issuer=ANCHOR)
NEW = generate(alg="ES256", purpose="federation", issuer=ENTITY, now=NOW - 10, published=NOW - 10)
EVERY, LIFE = 3600.0, 600


def jwks(*several: SigningKey) -> Jwks:
    return {"keys": [dict(one.public) for one in several]}


class Member:
    """A node with one superior, which states and answers what the test says."""

    def __init__(self, folder: Path) -> None:
        self.clock = Moved()
        self.database = Database(f"sqlite:///{folder}/member.sqlite")
        migrate(self.database)
        self.ring: tuple[SigningKey, ...] = (OLD,)
        self.stated: Callable[[], str] = lambda: self.statement(OLD)
        self.superior: TrustChain | None = chain(ANCHORS, push=True)
        self.status = 202
        self.asked: list[str] = []
        self.pushed: list[str] = []
        self.certified: list[tuple[str, str]] = []
        self.store = MemoryStore(self.clock)
        self.views = SuperiorViews(self.database)
        self.watch = self.process()

    def process(self) -> Superiors:
        return Superiors(
            own=ENTITY,
            superiors=[ANCHOR],
            find=lambda _: self.superior,
            sender=self,
            ring=lambda: KeyRing(purpose="federation", keys=self.ring),
            views=self.views,
            certified=lambda kid, superior: self.certified.append((kid, superior)),
            tells=KeyPushing(sender=self, store=self.store, tally=Tally(), clock=self.clock),
            every=EVERY,
            clock=self.clock,
            dice=lambda: 0.5,
        )

    def statement(self, *several: SigningKey, signer: SigningKey = ANCHORS, **changes: object) -> str:
        now = int(self.clock())
        return statement(signer, **{"iat": now, "exp": now + LIFE, "jwks": jwks(*several), **changes})

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None,
        limit: int = 0,
        timeout: float | None = None,
    ) -> Reply:
        if method == "POST":
            assert (url, headers["Content-Type"]) == (
                f"{ANCHOR}/federation/jwks-update",
                "application/jwk-set+jwt",
            )
            self.pushed.append((body or b"").decode())
            return Reply(status=self.status, headers={}, body=json.dumps({"error": "x"}).encode())
        assert parse_qs(urlsplit(url).query) == {"sub": [ENTITY]}
        self.asked.append(url)
        return Reply(status=200, headers={}, body=self.stated().encode())

    def view(self) -> View:
        return self.views.all()[ANCHOR]


@pytest.fixture
def member(tmp_path: Path) -> Iterator[Member]:
    made = Member(tmp_path)
    yield made
    made.database.close()


def test_what_a_superior_states_is_noted_with_the_life_of_its_statements(member: Member) -> None:
    member.watch.round()
    assert member.certified == [(OLD.kid, ANCHOR)]
    assert member.view() == View(
        superior=ANCHOR,
        kids=(OLD.kid,),
        issued=int(NOW),
        expires=int(NOW) + LIFE,
        life=LIFE,
        life_until=NOW + LIFE,
        read_at=NOW,
    )


def test_a_superior_is_read_when_its_turn_comes_and_not_before(member: Member) -> None:
    for seconds, reads in ((0, 1), (EVERY - 1, 1), (1, 2), (1, 2)):
        member.clock.pass_(seconds)
        member.watch.round()
        assert len(member.asked) == reads


def test_a_key_that_is_not_ours_is_no_key_of_ours_whatever_its_name(member: Member) -> None:
    other = dataclasses.replace(NEW)
    member.stated = lambda: statement(
        ANCHORS,
        iat=int(NOW),
        exp=int(NOW) + LIFE,
        jwks={"keys": [dict(OLD.public), {**other.public, "kid": "x"}]},
    )
    member.watch.round()
    assert member.view().kids == (OLD.kid,)


REFUSED: dict[str, Callable[[Member], str]] = {
    "signed by a stranger": lambda it: it.statement(OLD, signer=made(issuer=ANCHOR)),
    "about somebody else": lambda it: it.statement(OLD, sub="http://zj.localhost:8420"),
    "that has expired": lambda it: it.statement(OLD, exp=int(NOW) - 60),
    "in no form": lambda it: "x",
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_statement_that_does_not_verify_proves_nothing(case: str, member: Member) -> None:
    member.stated = lambda: REFUSED[case](member)
    member.watch.round()
    assert member.certified == []
    assert "does not verify" in member.view().trouble
    member.stated = lambda: member.statement(OLD)
    member.clock.pass_(SOON)
    member.watch.round()
    assert member.view().trouble == ""
    assert member.certified == [(OLD.kid, ANCHOR)]


def test_a_superior_to_whom_no_chain_leads_is_not_asked(member: Member) -> None:
    member.superior = None
    member.watch.round()
    assert member.asked == []
    assert "no trust chain" in member.view().trouble


def test_a_statement_that_lives_shorter_does_not_shorten_those_before_it(member: Member) -> None:
    member.watch.round()
    short = statement(ANCHORS, iat=int(NOW) + 60, exp=int(NOW) + 120, jwks=jwks(OLD))
    member.stated = lambda: short
    member.clock.pass_(90)
    member.process().round()
    assert member.view().life == LIFE
    member.clock.pass_(LIFE)
    later = int(member.clock())
    member.stated = lambda: statement(ANCHORS, iat=later, exp=later + 60, jwks=jwks(OLD))
    member.process().round()
    assert member.view().life == 60


def test_an_older_copy_of_a_statement_does_not_take_the_place_of_a_newer(member: Member) -> None:
    old = member.statement(OLD)
    member.clock.pass_(60)
    member.ring = (OLD, NEW)
    member.stated = lambda: member.statement(OLD, NEW)
    member.watch.round()
    member.stated = lambda: old
    member.process().round()
    assert set(member.view().kids) == {OLD.kid, NEW.kid}


def test_a_key_that_is_published_is_pushed_at_once_and_once(member: Member) -> None:
    member.watch.round()
    member.ring = (OLD, NEW)
    member.clock.pass_(2)
    member.watch.round()
    (token,) = member.pushed
    found = judge(token, subordinate=ENTITY, superior=ANCHOR, certified=jwks(OLD), now=member.clock())
    assert found.fresh == set(prints(jwks(NEW)).values())
    for watch in (member.watch, member.process()):
        member.clock.pass_(EVERY / 3)
        watch.round()
    assert len(member.pushed) == 1
    member.clock.pass_(EVERY)
    member.watch.round()
    assert len(member.pushed) == 2  # it had no effect: perhaps it was lost there


def test_nothing_is_pushed_that_the_superior_states(member: Member) -> None:
    member.ring = (OLD, NEW)
    member.stated = lambda: member.statement(OLD, NEW)
    member.watch.round()
    assert member.pushed == []
    assert set(member.certified) == {(OLD.kid, ANCHOR), (NEW.kid, ANCHOR)}


def test_a_superior_that_takes_no_pushes_is_left_to_look(member: Member) -> None:
    member.superior, member.ring = chain(ANCHORS, push=False), (OLD, NEW)
    member.watch.round()
    assert member.pushed == []
    assert member.view().trouble == ""


@pytest.mark.parametrize(("status", "pushes"), [(503, 2), (429, 2), (400, 1), (401, 1)])
def test_a_push_that_did_not_arrive_is_made_again_and_a_refused_one_is_not(
    status: int, pushes: int, member: Member
) -> None:
    member.ring, member.status = (OLD, NEW), status
    member.watch.round()
    member.status = 202
    member.clock.pass_(SOON)
    member.watch.round()
    assert len(member.pushed) == pushes


def test_no_push_is_signed_with_a_key_that_the_superior_does_not_state(member: Member) -> None:
    member.ring = (OLD, NEW)
    member.stated = lambda: member.statement(made())
    member.watch.round()
    assert member.pushed == []
