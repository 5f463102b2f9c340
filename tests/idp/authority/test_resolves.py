"""Resolutions (OIDF §8.3): strangers are answered from what is at hand; who proved who they are may cause one."""

from dataclasses import replace

import pytest

from federation.answers import resolved
from idp.authority.resolves import AGAIN, Active, NotResolved, Resolves
from tests.federation.world import ANCHOR, ENTITY, NOW
from tests.idp.authority.chains import Known, Made
from tests.idp.authority.place import KEY, Moved, Process

ELSEWHERE = "http://zj.localhost"
JWKS = {"keys": [dict(KEY.public)]}


def resolves(anchor: Process, known: Known) -> Resolves:
    return Resolves(
        stamp=anchor.stamp,
        anchors=lambda: {ANCHOR, "http://other.localhost"},
        chains=known,
        marks=known.marks,
    )


def asked(
    of: Resolves,
    sub: str = ENTITY,
    anchors: tuple[str, ...] = (ANCHOR,),
    *kinds: str,
    caller: str | None = None,
) -> resolved.Resolved:
    """The answer as its reader verifies it."""
    token = of.answer(sub, anchors, kinds, caller).token
    return resolved.verify(
        token, issuer=ANCHOR, subject=sub, jwks=JWKS, now=of._stamp.clock(), audience=caller
    )


def test_what_is_at_hand_is_answered(anchor: Process) -> None:
    said = asked(resolves(anchor, Known(Made())))
    assert said == resolved.Resolved(
        sub=ENTITY,
        issued=int(NOW),
        expires=Made().expires,
        metadata=Made().resolved,
        trust_chain=Made().tokens,
    )


def test_only_the_types_that_are_asked_for_are_told(anchor: Process) -> None:
    of = resolves(anchor, Known(Made()))
    assert set(asked(of, ENTITY, (ANCHOR,), "openid_provider").metadata) == {"openid_provider"}
    both = asked(of, ENTITY, (ANCHOR,), "openid_provider", "federation_entity", "oauth_client")
    assert set(both.metadata) == {"openid_provider", "federation_entity"}


def test_a_stranger_causes_no_walk(anchor: Process) -> None:
    known = Known(elsewhere=[Made(subject=ELSEWHERE)])
    of = resolves(anchor, known)
    with pytest.raises(NotResolved) as refused:
        asked(of, ELSEWHERE)
    assert refused.value.code == "invalid_subject"
    assert known.walks == []


def test_who_proved_who_it_is_causes_one_and_is_meant_alone(anchor: Process) -> None:
    known = Known(elsewhere=[Made(subject=ELSEWHERE)])
    assert asked(resolves(anchor, known), ELSEWHERE, caller=ENTITY).sub == ELSEWHERE
    assert known.walks == [ELSEWHERE]
    assert known.asked_about_marks == [True]


def test_for_a_stranger_nobody_is_asked_about_marks_either(anchor: Process) -> None:
    known = Known(Made())
    asked(resolves(anchor, known))
    assert known.asked_about_marks == [False]


@pytest.mark.parametrize("caller", [None, ENTITY])
def test_an_anchor_that_is_not_ours_is_used_by_nobody(anchor: Process, caller: str | None) -> None:
    known = Known(Made())
    with pytest.raises(NotResolved) as refused:
        asked(resolves(anchor, known), ENTITY, ("http://strange.localhost",), caller=caller)
    assert refused.value.code == "invalid_trust_anchor"
    assert asked(resolves(anchor, known), ENTITY, ("http://strange.localhost", ANCHOR), caller=caller)


def test_a_chain_to_another_anchor_is_no_answer(anchor: Process) -> None:
    of = resolves(anchor, Known(Made(anchor="http://other.localhost")))
    with pytest.raises(NotResolved):
        asked(of)
    assert asked(of, ENTITY, (ANCHOR, "http://other.localhost"))


def test_a_chain_that_has_ended_is_not_at_hand(anchor: Process, clock: Moved) -> None:
    of = resolves(anchor, Known(Made()))
    asked(of)
    clock.pass_(600)
    with pytest.raises(NotResolved):
        asked(of)


def test_an_answer_ends_with_the_chain_or_with_a_mark_in_it(anchor: Process) -> None:
    known = Known(Made())
    known.active = [
        Active("https://a.example", "x.y.z", int(NOW) + 300),
        Active("https://b.example", "u.v.w", None),
    ]
    said = asked(resolves(anchor, known))
    assert said.expires == int(NOW) + 300
    assert said.trust_marks == (("https://a.example", "x.y.z"), ("https://b.example", "u.v.w"))
    assert anchor.tally.take().latest_exp(KEY.kid) == NOW + 300


def test_strangers_make_us_sign_once_a_minute_for_a_question(anchor: Process, clock: Moved) -> None:
    known = Known(Made())
    of = resolves(anchor, known)
    first = of.answer(ENTITY, (ANCHOR,), (), None).token
    assert of.answer(ENTITY, [ANCHOR], [], None).token == first
    assert of.answer(ENTITY, (ANCHOR,), ("openid_provider",), None).token != first
    clock.pass_(AGAIN)
    assert of.answer(ENTITY, (ANCHOR,), (), None).token != first


def test_a_chain_that_changed_is_answered_at_once(anchor: Process) -> None:
    known = Known(Made())
    of = resolves(anchor, known)
    asked(of)
    known.hand[ENTITY] = replace(Made(), resolved={"openid_provider": {"issuer": ENTITY, "x": 1}})
    assert asked(of).metadata["openid_provider"]["x"] == 1
    del known.hand[ENTITY]
    with pytest.raises(NotResolved):
        asked(of)
