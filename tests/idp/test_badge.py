"""A node says who it is with an assertion, and goes without one when it cannot sign."""

import pytest

from idp.badge import ASSERTION_LIFETIME, Badge
from idp.errors import Unavailable
from keys import jose
from keys.ring import KeyRing, NoKey
from tests.idp.made import HUB, NOW, ZJ, Clock
from tests.idp.peer_world import jwks, key
from tests.idp.pens import pen

OURS = key(issuer=ZJ)


def test_a_peer_can_tell_who_reads_it() -> None:
    badge = Badge(ZJ, pen(lambda: KeyRing(purpose="oidc", keys=(OURS,)), Clock()), Clock())
    said = [badge.headers(HUB)["Authorization"].removeprefix("Bearer ") for _ in range(2)]
    claims = [
        jose.verify(one, jwks(OURS), algs=["ES256"], typ=["JWT"], issuer=ZJ, audience=HUB, now=NOW)
        for one in said
    ]
    assert [(one["sub"], one["aud"], one["exp"]) for one in claims] == [
        (ZJ, HUB, NOW + ASSERTION_LIFETIME)
    ] * 2
    assert claims[0]["jti"] != claims[1]["jti"]


@pytest.mark.parametrize(
    "why", [Unavailable("records"), NoKey("oidc", "ES256"), ValueError("another purpose")]
)
def test_whoever_cannot_sign_says_nothing(why: Exception) -> None:
    def ring() -> KeyRing:
        raise why

    assert Badge(ZJ, pen(ring, Clock()), Clock()).headers(HUB) == {}
