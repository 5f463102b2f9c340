"""How the end of trust is noticed: what superiors say has happened, and what follows from it."""

import pytest

from federation.chain import TrustChain
from federation.events import Event
from federation.statement import Statement
from idp.errors import Unavailable
from idp.trusting.standing import Standing
from idp.trusting.watch import AT_ONCE, FORGOTTEN, Watch
from tests.idp.chains import ANCHOR, CITY, Known, chain, hub, province
from tests.idp.made import GD, HUB, NOW, ZJ, Clock

EVERY = 20.0


class Superiors:
    """What superiors say, and what is dropped for it."""

    def __init__(self) -> None:
        self.events: dict[tuple[str, str], tuple[Event, ...] | None] = {}
        self.asked: list[tuple[str, str]] = []
        self.silent = False

    def __call__(self, superior: Statement, subject: str) -> tuple[Event, ...] | None:
        self.asked.append((superior.sub, subject))
        if self.silent:
            raise Unavailable("peer", "silent")
        return self.events.get((superior.sub, subject), ())


class Sessions:
    def __init__(self) -> None:
        self.alive: set[str] = set()
        self.denied: list[str] = []
        self.ended: list[str] = []
        self.good: list[str] = []
        self.stuck: set[str] = set()

    def origins(self) -> set[str]:
        return self.alive

    def trusted(self, origin: str) -> None:
        self.good.append(origin)

    def deny(self, origin: str) -> None:
        self.denied.append(origin)

    def end(self, origin: str) -> None:
        if origin in self.stuck:
            raise Unavailable("records", "not now")
        self.ended.append(origin)


class Tower:
    """Zhejiang looks."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.trust = Known()
        self.trust.found = {ZJ: province(ZJ, "330000"), GD: province(), HUB: hub()}
        self.superiors, self.sessions = Superiors(), Sessions()
        self.trust.living = [province(), hub()]
        self.lost: list[str] = []
        self.standing = Standing()
        self.watch = Watch(
            own=ZJ,
            every=EVERY,
            trust=self.trust,
            ask=self.superiors,
            sessions=self.sessions,
            standing=self.standing,
            lost=self.lost.append,
            clock=self.clock,
        )

    def said(self, *events: tuple[float, str], about: str = GD) -> None:
        self.superiors.events[ANCHOR, about] = tuple(
            Event(at=int(NOW + at), event=name) for at, name in events
        )

    def look(self, seconds: float = EVERY) -> list[tuple[str, str]]:
        """A round later: what was dropped in it."""
        self.trust.dropped.clear()
        self.clock.now += seconds
        self.watch.round()
        return self.trust.dropped


@pytest.fixture
def tower() -> Tower:
    return Tower()


def test_every_superior_is_asked_about_whom_it_has_stated(tower: Tower) -> None:
    tower.trust.living = [chain(CITY, through=[GD]), province()]
    tower.look()
    assert tower.superiors.asked == [(ANCHOR, GD), (GD, CITY)]


def test_a_round_comes_when_it_is_time(tower: Tower) -> None:
    tower.look()
    tower.look(EVERY - 1)
    assert len(tower.superiors.asked) == 2
    tower.look(1)
    assert len(tower.superiors.asked) == 4


OUTDATED: dict[str, tuple[tuple[float, str], ...]] = {
    "suspended": ((-900, "registration"), (5, "suspension")),
    "suspended in the second of the statement": ((0, "suspension"),),
    "suspended before our copy, which then is another's lie": ((-5, "suspension"),),
    "revoked": ((5, "revocation"),),
    "new keys": ((-900, "registration"), (5, "jwks_update")),
    "another policy": ((5, "metadata_policy_update"),),
    "an event that we do not know": ((5, "something_new"),),
    "suspended again": ((1, "suspension"), (2, "reinstatement"), (3, "suspension")),
}


@pytest.mark.parametrize("case", OUTDATED)
def test_a_statement_is_given_up_when_something_has_happened_since(tower: Tower, case: str) -> None:
    tower.said(*OUTDATED[case])
    assert tower.look() == [(ANCHOR, GD)]


CURRENT: dict[str, tuple[tuple[float, str], ...]] = {
    "nothing": (),
    "what was before it": ((-900, "registration"), (-5, "jwks_update")),
    "a suspension that was lifted before it": ((-9, "suspension"), (-5, "reinstatement")),
}


@pytest.mark.parametrize("case", CURRENT)
def test_a_statement_is_kept_when_it_is_younger_than_all_that(tower: Tower, case: str) -> None:
    tower.said(*CURRENT[case])
    assert tower.look() == []


def test_what_happened_in_the_second_of_the_statement_is_looked_at_once(tower: Tower) -> None:
    tower.said((0, "jwks_update"))
    assert tower.look() == [(ANCHOR, GD)]
    assert tower.look() == []


def test_what_happened_later_is_looked_at_until_the_statement_is_younger(tower: Tower) -> None:
    tower.said((5, "jwks_update"))
    assert tower.look() == tower.look() == [(ANCHOR, GD)]


def test_a_superior_that_is_silent_has_said_nothing(tower: Tower) -> None:
    tower.said((5, "suspension"))
    tower.superiors.silent = True
    assert tower.look() == []


def test_one_silent_superior_hides_no_other(tower: Tower) -> None:
    class OneSilent(Superiors):
        def __call__(self, superior: Statement, subject: str) -> tuple[Event, ...] | None:
            if subject == GD:
                raise Unavailable("peer", "silent")
            return (Event(at=int(NOW) + 5, event="suspension"),)

    superiors = OneSilent()
    watch = Watch(
        own=ZJ,
        every=EVERY,
        trust=tower.trust,
        ask=superiors,
        sessions=tower.sessions,
        standing=tower.standing,
        lost=tower.lost.append,
        clock=tower.clock,
    )
    watch.round()
    assert tower.trust.dropped == [(ANCHOR, HUB)]


def portals(count: int) -> list[TrustChain]:
    return [chain(f"http://p{number:04}.localhost", through=[CITY, GD]) for number in range(count)]


def test_a_crowd_of_portals_hides_no_province_and_each_has_its_turn(tower: Tower) -> None:
    tower.trust.living = [*portals(1_000), province(), hub()]
    asked = set[tuple[str, str]]()
    for _ in range(3):
        tower.superiors.asked.clear()
        tower.look()
        assert len(tower.superiors.asked) == AT_ONCE
        assert {(ANCHOR, GD), (ANCHOR, HUB)} <= set(tower.superiors.asked[:2])
        asked |= set(tower.superiors.asked)
    assert len(asked) == 1_000 + 3


def test_a_slow_superior_delays_nobody_beyond_a_round(tower: Tower) -> None:
    tower.trust.living = [*portals(100), province()]
    ask = tower.superiors.__call__

    def slow(superior: Statement, subject: str) -> tuple[Event, ...] | None:
        tower.clock.now += 3
        return ask(superior, subject)

    tower.watch._ask = slow
    tower.look()
    assert len(tower.superiors.asked) == 7
    assert tower.superiors.asked[0] == (ANCHOR, GD)
    tower.look()
    assert len(set(tower.superiors.asked)) == 13, "the anchor's word again, and who had no turn yet"


def test_sessions_end_when_no_chain_leads_to_their_origin(tower: Tower) -> None:
    tower.sessions.alive = {GD, HUB}
    tower.look()
    assert tower.sessions.ended == []
    tower.trust.found[GD] = None
    tower.look()
    assert tower.sessions.ended == tower.lost == [GD]


def test_one_whose_sessions_cannot_be_ended_hides_no_other(tower: Tower) -> None:
    tower.sessions.alive = {GD, HUB}
    tower.trust.found |= {GD: None, HUB: None}
    tower.sessions.stuck = {GD}
    with pytest.raises(Unavailable):
        tower.look()
    assert tower.sessions.denied == [GD, HUB]
    assert tower.sessions.ended == [HUB]
    tower.sessions.stuck.clear()
    tower.look()
    assert tower.sessions.ended == [HUB, GD, HUB]


def test_nothing_is_believed_while_the_loss_cannot_be_written_down(
    tower: Tower, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(_: str) -> None:
        raise Unavailable("records", "not now")

    monkeypatch.setattr(tower.watch, "_lost", lost)
    tower.sessions.alive = {GD}
    tower.trust.found[GD] = None
    with pytest.raises(Unavailable):
        tower.look()
    assert tower.sessions.denied == [GD]


def test_the_loss_is_told_once_until_trust_is_back(tower: Tower) -> None:
    tower.sessions.alive = {GD}
    for chain_of_gd in (None, None, province(), None):
        tower.trust.found[GD] = chain_of_gd
        tower.look()
    assert tower.lost == [GD, GD]


def test_sessions_go_on_while_nobody_can_say(tower: Tower) -> None:
    tower.sessions.alive = {GD}
    tower.look()
    del tower.trust.found[GD]
    tower.look()
    assert tower.sessions.ended == []


def test_sessions_end_when_the_chain_ran_out_and_nobody_renewed_it(tower: Tower) -> None:
    tower.sessions.alive = {GD}
    tower.look()
    del tower.trust.found[GD]
    tower.look(3600)
    assert tower.sessions.ended == [GD]


def test_sessions_of_an_origin_that_was_never_seen_by_this_process_go_on_in_silence(tower: Tower) -> None:
    tower.sessions.alive = {GD}
    del tower.trust.found[GD]
    tower.look(3600)
    assert tower.sessions.ended == []


def test_an_origin_that_is_trusted_again_is_believed_again(tower: Tower) -> None:
    tower.sessions.alive = {GD}
    tower.trust.found[GD] = None
    tower.look()
    tower.trust.found[GD] = province()
    tower.look()
    assert tower.sessions.good == [GD]


def test_whoever_is_suspended_knows_it(tower: Tower) -> None:
    assert tower.standing()
    tower.trust.found[ZJ] = None
    tower.look()
    assert not tower.standing()


def test_whoever_is_reinstated_waits_until_others_have_forgotten_that_they_refused_it(tower: Tower) -> None:
    tower.trust.found[ZJ] = None
    tower.look()
    again = int(tower.clock.now)
    tower.trust.found[ZJ] = chain(ZJ, issued=again)
    tower.look(FORGOTTEN - EVERY)
    assert not tower.standing()
    tower.trust.found[ZJ] = chain(ZJ, issued=int(tower.clock.now))  # stated anew, as it is all the time
    tower.look()
    assert tower.standing()


def test_whoever_is_reinstated_waits_from_when_its_superior_says_that_it_was(tower: Tower) -> None:
    tower.trust.found[ZJ] = None
    tower.look()
    tower.said((-1000, "registration"), (0, "suspension"), (EVERY, "reinstatement"), about=ZJ)
    again = int(tower.clock.now)
    found = chain(ZJ, issued=again + int(FORGOTTEN))  # stated anew, when we look at last
    tower.trust.found[ZJ], tower.trust.living = found, [found]
    tower.look(FORGOTTEN)
    assert not tower.standing()
    tower.look()
    assert tower.standing()


def test_whoever_cannot_ask_is_not_suspended(tower: Tower) -> None:
    del tower.trust.found[ZJ]
    tower.look()
    assert tower.standing()
