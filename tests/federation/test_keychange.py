"""What a superior makes of the keys that a subordinate lists, reading by reading, and in random lives."""

import dataclasses
from collections.abc import Collection

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from federation.keychange import MOST, Candidate, Known, Terms, Told, Verdict, follow, ripe
from federation.keyset import Jwk, Jwks, prints, same
from tests.federation.world import NOW, made

POOL = [dict(made().public) for _ in range(20)]
A, B, C, D, E = POOL[:5]
HOUR = 3600.0
TERMS = Terms(hold_down=24 * HOUR, proven_at_once=False, settle=600.0)
AT_ONCE = dataclasses.replace(TERMS, proven_at_once=True)


def jwks(*several: Jwk) -> Jwks:
    return {"keys": list(several)}


def kid(key: Jwk) -> str:
    return str(key["kid"])


def proof(*several: Jwk) -> Collection[str]:
    return set(prints(jwks(*several)).values())


def read(
    known: Known, *listed: Jwk, proven: Collection[str] = (), terms: Terms = TERMS, now: float = NOW
) -> Verdict:
    return follow(known, jwks(*listed), proven=proven, terms=terms, now=now)


def after(known: Known, verdict: Verdict) -> Known:
    return dataclasses.replace(
        known, certified=verdict.certified, candidate=verdict.candidate, missing=verdict.missing
    )


def told(verdict: Verdict) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.what, one.kids) for one in verdict.told]


CERTIFIED = Known(certified=jwks(A))
WAITING = Known(certified=jwks(A), candidate=Candidate(keys=(B,), since=NOW))


def test_a_reading_without_news_changes_nothing() -> None:
    verdict = read(CERTIFIED, A)
    assert (verdict.certified, verdict.candidate, verdict.missing, verdict.told) == (jwks(A), None, {}, ())


def test_a_new_key_is_a_candidate_and_not_certified() -> None:
    verdict = read(CERTIFIED, A, B)
    assert verdict.certified == jwks(A)
    assert verdict.candidate == Candidate(keys=(B,), since=NOW)
    assert told(verdict) == [("seen", (kid(B),))]


def test_a_candidate_is_told_of_once() -> None:
    assert read(WAITING, A, B, now=NOW + HOUR).told == ()


def test_a_candidate_is_certified_when_its_hold_down_is_over_and_not_before() -> None:
    assert read(WAITING, A, B, now=NOW + 24 * HOUR - 1).certified == jwks(A)
    verdict = read(WAITING, A, B, now=NOW + 24 * HOUR)
    assert same(verdict.certified, jwks(A, B))
    assert verdict.candidate is None
    assert told(verdict) == [("certified", (kid(B),))]


def test_a_candidate_that_a_person_approved_need_not_wait() -> None:
    approved = Candidate(keys=(B,), since=NOW, approved_by="li.wei")
    verdict = read(dataclasses.replace(WAITING, candidate=approved), A, B)
    assert same(verdict.certified, jwks(A, B))
    assert "li.wei" in verdict.told[0].why


def test_a_proven_candidate_waits_unless_the_settings_say_otherwise() -> None:
    verdict = read(CERTIFIED, A, B, proven=proof(B))
    assert verdict.certified == jwks(A)
    assert verdict.candidate == Candidate(keys=(B,), since=NOW, proven=True)
    assert same(read(CERTIFIED, A, B, proven=proof(B), terms=AT_ONCE).certified, jwks(A, B))


def test_what_is_not_proven_waits_whatever_the_settings_say() -> None:
    assert read(CERTIFIED, A, B, terms=AT_ONCE).certified == jwks(A)
    assert read(CERTIFIED, A, B, C, proven=proof(B), terms=AT_ONCE).certified == jwks(A)


def test_a_proof_is_remembered_while_the_candidate_waits() -> None:
    verdict = read(after(WAITING, read(WAITING, A, B, proven=proof(B))), A, B, now=NOW + 60)
    assert verdict.candidate is not None
    assert verdict.candidate.proven
    assert ripe(verdict.candidate, AT_ONCE, NOW)


def test_a_proof_for_a_key_that_is_not_listed_is_nothing() -> None:
    verdict = read(CERTIFIED, A, proven=proof(B), terms=AT_ONCE)
    assert (verdict.certified, verdict.candidate, verdict.told) == (jwks(A), None, ())


def test_a_candidate_that_disappears_is_dropped_and_waits_anew_when_it_is_back() -> None:
    gone = read(WAITING, A, now=NOW + HOUR)
    assert gone.candidate is None
    assert told(gone) == [("dropped", (kid(B),))]
    back = read(after(WAITING, gone), A, B, now=NOW + 25 * HOUR)
    assert back.candidate == Candidate(keys=(B,), since=NOW + 25 * HOUR)


def test_an_approved_candidate_that_disappears_is_approved_no_longer() -> None:
    approved = dataclasses.replace(WAITING, candidate=Candidate(keys=(B,), since=NOW, approved_by="li.wei"))
    back = read(after(approved, read(approved, A)), A, B)
    assert back.candidate == Candidate(keys=(B,), since=NOW)


def test_one_change_waits_at_a_time() -> None:
    verdict = read(WAITING, A, B, C, now=NOW + HOUR)
    assert verdict.candidate == WAITING.candidate
    certified = read(after(WAITING, verdict), A, B, C, now=NOW + 24 * HOUR)
    assert same(certified.certified, jwks(A, B))
    turn = read(after(WAITING, certified), A, B, C, now=NOW + 24 * HOUR)
    assert turn.candidate == Candidate(keys=(C,), since=NOW + 24 * HOUR)


def test_a_key_under_a_certified_name_is_refused() -> None:
    verdict = read(CERTIFIED, {**B, "kid": kid(A)})
    assert verdict.certified == jwks(A)
    assert verdict.candidate is None
    assert told(verdict) == [("refused", (kid(A),))]


def test_a_certified_key_under_another_name_is_refused() -> None:
    assert told(read(CERTIFIED, A, {**A, "kid": "new"})) == [("refused", ("new",))]


def test_a_key_that_was_there_once_does_not_come_back_and_holds_up_no_other() -> None:
    known = dataclasses.replace(CERTIFIED, past=prints(jwks(C)))
    for again in (C, {**C, "kid": "new"}, {**D, "kid": kid(C)}):
        verdict = read(known, A, B, again)
        assert verdict.candidate == Candidate(keys=(B,), since=NOW)
        assert told(verdict)[0] == ("refused", (kid(again),))


def test_a_key_that_is_not_listed_leaves_after_a_while() -> None:
    known = Known(certified=jwks(A, B))
    first = read(known, B)
    assert same(first.certified, jwks(A, B))
    assert first.missing == {kid(A): NOW}
    later = after(known, first)
    assert same(read(later, B, now=NOW + 599).certified, jwks(A, B))
    gone = read(later, B, now=NOW + 600)
    assert gone.certified == jwks(B)
    assert (gone.missing, told(gone)) == ({}, [("left", (kid(A),))])


def test_a_key_that_is_listed_again_in_time_stays() -> None:
    known = Known(certified=jwks(A, B))
    back = read(after(known, read(known, B)), A, B, now=NOW + 300)
    assert back.missing == {}
    assert same(read(after(known, back), B, now=NOW + 700).certified, jwks(A, B))


def test_the_last_certified_key_never_leaves() -> None:
    known = Known(certified=jwks(A), missing={kid(A): NOW - 10_000})
    assert read(known, B).certified == jwks(A)
    both = Known(certified=jwks(A, B), missing={kid(A): NOW - 10_000, kid(B): NOW - 10_000})
    assert same(read(both, C).certified, jwks(A, B))


def test_more_keys_than_anybody_needs_are_refused() -> None:
    verdict = read(CERTIFIED, A, *POOL[1 : MOST + 2])
    assert verdict.candidate is not None
    assert len(verdict.candidate.keys) == MOST - 1
    assert [one.what for one in verdict.told] == ["refused", "seen"]


def test_nothing_is_added_where_more_than_that_was_registered() -> None:
    many = Known(certified=jwks(*POOL[: MOST + 1]))
    assert read(many, *POOL[: MOST + 3]).candidate is None
    room = Known(certified=jwks(*POOL[: MOST - 1]))
    assert read(room, *POOL[:MOST]).candidate == Candidate(keys=(POOL[MOST - 1],), since=NOW)


def test_a_kind_of_key_that_we_do_not_know_is_passed_over() -> None:
    assert read(CERTIFIED, A, {"kid": "x", "kty": "oct-like"}).candidate is None


class Lives(RuleBasedStateMachine):
    """A subordinate that keeps the rules of its ring, its superior, a thief of one key, and people."""

    @initialize(
        hold=st.sampled_from([0.0, 60.0, 3600.0]),
        at_once=st.booleans(),
        settle=st.sampled_from([0.0, 30.0, 600.0]),
    )
    def begin(self, hold: float, at_once: bool, settle: float) -> None:
        self.now = NOW
        self.terms = Terms(hold_down=hold, proven_at_once=at_once, settle=settle)
        self.ring, self.signer, self.unused = [A], A, list(POOL[1:])
        self.known = Known(certified=jwks(A))
        self.thieves = [self.unused.pop() for _ in range(4)]
        self.proven: set[str] = set()
        self.log: list[Told] = []

    @rule(seconds=st.sampled_from([1.0, 30.0, 600.0, 4000.0]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @precondition(lambda self: len(self.unused) > 0 and len(self.ring) < 6)
    @rule()
    def a_key_is_published(self) -> None:
        self.ring.append(self.unused.pop())

    @rule()
    def a_key_that_the_superior_lists_signs(self) -> None:
        listed = prints(self.known.certified)
        self.signer = next((key for key in reversed(self.ring) if kid(key) in listed), self.signer)

    @precondition(lambda self: len(self.ring) > 1)
    @rule(which=st.integers(0, 9))
    def a_key_that_does_not_sign_leaves(self, which: int) -> None:
        key = self.ring[which % len(self.ring)]
        if key is not self.signer:
            self.ring.remove(key)

    @rule(which=st.integers(0, 3))
    def a_thief_pushes_a_key_of_their_own(self, which: int) -> None:
        self.proven |= set(proof(self.thieves[which]))

    @rule()
    def the_subordinate_pushes(self) -> None:
        self.proven |= set(proof(*self.ring))

    @rule()
    def somebody_approves(self) -> None:
        if self.known.candidate is not None:
            approved = dataclasses.replace(self.known.candidate, approved_by="somebody")
            self.known = dataclasses.replace(self.known, candidate=approved)

    @rule(late=st.booleans())
    def the_superior_reads(self, late: bool) -> None:
        """A late process of the subordinate does not list its newest key yet."""
        listed = [key for key in self.ring if not (late and key is self.ring[-1] and key is not self.signer)]
        if kid(self.signer) not in prints(self.known.certified):
            return  # rule 1: such a configuration is not heard
        verdict = follow(self.known, jwks(*listed), proven=self.proven, terms=self.terms, now=self.now)
        left = {one for told in verdict.told if told.what == "left" for one in told.kids}
        past = {one: found for one, found in prints(self.known.certified).items() if one in left}
        self.log += verdict.told
        self.known = dataclasses.replace(after(self.known, verdict), past={**self.known.past, **past})

    @invariant()
    def one_usable_key_is_in_both(self) -> None:
        if hasattr(self, "known"):
            assert kid(self.signer) in prints(self.known.certified)
            assert self.signer in self.ring

    @invariant()
    def no_thief_installs_a_key(self) -> None:
        if hasattr(self, "known"):
            assert not set(proof(*self.thieves)) & set(prints(self.known.certified).values())

    @invariant()
    def no_key_comes_back(self) -> None:
        if hasattr(self, "known"):
            assert not self.known.past.keys() & prints(self.known.certified).keys()
            certified = [one for told in self.log if told.what == "certified" for one in told.kids]
            assert len(certified) == len(set(certified))


Lives.TestCase.settings = settings(
    max_examples=150, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestLives = Lives.TestCase
