"""However peers and people behave, a sign-in never goes round in circles and never says more than was done."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from idp.client import Client
from idp.journey import SKEW
from tests.idp.made import NOW, citizen, client, visiting
from tests.idp.web.stage import Stage, checked

PROMPTS = tuple(map(frozenset[str], ((), ("none",), ("login",), ("consent",), ("login", "consent"))))
CLIENTS: tuple[Client, ...] = (client(), client(consent="ask"))


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_every_sign_in_comes_to_an_end_and_means_what_it_says(data: st.DataObject) -> None:
    stubborn, said = data.draw(st.booleans()), dict[str, Any]()

    def draw(question: str, *possibilities: Any) -> Any:
        answer = data.draw(st.sampled_from(possibilities)) if question not in said else said[question]
        if question and stubborn:
            said[question] = answer
        return answer

    prompt, max_age = draw("", *PROMPTS), draw("", None, 0, 1, 50)
    asks = checked(prompt=prompt, max_age=max_age, client=draw("", *CLIENTS))
    stage = Stage(asks, draw, passwords=draw("", True, False))
    before = draw("", None, "own", "visitor")
    if before is not None:
        age = draw("", 0, 10, 49, 55, 1000)
        who = citizen(auth_time=NOW - age) if before == "own" else visiting(auth_time=NOW - age).citizen
        above = visiting().upstream if before == "visitor" else None
        stage.person.session = stage.sessions.open(who, upstream=above, until=None, before=None, now=NOW)[1]
    stage.run(acts=5)
    if "none" in prompt:
        assert stage.shown == []
        assert all(visit.silent for visit in stage.left)
        assert stage.answered is not None
    if stage.approval is not None:
        happened, session = stage.approval.citizen.auth_time, stage.person.session
        assert session is not None
        assert stage.sessions.key(session) == stage.approval.session_key
        assert max_age is None or happened >= NOW - max_age - SKEW
        assert "login" not in prompt or happened >= NOW - SKEW
        assert "login" not in prompt or stage.shown or any(not visit.silent for visit in stage.left)
        assert not ({"consent"} & prompt or asks.client.consent == "ask") or "consent" in stage.shown
