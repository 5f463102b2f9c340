"""The campaign reaches every rule, says what it did, and would not keep a defect to itself."""

import re
from collections import Counter
from itertools import islice

import pytest

from keys import encoding, envelope, jose
from keys.encoding import JoseError
from tests.fuzz import targets
from tests.fuzz.__main__ import report
from tests.fuzz.campaign import KEPT, Campaign, Tally
from tests.fuzz.corpus import ALGS, tokens
from tests.fuzz.mutator import Mutator
from tests.keys.forge import AUDIENCE, ISSUER, NOW, forge


def silent(tally: Tally) -> None:
    assert tally.total


def test_a_short_campaign_meets_no_unexpected_exception(capsys: pytest.CaptureFixture[str]) -> None:
    tally = Campaign(7).run(30_000, 600, silent)
    assert (report(tally), tally.findings, tally.total) == (0, [], 30_000)
    said = capsys.readouterr().out
    assert "30,000 executions" in said
    assert "0 unexpected exceptions" in said


def test_every_target_gets_input() -> None:
    assert set(Campaign(7).run(4096, 600, silent).executions) == {
        *("peek", "verify", "statement", "chain", "trust mark", "key set", "encoding")
    }


def test_the_same_seed_makes_the_same_changes() -> None:
    token = tokens()[0]
    one, two, other = ([Mutator(seed).token(token) for _ in range(3)] for seed in (1, 1, 2))
    assert one == two != other


def test_a_campaign_ends_in_time() -> None:
    assert Campaign(1).run(10**9, 0, silent).total == 4096


def strange(text: str) -> bool:
    """Whether it has a character that no token has."""
    return re.search(r"[^A-Za-z0-9_.-]", text) is not None


def test_an_unexpected_exception_is_kept_with_its_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def careless(text: str) -> bytes:
        if strange(text):  # nothing lawful is, so never the other statements of a spoilt chain
            raise KeyError("careless")
        return encoding.unb64(text)

    campaign = Campaign(7)
    monkeypatch.setattr(envelope, "unb64", careless)
    tally = campaign.run(4096, 600, silent)
    assert tally.exceptions > len(tally.findings) == KEPT
    assert all("KeyError: 'careless'" in one.cause and strange(one.input) for one in tally.findings)
    assert report(tally) == 1
    assert "input: '" in capsys.readouterr().out


def test_a_reader_that_believes_another_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keys.claims.check", lambda *_: None)
    causes = {
        one.cause.rpartition("AssertionError: ")[2] for one in Campaign(7).run(8192, 600, silent).findings
    }
    assert any("another's token" in cause for cause in causes)


def test_what_is_spoilt_reaches_every_rule_and_the_end() -> None:
    met: Counter[str] = Counter()
    with targets.signed_by_anybody():
        for name, _, text in islice(Campaign(7)._inputs(), 12_000):
            if name == "verify":
                met[_outcome(text)] += 1
    reasons = "accepted json segments header crit alg typ kid iss aud sub jti exp iat nbf depth duplicate"
    assert set(met) >= set(reasons.split())


def _outcome(text: str) -> str:
    try:
        jose.verify(
            text,
            targets._JWKS,
            algs=ALGS,
            typ=targets._TYPES,
            issuer=ISSUER,
            audience=(AUDIENCE, ISSUER),
            now=NOW,
        )
    except JoseError as error:
        return error.reason
    return "accepted"


def test_signatures_count_again_afterwards() -> None:
    with targets.signed_by_anybody():
        assert _outcome(forge()[:-4] + "AAAA") == "accepted"
    assert _outcome(forge()[:-4] + "AAAA") == "signature"
