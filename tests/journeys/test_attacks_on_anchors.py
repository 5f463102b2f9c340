"""The anchor under attack: its keys are those that were pinned, whoever holds its web server, and while nobody can be
asked everybody goes on until the first statement of a chain ends."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from federation.resolve import Unreachable, Untrusted
from idp.outbound import Reply
from keys.key import SigningKey
from tests.country.chained import ChainedWorld
from tests.country.member import ENTITY, LIFE, Member, federation_key
from tests.country.world import ANCHOR, GD, HUB, ZJ
from tests.keys.forge import unchecked

EVIL = "http://evil.localhost:8666"
MEMBERS = (HUB, GD, ZJ)


class Thief:
    """Answers at the anchor's address: in its own name, or in front of it.

    Args:
        key: that signs.
        listed: keys that the configuration lists.
    """

    def __init__(self, world: ChainedWorld, key: SigningKey, listed: Mapping[str, object]) -> None:
        self.world, self.key, self.listed = world, key, listed
        self.evil = Member(world, EVIL, above=[ANCHOR], kinds={"openid_provider": {"issuer": EVIL}})
        world.network.intercept = self._answer

    def leaves(self) -> None:
        self.world.network.intercept = None

    def _answer(self, method: str, url: str, _body: bytes | None) -> Reply | None:
        if not url.startswith(ANCHOR):
            return None
        sub = parse_qs(urlsplit(url).query).get("sub", [ANCHOR])[0]
        now = int(self.world.clock())
        said: dict[str, Any] = {
            "iss": ANCHOR,
            "sub": sub,
            "iat": now,
            "exp": now + LIFE,
            "jwks": self.evil.jwks,
        }
        if sub == ANCHOR:
            own = {"federation_fetch_endpoint": f"{ANCHOR}/federation/fetch"}
            said |= {"jwks": self.listed, "metadata": {"federation_entity": own}}
        elif sub != EVIL:
            return Reply(
                status=404, headers={"content-type": "application/json"}, body=b'{"error":"not_found"}'
            )
        headers = {"content-type": f"application/{ENTITY}"}
        return Reply(status=200, headers=headers, body=unchecked(self.key, said, typ=ENTITY).encode())


def verdict(world: ChainedWorld, entity: str, at: str) -> str:
    trusting = world.nodes[at].trusting
    assert trusting is not None
    try:
        trusting.resolver.resolve(entity)
    except (Untrusted, Unreachable) as error:
        return error.report.verdict
    return "trusted"


def pinned(world: ChainedWorld) -> list[bytes]:
    return [one.jwks_file.read_bytes() for at in MEMBERS for one in world.nodes[at].settings.trust_anchor]


def stolen(world: ChainedWorld) -> Mapping[str, SigningKey]:
    """A key that nobody pinned, and one that everybody did: whoever has that is the anchor."""
    fresh = federation_key(ANCHOR, world.clock())
    return {
        "a key of its own": fresh,
        "the pinned key": world.nodes[ANCHOR].records.rings.federation().keys[0],
    }


@pytest.mark.spec("OIDF 10.2")
@pytest.mark.parametrize(
    ("case", "expected"), [("a key of its own", "untrusted"), ("the pinned key", "trusted")]
)
def test_whoever_answers_in_the_name_of_the_anchor_needs_a_pinned_key(
    chained: ChainedWorld, case: str, expected: str
) -> None:
    key = stolen(chained)[case]
    Thief(chained, key, {"keys": [dict(key.public)]})
    assert [verdict(chained, EVIL, at) for at in MEMBERS] == [expected] * 3


def test_an_anchor_that_signs_with_a_key_that_nobody_pinned_is_believed_by_nobody(
    chained: ChainedWorld,
) -> None:
    """Also where its configuration lists the pinned key beside the new one: the signature counts."""
    before, fresh = pinned(chained), federation_key(ANCHOR, chained.clock())
    ring = chained.nodes[ANCHOR].records.rings.federation()
    listed = {"keys": [dict(one.public) for one in (*ring.keys, fresh)]}
    thief = Thief(chained, fresh, listed)
    assert verdict(chained, GD, HUB) == "untrusted"
    assert pinned(chained) == before, "nothing is learned from the network"
    thief.leaves()
    chained.advance(61)
    assert verdict(chained, GD, HUB) == "trusted"


def test_whoever_holds_only_the_web_server_ends_nothing_before_its_time_and_brings_nobody_in(
    chained: ChainedWorld,
) -> None:
    assert {verdict(chained, GD, HUB), verdict(chained, HUB, ZJ), verdict(chained, GD, ZJ)} == {"trusted"}
    key = stolen(chained)["a key of its own"]
    thief = Thief(chained, key, {"keys": [dict(key.public)]})
    for _ in range(20):
        chained.watch()
        for at in MEMBERS:
            trusting = chained.nodes[at].trusting
            assert trusting is not None
            trusting.resolver.refresh()
    assert verdict(chained, GD, HUB) == "trusted"
    assert verdict(chained, EVIL, HUB) == "untrusted"
    chained.advance(LIFE)
    assert verdict(chained, GD, HUB) == "untrusted"
    thief.leaves()
    chained.advance(61)
    assert verdict(chained, GD, HUB) == "trusted"


@pytest.mark.spec("OIDF 10.4")
def test_a_chain_ends_with_the_first_of_its_statements_and_not_with_the_last_configuration(
    chained: ChainedWorld,
) -> None:
    trusting = chained.nodes[ZJ].trusting
    assert trusting is not None
    chain = trusting.resolver.resolve(GD)
    ends = [one.expires for one in chain.statements]
    own = [one.expires for one in chain.statements if one.iss == one.sub]
    assert chain.expires == min(ends) < min(own), "the anchor's statement about Guangdong ends first"
    chained.network.down |= {ANCHOR, GD}
    chained.advance(chain.expires - chained.clock() - 1)
    assert trusting.trust.at_hand(GD) is not None
    chained.advance(1)
    assert trusting.trust.at_hand(GD) is None
    assert verdict(chained, GD, ZJ) == "unreachable"
