"""What a sign-in needs next: every rule of the journey, in its order, as sentences."""

import pytest

from idp.client import Client
from idp.journey import Announce, Consent, Issue, Password, Refuse, Travel, may_answer, next_step
from idp.session import Session
from tests.idp.journey_cases import (
    ALONE,
    CONSENT,
    FETCHED,
    HUB_ASKS,
    KNOWN,
    LOGIN,
    NONE,
    OWN,
    PORTAL,
    RULE_1,
    RULE_2,
    RULE_3,
    STRICT,
    Case,
    after_asking,
)
from tests.idp.made import GD, HUB, NOW, ZJ, citizen, login, peer_client, session, visiting

CLAIMS_TRIP = Travel(HUB, silent=True, claims_only=True)
RULE_4 = {
    "a visitor's claims are fetched silently": Case(session=visiting(), then=CLAIMS_TRIP),
    "under prompt=none too": Case(session=visiting(), login=login(prompt=NONE), then=CLAIMS_TRIP),
    "and although the hub was asked before for a session": Case(
        session=visiting(), login=after_asking(), then=CLAIMS_TRIP
    ),
    "claims are fetched once": Case(session=visiting(), login=login(claims=FETCHED), then=Issue()),
    "claims that home does not give are not asked for again": Case(
        session=visiting(), login=login(claims={}), then=Issue()
    ),
    "nothing is fetched for a client that asks for nothing": Case(
        session=visiting(), login=login(scopes=("openid",)), then=Issue()
    ),
    "nothing is fetched for somebody who signed in here": Case(session=KNOWN, then=Issue()),
    "a visitor is signed in without claims while home cannot be reached": Case(
        session=visiting(), ways=ALONE, then=Issue()
    ),
    "home that must ask the person may show pages": Case(
        session=visiting(),
        login=login(trouble="consent_required"),
        then=Travel(HUB, silent=False, claims_only=True),
    ),
    "home that needs the person for anything else may too": Case(
        session=visiting(),
        login=login(trouble="interaction_required"),
        then=Travel(HUB, silent=False, claims_only=True),
    ),
    "under prompt=none home may not ask the person": Case(
        session=visiting(), login=login(prompt=NONE, trouble="consent_required"), then="consent_required"
    ),
    "an earlier failure to sign in elsewhere does not make the trip for claims one with pages": Case(
        session=visiting(), login=login(trouble="access_denied"), then=CLAIMS_TRIP
    ),
}

RULE_5 = {
    "a sign-in that happened here is announced": Case(session=OWN, then=Announce(HUB)),
    "a journey announces once, whatever came of it": Case(
        session=OWN, login=login(announced=True), then=Issue()
    ),
    "an authentication is announced once, whichever journey did it": Case(session=KNOWN, then=Issue()),
    "a fresh password is announced again": Case(
        session=session(citizen(auth_time=NOW), announced=NOW - 100), then=Announce(HUB)
    ),
    "what came from a peer is not announced": Case(
        session=visiting(), login=login(claims=FETCHED), then=Issue()
    ),
    "nothing is announced to the hub that is the client": Case(session=OWN, client=HUB_ASKS, then=Issue()),
    "nothing is announced under prompt=none": Case(session=OWN, login=login(prompt=NONE), then=Issue()),
    "nothing is announced while the hub is down": Case(session=OWN, ways=ALONE, then=Issue()),
    "an announcement comes before consent": Case(session=OWN, client=STRICT, then=Announce(HUB)),
}

RULE_6 = {
    "a client that must ask, asks": Case(session=KNOWN, client=STRICT, then=Consent()),
    "an earlier yes is remembered": Case(session=KNOWN, client=STRICT, consented=True, then=Issue()),
    "a yes on the page is enough": Case(
        session=KNOWN, client=STRICT, login=login(allowed=True), then=Issue()
    ),
    "prompt=consent asks although the person agreed earlier": Case(
        session=KNOWN, client=STRICT, login=login(prompt=CONSENT), consented=True, then=Consent()
    ),
    "prompt=consent asks on behalf of a client that never needs to": Case(
        session=KNOWN, login=login(prompt=CONSENT), then=Consent()
    ),
    "prompt=consent is content with a yes on the page": Case(
        session=KNOWN, login=login(prompt=CONSENT, allowed=True), then=Issue()
    ),
    "under prompt=none a client that must ask is refused": Case(
        session=KNOWN, client=STRICT, login=login(prompt=NONE), then="consent_required"
    ),
    "under prompt=none a client whose person agreed earlier is answered": Case(
        session=KNOWN, client=STRICT, login=login(prompt=NONE), consented=True, then=Issue()
    ),
    "a visitor is asked by the site like anybody": Case(
        session=visiting(), client=STRICT, login=login(claims=FETCHED), then=Consent()
    ),
    "a yes does not stand in for a session": Case(
        client=STRICT, login=after_asking(allowed=True), then=Password()
    ),
    "a yes does not stand in for a fresh password": Case(
        session=KNOWN, client=STRICT, login=login(allowed=True, prompt=LOGIN), then=Password()
    ),
}

CASES = RULE_1 | RULE_2 | RULE_3 | RULE_4 | RULE_5 | RULE_6


def test_no_sentence_is_told_twice() -> None:
    assert len(CASES) == sum(map(len, (RULE_1, RULE_2, RULE_3, RULE_4, RULE_5, RULE_6)))


@pytest.mark.parametrize("sentence", CASES)
def test_next_step(sentence: str) -> None:
    case = CASES[sentence]
    step = next_step(case.login, case.session, case.client, case.ways, consented=case.consented)
    if isinstance(case.then, str):
        assert isinstance(step, Refuse), step
        assert step.code == case.then
        assert step.description
    else:
        assert step == case.then


@pytest.mark.parametrize(
    ("who", "asks", "told"),
    [
        (visiting(HUB, GD), PORTAL, True),
        (session(), PORTAL, True),
        (session(), HUB_ASKS, True),
        (visiting(HUB, GD), HUB_ASKS, False),
        (visiting(GD, GD), peer_client(GD), False),
        (visiting(GD, GD), peer_client(ZJ), True),
        (session(citizen(GD)), peer_client(GD), False),
        (session(citizen(GD)), peer_client(ZJ), True),
    ],
)
def test_who_may_be_told_to_whom(who: Session, asks: Client, told: bool) -> None:
    assert may_answer(who, asks) is told
