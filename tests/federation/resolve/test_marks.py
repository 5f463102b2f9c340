"""A mark is held while its issuer says so: believed for a short while, refused after that, and never guessed."""

from collections.abc import Callable
from typing import Any

import pytest

from federation.answers import status
from federation.errors import Reason
from federation.marks import Unmarked
from federation.resolve import MarkChecker, Page, Unreachable
from tests.federation.country import Country
from tests.federation.resolve.world import World
from tests.keys.forge import unchecked

TYPE = "https://anchor.example/marks/portal"
STATUS = "application/trust-mark-status-response+jwt"


class Marked(World):
    """A country in which `issuer`, below the anchor, gives the portal a mark."""

    def __init__(self, *, issuer: str = "marks", said: str = "active", **claims: Any) -> None:
        superiors = {"gd": "anchor", "gz": "gd", "portal": "gz", "marks": "anchor"}
        super().__init__(Country(superiors))
        self.issuer, self.said = issuer, said
        self.mark = self.made(**claims)
        self.net.changes[("portal", "portal")] = {
            "trust_marks": [{"trust_mark_type": TYPE, "trust_mark": self.mark}]
        }
        self.list([self.id(issuer)])
        own = {"federation_trust_mark_status_endpoint": f"{self.id(issuer)}/status"}
        if issuer == "anchor":
            own["federation_fetch_endpoint"] = f"{self.id(issuer)}/federation/fetch"
        self.net.changes[(issuer, issuer)] = {
            **self.net.changes.get((issuer, issuer), {}),
            "metadata": {"federation_entity": own},
        }
        self.net.answers[(issuer, "status")] = self.answer
        self.asked = 0
        self.checker = MarkChecker(self.resolver, poll=60)

    def made(self, **changes: Any) -> str:
        claims: dict[str, Any] = {
            "iss": self.id(self.issuer),
            "sub": self.id("portal"),
            "trust_mark_type": TYPE,
            "iat": int(self.clock()),
            **changes,
        }
        return unchecked(self.country.key(self.issuer), claims, typ="trust-mark+jwt")

    def list(self, issuers: list[str]) -> None:
        known = self.net.changes.get(("anchor", "anchor"), {})
        self.net.changes[("anchor", "anchor")] = {**known, "trust_mark_issuers": {TYPE: issuers}}

    def answer(self) -> Page:
        self.asked += 1
        said = status.claims(self.mark, self.said, issuer=self.id(self.issuer), issued=int(self.clock()))  # type: ignore[arg-type]
        return Page(
            200, STATUS, unchecked(self.country.key(self.issuer), dict(said), typ=status.TYP).encode()
        )

    def check(self) -> str:
        return self.checker.check(self.resolver.resolve(self.id("portal")), TYPE).iss


def refused(world: Marked) -> Reason:
    with pytest.raises(Unmarked) as caught:
        world.check()
    return caught.value.reason


@pytest.mark.parametrize("issuer", ["marks", "anchor"])
def test_a_mark_that_is_active_is_held(issuer: str) -> None:
    world = Marked(issuer=issuer)
    assert world.check() == world.id(issuer)


def test_the_issuer_is_asked_once_in_a_while() -> None:
    world = Marked()
    for _ in range(5):
        world.check()
    assert world.asked == 1
    world.clock.now += 61
    world.check()
    assert world.asked == 2


def test_a_revoked_mark_is_refused_within_its_bound() -> None:
    world = Marked()
    world.check()
    world.said = "revoked"
    world.clock.now += 61
    assert refused(world) is Reason.MARK_INACTIVE


@pytest.mark.parametrize("said", ["revoked", "expired", "invalid"])
def test_only_active_is_active(said: str) -> None:
    assert refused(Marked(said=said)) is Reason.MARK_INACTIVE


def test_a_mark_that_the_issuer_does_not_know_is_refused() -> None:
    world = Marked()
    world.net.answers[("marks", "status")] = lambda: Page(404, "application/json", b"{}")
    assert refused(world) is Reason.MARK_INACTIVE


BAD: dict[str, Callable[[Marked], Page]] = {
    "an error": lambda _: Page(503, "", b""),
    "a redirect": lambda _: Page(302, STATUS, b""),
    "another media type": lambda world: Page(200, "application/jwt", world.answer().body),
    "junk": lambda _: Page(200, STATUS, b"a.b.c"),
    "somebody else's signature": lambda world: Page(
        200,
        STATUS,
        unchecked(
            world.country.key("gd"),
            dict(status.claims(world.mark, "active", issuer=world.id("marks"), issued=int(world.clock()))),
            typ=status.TYP,
        ).encode(),
    ),
    "an answer about another mark": lambda world: Page(
        200,
        STATUS,
        unchecked(
            world.country.key("marks"),
            dict(
                status.claims(
                    world.made(ref="x"), "active", issuer=world.id("marks"), issued=int(world.clock())
                )
            ),
            typ=status.TYP,
        ).encode(),
    ),
    "an answer of yesterday": lambda world: Page(
        200,
        STATUS,
        unchecked(
            world.country.key("marks"),
            dict(
                status.claims(
                    world.mark, "active", issuer=world.id("marks"), issued=int(world.clock()) - 86_400
                )
            ),
            typ=status.TYP,
        ).encode(),
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_answer_says_nothing(name: str) -> None:
    world = Marked()
    world.net.answers[("marks", "status")] = lambda: BAD[name](world)
    with pytest.raises(Unreachable) as caught:
        world.check()
    assert caught.value.report.section == "8.4"
    assert caught.value.retry_after > 0


def test_silence_says_nothing_and_is_asked_again_soon() -> None:
    world = Marked()
    world.check()
    world.net.down.add("marks")
    world.clock.now += 61
    with pytest.raises(Unreachable):
        world.check()
    world.net.down.clear()
    world.clock.now += 11
    assert world.check()


def test_a_mark_without_a_status_endpoint_stands_until_it_expires() -> None:
    world = Marked(exp=1_800_000_000 + 1000)
    del world.net.changes[("marks", "marks")]
    assert world.check()
    world.clock.now += 1011
    assert refused(world) is Reason.MARK_EXP


def test_a_mark_of_another_type_is_not_the_one() -> None:
    world = Marked()
    with pytest.raises(Unmarked) as caught:
        world.checker.check(world.resolver.resolve(world.id("portal")), "https://anchor.example/marks/other")
    assert caught.value.reason is Reason.MARK_MISSING


def test_an_issuer_that_the_anchor_does_not_list_is_not_even_looked_up() -> None:
    world = Marked()
    world.list([world.id("gd")])
    assert refused(world) is Reason.MARK_ISSUER
    assert ("marks", "marks") not in world.net.asked


def test_a_type_that_the_anchor_does_not_list_is_nobodys() -> None:
    world = Marked()
    world.net.changes[("anchor", "anchor")] = {}
    assert refused(world) is Reason.MARK_ISSUER


def test_where_everybody_may_issue_a_member_of_the_federation_may() -> None:
    world = Marked()
    world.list([])
    assert world.check()


def test_where_everybody_may_issue_a_stranger_may_not() -> None:
    world = Marked()
    world.list([])
    world.net.answers[("anchor", "marks")] = Page(404, "", b"")
    assert refused(world) is Reason.MARK_UNTRUSTED


def test_somebody_elses_mark_is_not_ones_own() -> None:
    world = Marked(sub="https://gd.example")
    assert refused(world) is Reason.MARK_SUB
