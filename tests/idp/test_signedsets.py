"""Key sets that entities publish signed: believed by the federation keys that their chain names, and by no others."""

import json
from dataclasses import replace
from typing import Any

import pytest

from idp.errors import Unavailable
from idp.signedsets import SignedSets
from keys.key import SigningKey, generate
from tests.idp.oauth.memory import NOW, Clock
from tests.idp.oauth.place import THEIRS, jwks_of
from tests.idp.portals import PORTAL, Trusted, chain
from tests.keys.forge import forge

FEDERATION, WAITING = (
    generate(alg="ES256", purpose="federation", issuer=PORTAL, now=NOW - 9_000, active_from=NOW - 9_000)
    for _ in range(2)
)
URL = f"{PORTAL}/jwks/signed"


class Host:
    """Answers with a signed set, changed as a test asks; None leaves a claim out."""

    def __init__(self, *, key: SigningKey = FEDERATION, typ: str = "jwk-set+jwt", **changes: Any) -> None:
        claims = {"iss": PORTAL, "sub": PORTAL, "iat": int(NOW), **jwks_of(THEIRS), **changes}
        kept = {name: value for name, value in claims.items() if value is not None}
        self.token = forge({"alg": "ES256", "kid": key.kid, "typ": typ}, kept, signer=key)

    def get(self, url: str, *, limit: int) -> bytes:
        assert (url, limit > 0) == (URL, True)
        return self.token.encode()


def read(host: Host, trust: Trusted | None = None) -> Any:
    known = trust or Trusted(chain(keys=[FEDERATION]))
    return SignedSets(known, host, Clock())(PORTAL, URL, None)


@pytest.mark.spec("OIDF 5.2.1")
def test_a_set_that_the_entity_s_federation_key_signed_is_read() -> None:
    assert read(Host())["keys"] == json.loads(json.dumps(jwks_of(THEIRS)))["keys"]
    assert read(Host(exp=int(NOW) + 60))


REFUSED: dict[str, dict[str, Any]] = {
    "another key": {"key": THEIRS},
    "another type": {"typ": "JWT"},
    "another issuer": {"iss": "https://evil.example"},
    "another subject": {"sub": "https://evil.example"},
    "no subject": {"sub": None},
    "expired": {"exp": int(NOW) - 60},
    "no keys": {"keys": None},
    "keys that are none": {"keys": []},
}


@pytest.mark.parametrize("changes", REFUSED.values(), ids=REFUSED)
def test_a_set_that_differs_in_one_thing_is_no_set(changes: dict[str, Any]) -> None:
    with pytest.raises(Unavailable):
        read(Host(**changes))


def test_a_key_that_no_superior_has_certified_yet_signs_no_set() -> None:
    """It waits in the entity's own statement (hold-down); whoever stole it must gain nothing by that."""
    lawful = chain(keys=[FEDERATION])
    own = replace(lawful.configuration, jwks=jwks_of(FEDERATION, WAITING))
    listed = replace(lawful, statements=(own, *lawful.statements[1:]))
    with pytest.raises(Unavailable):
        read(Host(key=WAITING), Trusted(listed))
    assert read(Host(), Trusted(listed))


def test_without_a_chain_nobody_can_have_signed() -> None:
    trust = Trusted()
    trust.chains[PORTAL] = None
    with pytest.raises(Unavailable):
        read(Host(), trust)
