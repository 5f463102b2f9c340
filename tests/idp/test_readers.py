"""Who reads our keys and says so with a signature is known by name; everybody else is anybody, at no cost."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from idp.client import Client
from idp.errors import Unavailable
from idp.lookout import ANYBODY, Lookout
from idp.readers import Readers
from keys import jose
from keys.evidence import Level
from keys.key import SigningKey
from tests.idp.made import GD, HUB, NOW, ZJ
from tests.idp.peer_world import NEXT, OIDC, STRANGER, PeerWorld, jwks
from tests.keys.forge import segment, unchecked

TAX = Client(
    client_id="tax",
    name={},
    redirect_uris=("https://tax.example/cb",),
    auth_method="private_key_jwt",
    jwks=jwks(NEXT),
)


class Hall:
    """Our keys, and those who come to read them."""

    def __init__(self, *, read: bool = True) -> None:
        self.world = PeerWorld()
        if read:
            self.world.peers.get(HUB)
        self.asked: list[str] = []
        self.clients: dict[str, Client] = {"tax": TAX}
        self.lookout = Lookout(self.world.clock)
        self.readers = Readers(
            issuer=ZJ,
            peers=self.world.peers,
            registered=self.find,
            lookout=self.lookout,
            clock=self.world.clock,
        )
        self.number = 0

    def find(self, client_id: str) -> Client | None:
        self.asked.append(client_id)
        return self.clients.get(client_id)

    def said(self, who: str = HUB, changes: Mapping[str, object] | None = None) -> dict[str, object]:
        self.number += 1
        now = int(self.world.clock.now)
        claims = {"iss": who, "sub": who, "aud": ZJ, "iat": now, "exp": now + 60, "jti": f"j{self.number}"}
        return {name: value for name, value in {**claims, **(changes or {})}.items() if value is not None}

    def level(self, shown: str | None) -> tuple[str, str, Level]:
        """What a fetch with this header is noted as."""
        self.readers.fetched(["k"], shown)
        ((seen, _times),) = self.lookout.take()
        return seen.observer, seen.kind, seen.level


ANYONE = (ANYBODY, "client", Level.E1)


def bearer(claims: Mapping[str, object], key: SigningKey = OIDC, typ: str | None = "JWT") -> str:
    if typ is not None:
        return "Bearer " + unchecked(key, claims, typ=typ)
    text = f"{segment({'alg': key.alg, 'kid': key.kid})}.{segment(dict(claims))}"
    return f"Bearer {text}.{segment(jose._signature(key, text.encode()))}"


def test_a_peer_and_a_client_are_known_by_their_signatures() -> None:
    hall = Hall()
    assert hall.level(bearer(hall.said())) == (HUB, "peer", Level.E2)
    hall.world.clock.now += 0.2
    assert hall.level(bearer(hall.said("tax"), NEXT, typ=None)) == ("tax", "client", Level.E2)
    assert hall.level(None) == ANYONE


BAD: dict[str, tuple[dict[str, object], SigningKey, str | None]] = {
    "another key": ({}, STRANGER, "JWT"),
    "another server": ({"aud": GD}, OIDC, "JWT"),
    "several servers": ({"aud": [ZJ, GD]}, OIDC, "JWT"),
    "somebody else's name": ({"sub": GD}, OIDC, "JWT"),
    "no name": ({"iss": None}, OIDC, "JWT"),
    "another type": ({}, OIDC, "logout+jwt"),
    "no type from a peer": ({}, OIDC, None),
    "over": ({"exp": int(NOW) - 11}, OIDC, "JWT"),
    "for hours": ({"exp": int(NOW) + 3600}, OIDC, "JWT"),
    "for ever": ({"exp": None}, OIDC, "JWT"),
    "without a number": ({"jti": None}, OIDC, "JWT"),
    "with a long number": ({"jti": "j" * 257}, OIDC, "JWT"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_does_not_hold_is_a_fetch_by_anybody(case: str) -> None:
    hall = Hall()
    changes, key, typ = BAD[case]
    assert hall.level(bearer(hall.said(changes=changes), key, typ)) == ANYONE


@pytest.mark.parametrize(
    "shown", ["", "Bearer", "Bearer x", "Bearer a.b.c", "Basic eA==", "Bearer é", "Bearer " + "a" * 9000]
)
def test_what_is_no_assertion_is_a_fetch_by_anybody(shown: str) -> None:
    assert Hall().level(shown) == ANYONE


def test_another_scheme_names_nobody() -> None:
    hall = Hall()
    assert hall.level(bearer(hall.said()).replace("Bearer", "DPoP")) == ANYONE


def test_one_assertion_counts_once() -> None:
    hall = Hall()
    shown = bearer(hall.said())
    assert hall.level(shown) == (HUB, "peer", Level.E2)
    hall.world.clock.now += 5
    assert hall.level(shown) == ANYONE
    assert hall.level(bearer(hall.said())) == ANYONE, "within a second of the one before"
    hall.world.clock.now += 1
    assert hall.level(bearer(hall.said())) == (HUB, "peer", Level.E2)


def test_a_peer_whose_keys_are_not_at_hand_is_not_read_for_it() -> None:
    hall = Hall(read=False)
    assert hall.level(bearer(hall.said())) == ANYONE
    assert hall.world.wire.asked == []
    hall.world.peers.get(HUB)
    hall.world.clock.now += 1
    assert hall.level(bearer(hall.said())) == (HUB, "peer", Level.E2)
    hall.world.clock.now = NOW + 86_400
    assert hall.level(bearer(hall.said())) == ANYONE, "its configuration has expired"


def test_a_flood_costs_one_signature_a_second_for_each_name(monkeypatch: pytest.MonkeyPatch) -> None:
    hall = Hall()
    hall.level(bearer(hall.said()))
    hall.world.clock.now += 1
    checked: list[str] = []
    real = jose.verify

    def counting(token: str, *args: object, **more: object) -> Mapping[str, object]:
        checked.append(token)
        return real(token, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("idp.readers.jose.verify", counting)
    forged = bearer(hall.said(), STRANGER)
    assert [hall.level(forged) for _ in range(50)] == [ANYONE] * 50
    assert len(checked) == 1
    assert hall.level(bearer(hall.said("tax"), NEXT)) == ("tax", "client", Level.E2), (
        "another name has its turn"
    )


def test_a_flood_of_made_up_names_is_looked_up_ten_times_a_second() -> None:
    hall = Hall()
    for number in range(50):
        hall.world.clock.now += 0.01
        assert hall.level(bearer(hall.said(f"made-up-{number}"), STRANGER)) == ANYONE
    assert 1 <= len(hall.asked) <= 6
    assert hall.level(bearer(hall.said())) == (HUB, "peer", Level.E2), "peers do not queue with strangers"


def test_a_clock_that_goes_back_keeps_nobody_out() -> None:
    hall = Hall()
    hall.level(bearer(hall.said()))
    hall.world.clock.now -= 30
    assert hall.level(bearer(hall.said())) == (HUB, "peer", Level.E2)


def test_only_clients_with_keys_of_their_own_are_known_and_only_while_records_answer() -> None:
    hall = Hall()
    hall.clients["tax"] = replace(TAX, auth_method="none")
    assert hall.level(bearer(hall.said("tax"), NEXT)) == ANYONE
    hall.clients["tax"] = TAX
    hall.world.clock.now += 1

    def gone(_client_id: str) -> Client | None:
        raise Unavailable("records")

    hall.readers._registered = gone
    assert hall.level(bearer(hall.said("tax"), NEXT)) == ANYONE
