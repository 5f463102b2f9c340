"""Explicit registration between two of us: the relying party's end and the provider's, with what goes between them."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from federation.chain import TrustChain
from federation.registration import RESPONSE
from idp.asking import Asking
from idp.authority.stamp import Stamp
from idp.bychain import ByChain
from idp.clock import Clock
from idp.errors import Unavailable, WireError
from idp.explicit import DAY, Explicit
from idp.introduction import REGISTRATION as PATH
from idp.outbound import Reply
from idp.peer import Peer
from idp.registering import MARGIN, Registering
from idp.web.federation_registration import CHAIN, STATEMENT, blueprint
from keys.key import SigningKey, generate
from keys.ledger import Tally
from keys.ring import KeyRing
from tests.idp.oauth import memory
from tests.idp.oauth.memory import NOW
from tests.idp.pens import pen
from tests.idp.portals import ANCHOR, MARK, PORTAL, PROVINCE, Trusted, chain
from tests.keys.forge import unchecked

HOME = "http://home.localhost"


def made(who: str) -> SigningKey:
    return generate(alg="ES256", purpose="federation", issuer=who, now=NOW - 9_000, active_from=NOW - 9_000)


KEYS: Mapping[str, SigningKey] = {who: made(who) for who in (PORTAL, HOME)}
PARTY = chain(client_registration_types=["explicit"], keys=[KEYS[PORTAL]])


def stamp(who: str, clock: Clock) -> Stamp:
    ring = KeyRing(purpose="federation", keys=(KEYS[who],))
    return Stamp(issuer=who, ring=lambda: ring, alg="ES256", tally=Tally(), clock=clock)


def home(**provider: object) -> TrustChain:
    said = {"federation_registration_endpoint": HOME + PATH, **provider}
    return replace(chain(HOME, keys=[KEYS[HOME]]), resolved={"openid_provider": said})


def configuration(**changes: object) -> str:
    claims = {
        "iss": PORTAL,
        "sub": PORTAL,
        "iat": int(NOW),
        "exp": int(NOW) + 600,
        "jwks": {"keys": [dict(KEYS[PORTAL].public)]},
        "authority_hints": [PROVINCE],
        "metadata": dict(PARTY.resolved),
        **changes,
    }
    return unchecked(KEYS[PORTAL], claims, typ="entity-statement+jwt")


class Journal:
    def __init__(self) -> None:
        self.events: list[tuple[str, str]] = []

    def record(self, event: str, *, client: str) -> None:
        self.events.append((event, client))


class Rows:
    def __init__(self) -> None:
        self.held: dict[str, float] = {}

    def put(self, entity_id: str, *, anchor: str, at: float, expires: float) -> None:
        assert (anchor, at < expires) == (ANCHOR, True)
        self.held[entity_id] = expires


class Both:
    """The two ends."""

    def __init__(self, *, marks: tuple[str, ...] = ()) -> None:
        self.clock = memory.Clock()
        self.there = Trusted(PARTY)
        self.here = Trusted(PARTY, home())
        self.rows, self.journal = Rows(), Journal()
        audit: Any = self.journal
        strangers = ByChain(
            issuer=HOME,
            trust=self.there,
            marks=marks,
            algorithms=("ES256",),
            ours=lambda _: home(),
            registered=self.registered,
            clock=self.clock,
        )
        self.strangers = strangers
        self.explicit = Explicit(
            issuer=HOME,
            strangers=strangers,
            rows=self.rows,
            stamp=stamp(HOME, self.clock),
            audit=audit,
            clock=self.clock,
        )
        app = Flask("home")
        app.register_blueprint(blueprint(self.explicit))
        app.register_error_handler(WireError, lambda error: (json.dumps({"error": error.code}), error.status))
        self.http = app.test_client()
        self.sent: list[tuple[str, bytes]] = []
        self.forge: Reply | None = None
        self.registering = Registering(
            issuer=PORTAL,
            configuration=configuration,
            stamp=stamp(PORTAL, self.clock),
            trust=self.here,
            outbound=self,
            clock=self.clock,
        )

    def registered(self, entity_id: str) -> bool:
        return self.clock() < self.rows.held.get(entity_id, 0.0)

    def send(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None, **_: Any
    ) -> Reply:
        assert (method, url) == ("POST", HOME + PATH)
        self.sent.append((headers["Content-Type"], body or b""))
        if self.forge is not None:
            return self.forge
        answer = self.http.post(PATH, data=body, headers=dict(headers))
        return Reply(status=answer.status_code, headers=dict(answer.headers), body=answer.get_data())

    def post(self, body: str, kind: str = STATEMENT) -> tuple[int, str]:
        answer = self.http.post(PATH, data=body, content_type=kind)
        return answer.status_code, str((answer.get_json(silent=True, force=True) or {}).get("error", ""))


@pytest.fixture
def both() -> Both:
    return Both()


@pytest.mark.spec("OIDF 12.2")
def test_a_relying_party_registers_and_is_known_until_its_chain_ends(both: Both) -> None:
    assert both.strangers.find(PORTAL) is None
    registered = both.registering.at(HOME)
    assert registered.client_id == PORTAL
    assert registered.expires == PARTY.expires < NOW + DAY
    client = both.strangers.find(PORTAL)
    assert client is not None
    assert (client.requests, client.expires) == ("plain", PARTY.expires)
    assert both.journal.events == [("client.registered", PORTAL)]
    both.clock.now = PARTY.expires
    assert both.strangers.find(PORTAL) is None


@pytest.mark.spec("OIDF 12.3")
def test_a_registration_dies_with_its_chain(both: Both) -> None:
    both.registering.at(HOME)
    both.there.chains[PORTAL] = None
    assert both.strangers.find(PORTAL) is None


def test_the_answer_is_signed_and_kept_by_nobody(both: Both) -> None:
    body = configuration(aud=HOME)
    answer = both.http.post(PATH, data=body, content_type=STATEMENT)
    assert answer.mimetype == f"application/{RESPONSE}"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.spec("OIDF 12.2.1")
def test_a_chain_may_be_posted_instead_and_is_handed_on_to_whoever_verifies_it(both: Both) -> None:
    tokens = [configuration(aud=HOME), "statement", "anchor"]
    assert both.post(json.dumps(tokens), CHAIN) == (200, "")
    assert both.there.asked == [(PORTAL, tuple(tokens))]


REFUSED: Mapping[str, tuple[str, str, tuple[int, str]]] = {
    "a configuration that anybody can fetch": (configuration(), STATEMENT, (400, "invalid_request")),
    "another provider's": (configuration(aud=PROVINCE), STATEMENT, (400, "invalid_request")),
    "another superior's": (
        configuration(aud=HOME, authority_hints=[ANCHOR]),
        STATEMENT,
        (400, "invalid_request"),
    ),
    "an entity about another": (configuration(aud=HOME, sub=HOME), STATEMENT, (400, "invalid_request")),
    "nothing": ("", STATEMENT, (400, "invalid_request")),
    "a form": ("a=b", "application/x-www-form-urlencoded", (415, "invalid_request")),
    "a chain of nothing": ("[]", CHAIN, (400, "invalid_request")),
    "a chain that is none": ("{}", CHAIN, (400, "invalid_request")),
    "a chain of numbers": ("[1]", CHAIN, (400, "invalid_request")),
    "a chain without end": (json.dumps(["x"] * 13), CHAIN, (400, "invalid_request")),
    "a chain too deep": ("[" * 50_000, CHAIN, (400, "invalid_request")),
}


@pytest.mark.parametrize(("body", "kind", "answer"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_request_is_refused(both: Both, body: str, kind: str, answer: tuple[int, str]) -> None:
    assert both.post(body, kind) == answer
    assert both.rows.held == {}
    assert both.post(configuration(aud=HOME)) == (200, "")


def test_nobody_is_looked_for_who_does_not_ask_us(both: Both) -> None:
    both.post(configuration())
    both.post(configuration(aud=PROVINCE))
    assert both.there.asked == []


@pytest.mark.spec("OIDF 8.9")
def test_whoever_is_not_trusted_is_told_so(both: Both) -> None:
    both.there.chains[PORTAL] = None
    assert both.post(configuration(aud=HOME)) == (400, "invalid_trust_chain")
    both.there.chains[PORTAL] = chain(keys=[KEYS[PORTAL]])
    assert both.post(configuration(aud=HOME)) == (400, "invalid_metadata")
    assert both.rows.held == {}


def test_a_mark_that_every_client_must_hold_is_asked_for() -> None:
    both = Both(marks=(MARK,))
    assert both.post(configuration(aud=HOME)) == (400, "invalid_trust_chain")
    both.there.marks.add((PORTAL, MARK))
    assert both.post(configuration(aud=HOME)) == (200, "")


def test_a_registration_is_made_once_and_anew_before_its_end(both: Both) -> None:
    assert both.registering.at(HOME) is both.registering.at(HOME)
    both.clock.now = PARTY.expires - MARGIN - 1
    both.registering.at(HOME)
    assert len(both.sent) == 1
    both.clock.now = PARTY.expires - MARGIN
    renewed = replace(PARTY, expires=PARTY.expires + 3_600)
    both.here.chains[PORTAL] = both.there.chains[PORTAL] = renewed
    both.here.chains[HOME] = replace(home(), expires=renewed.expires)
    assert both.registering.at(HOME).expires == renewed.expires
    assert len(both.sent) == 2


def test_another_chain_asks_for_another_registration(both: Both) -> None:
    both.registering.at(HOME)
    both.here.chains[HOME] = home()
    both.registering.at(HOME)
    assert len(both.sent) == 2


FORGED: Mapping[str, Reply] = {
    "a refusal": Reply(status=400, headers={}, body=b'{"error":"invalid_trust_chain"}'),
    "no token": Reply(status=200, headers={}, body=b"{}"),
    "an answer to somebody else's key": Reply(status=200, headers={}, body=configuration().encode()),
}


@pytest.mark.spec("OIDF 12.2.5")
@pytest.mark.parametrize("reply", FORGED.values(), ids=FORGED)
def test_an_answer_that_does_not_hold_registers_nothing(both: Both, reply: Reply) -> None:
    both.forge = reply
    with pytest.raises(Unavailable):
        both.registering.at(HOME)
    both.forge = None
    assert both.registering.at(HOME)


@pytest.mark.parametrize("who", [PORTAL, HOME])
def test_without_a_chain_to_both_nobody_registers(both: Both, who: str) -> None:
    both.here.chains[who] = None
    with pytest.raises(Unavailable):
        both.registering.at(HOME)
    assert both.sent == []


def test_a_provider_without_the_endpoint_registers_nobody(both: Both) -> None:
    both.here.chains[HOME] = home(federation_registration_endpoint=7)
    with pytest.raises(Unavailable):
        both.registering.at(HOME)


def peer(*types: str) -> Peer:
    provider = {
        "authorization_endpoint": f"{HOME}/authorize",
        "client_registration_types_supported": list(types),
    }
    return Peer(issuer=HOME, name={}, region=None, provider=provider, party={}, expires=NOW + 9)


@pytest.mark.parametrize(
    ("types", "registers"),
    [(("explicit",), True), (("automatic",), False), (("automatic", "explicit"), False), ((), False)],
    ids=str,
)
def test_a_trip_registers_only_where_nothing_else_is_taken(
    both: Both, types: tuple[str, ...], registers: bool
) -> None:
    ring = KeyRing(purpose="oidc", keys=())
    asking = Asking(PORTAL, pen(lambda: ring, both.clock), both, both.clock, both.registering.at)
    assert asking.address(peer(*types), {}).startswith(f"{HOME}/authorize?")
    assert bool(both.sent) is registers
