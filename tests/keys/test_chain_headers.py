"""Trust chains in headers (OIDF §4.3, §4.4): where the caller asks for them, as arrays of texts, and nowhere else."""

from typing import Any

import pytest

from keys.encoding import JoseError
from keys.envelope import ChainHeader
from keys.jose import STATEMENT, peek, sign, verify
from tests.keys.forge import AUDIENCE, ISSUER, NOW, claims, forge, header, key, ring

BOTH: tuple[ChainHeader, ...] = ("trust_chain", "peer_trust_chain")


def read(token: str, headers: tuple[ChainHeader, ...] = BOTH) -> Any:
    return verify(
        token,
        ring().jwks(NOW),
        algs=("ES256",),
        typ=("JWT",),
        issuer=ISSUER,
        audience=AUDIENCE,
        now=NOW,
        limits=STATEMENT,
        headers=headers,
    )


@pytest.mark.spec("OIDF 4.3")
def test_chains_travel_in_the_header_under_the_signature() -> None:
    token = sign(key(), claims(), typ="JWT", trust_chain=["a", "b"], peer_trust_chain=["c"])
    seen = peek(token, headers=BOTH)
    assert (seen.trust_chain, seen.peer_trust_chain) == (("a", "b"), ("c",))
    assert read(token) == claims()
    other = sign(key(), claims(), typ="JWT", trust_chain=["a", "x"]).partition(".")[0]
    with pytest.raises(JoseError) as caught:
        read(f"{other}.{token.partition('.')[2]}")
    assert caught.value.reason == "signature"


@pytest.mark.spec("OIDF 4.4")
@pytest.mark.parametrize("asked", [(), ("trust_chain",)])
def test_a_header_that_was_not_asked_for_is_refused(asked: tuple[ChainHeader, ...]) -> None:
    token = sign(key(), claims(), typ="JWT", peer_trust_chain=["c"])
    for reading in (lambda: read(token, asked), lambda: peek(token, headers=asked)):
        with pytest.raises(JoseError) as caught:
            reading()
        assert caught.value.reason == "header"


@pytest.mark.spec("OIDF 4.3")
@pytest.mark.parametrize("value", [[], "a", [1], [""], None, {"a": "b"}, [["a"]]])
def test_a_chain_is_an_array_of_texts(value: object) -> None:
    with pytest.raises(JoseError) as caught:
        peek(forge(header(trust_chain=value)), headers=BOTH)
    assert caught.value.reason == "header"
    assert peek(forge(header(trust_chain=["a"])), headers=BOTH).trust_chain == ("a",)


def test_without_chains_the_header_has_none() -> None:
    seen = peek(sign(key(), claims(), typ="JWT"), headers=BOTH)
    assert (seen.trust_chain, seen.peer_trust_chain) == ((), ())


class Kept:
    """One signature, whoever's."""

    def __init__(self) -> None:
        self.names: list[tuple[str, str, int]] = []

    def known(self, token_sha256: str, key_thumbprint: str) -> bool:
        return any(kept[:2] == (token_sha256, key_thumbprint) for kept in self.names)

    def remember(self, token_sha256: str, key_thumbprint: str, until: int) -> None:
        self.names.append((token_sha256, key_thumbprint, until))


def test_only_a_good_token_with_an_end_is_remembered() -> None:
    kept = Kept()

    def reading(token: str) -> Any:
        return verify(
            token,
            ring().jwks(NOW),
            algs=("ES256",),
            typ=("JWT",),
            issuer=ISSUER,
            audience=None,
            now=NOW,
            require=(),
            signatures=kept,
        )

    endless = {name: value for name, value in claims().items() if name != "exp"}
    reading(sign(key(), endless, typ="JWT"))
    with pytest.raises(JoseError):
        reading(forge(None, claims(iss="https://other.example")))
    with pytest.raises(JoseError):
        reading(forge(None, None, signer=key(name="attacker")))
    assert kept.names == []
    token = sign(key(), claims(), typ="JWT")
    assert reading(token) == reading(token)
    assert [(name, until) for _, name, until in kept.names] == [(key().kid, claims()["exp"])]
