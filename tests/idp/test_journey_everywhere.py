"""What holds in every situation of a sign-in, whatever else is decided: tens of thousands of situations each."""

from collections.abc import Iterator
from itertools import product

from idp.client import Client
from idp.journey import (
    SKEW,
    Announce,
    Choose,
    Consent,
    Issue,
    Password,
    Refuse,
    Step,
    Travel,
    may_answer,
    next_step,
)
from idp.login import Login
from idp.session import Session
from tests.idp.journey_cases import ALONE, AT_HUB_REMEMBERED, Ways
from tests.idp.made import GD, HUB, NOW, ZJ, citizen, client, login, peer_client, session, visiting

SESSIONS = (
    None,
    session(),
    session(citizen(auth_time=NOW + 5), announced=NOW + 5),
    visiting(auth_time=NOW - 10),
    visiting(auth_time=NOW - 1000),
    visiting(GD, GD),
    visiting(ZJ, ZJ),
)
CLIENTS = (client(), client(consent="ask"), peer_client(HUB), peer_client(GD), peer_client(ZJ))
WAYS = (
    Ways(),
    ALONE,
    Ways(passwords=False),
    AT_HUB_REMEMBERED,
    Ways(beyond=None, remembered=GD, down=frozenset({HUB})),
)
PROMPTS = tuple(map(frozenset[str], ((), ("none",), ("login",), ("consent",), ("login", "consent"))))
Situation = tuple[Login, Session | None, Client, Ways, bool]


FETCHED: tuple[dict[str, object] | None, ...] = (None, {})


def situations() -> Iterator[Situation]:
    logins = [
        login(
            prompt=prompt,
            max_age=max_age,
            asked=asked,
            chosen=chosen,
            trips=trips,
            renewed=NOW if trips else None,
            claims=claims,
            trouble=trouble,
            allowed=allowed,
        )
        for prompt, max_age, asked, chosen, trips, claims, trouble, allowed in product(
            PROMPTS,
            (None, 0, 50),
            ((), (HUB, GD)),
            (None, HUB),
            (0, 1),
            FETCHED,
            (None, "consent_required", "server_error"),
            (False, True),
        )
    ]
    for one, who, asks, ways in product(logins, SESSIONS, CLIENTS, WAYS):
        yield one, who, asks, ways, one.allowed


def decided() -> Iterator[tuple[Situation, Step]]:
    for one in situations():
        yield one, next_step(one[0], one[1], one[2], one[3], consented=one[4])


def old(now: Login, who: Session) -> bool:
    """Whether the session is older than what was asked for, a minute of clocks apart."""
    if "login" in now.prompt and (now.renewed is None or who.citizen.auth_time < now.arrived - SKEW):
        return True
    return now.max_age is not None and who.citizen.auth_time < now.arrived - now.max_age - SKEW


def check_nothing_is_shown(now: Login, step: Step) -> None:
    """The person is never bothered under prompt=none."""
    if "none" in now.prompt:
        assert isinstance(step, Refuse | Issue) or (isinstance(step, Travel) and step.silent), (now, step)
        assert not isinstance(step, Password | Choose | Consent | Announce)


def check_issue(situation: Situation, step: Step) -> None:
    """A code stands for a living session that is fresh enough, may be told, and was agreed to."""
    if not isinstance(step, Issue):
        return
    now, who, asks, _, consented = situation
    assert who is not None, situation
    assert may_answer(who, asks), situation
    assert not old(now, who), situation
    assert now.allowed or asks.consent == "implied" or consented, situation
    assert now.allowed or "consent" not in now.prompt, situation


def check_travel(situation: Situation, step: Step) -> None:
    """Nobody is sent to whoever asks, nor silently twice for a session."""
    if not isinstance(step, Travel):
        return
    now, who, asks, ways, _ = situation
    if now.chosen is None:
        assert step.issuer != asks.client_id, situation
        assert ways.up(step.issuer), situation
    if step.silent and not step.claims_only:
        assert step.issuer not in now.asked, situation
        assert who is None or not may_answer(who, asks), situation
    if step.renew:
        assert not step.silent, situation
    if step.claims_only:
        assert who is not None, situation
        assert not old(now, who), situation


def check_pages(situation: Situation, step: Step) -> None:
    """Pages are shown only where they lead somewhere."""
    _, who, asks, ways, _ = situation
    if isinstance(step, Choose):
        assert not ways.passwords, situation
    if isinstance(step, Announce):
        assert who is not None
        assert who.upstream is None, situation
        assert step.issuer not in ("", asks.client_id), situation
        assert ways.up(step.issuer), situation


def test_what_holds_everywhere() -> None:
    seen: set[type[Step]] = set()
    for situation, step in decided():
        seen.add(type(step))
        check_nothing_is_shown(situation[0], step)
        check_issue(situation, step)
        check_travel(situation, step)
        check_pages(situation, step)
    assert seen == {Password, Choose, Travel, Announce, Consent, Issue, Refuse}
