"""Chains that nobody verified: what resolvers and crawls are given in tests."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from idp.authority.resolves import Active, Chain, NotResolved
from tests.federation.world import ANCHOR, ENTITY, NOW


@dataclass(frozen=True)
class Made:
    """A chain as it is given."""

    subject: str = ENTITY
    anchor: str = ANCHOR
    expires: int = int(NOW) + 600
    tokens: tuple[str, ...] = ("a.b.c", "d.e.f")
    resolved: Mapping[str, Mapping[str, object]] = field(
        default_factory=lambda: {"openid_provider": {"issuer": ENTITY}, "federation_entity": {}}
    )


class Known:
    """Chains by subject: some at hand, others to be found by asking."""

    def __init__(self, *at_hand: Made, elsewhere: Sequence[Made] = ()) -> None:
        self.hand = {one.subject: one for one in at_hand}
        self.elsewhere = {one.subject: one for one in elsewhere}
        self.walks: list[str] = []
        self.asked_about_marks: list[bool] = []
        self.active: list[Active] = []

    def at_hand(self, entity_id: str) -> Chain | None:
        return self.hand.get(entity_id)

    def find(self, entity_id: str, anchors: Collection[str]) -> Chain:
        self.walks.append(entity_id)
        found = self.elsewhere.get(entity_id)
        if found is None or found.anchor not in anchors:
            raise NotResolved("invalid_trust_chain", "no chain")
        return found

    def marks(self, _chain: Chain, ask: bool) -> Sequence[Active]:
        self.asked_about_marks.append(ask)
        return self.active


def provider(entity_id: str, **said: Any) -> Made:
    """A provider's chain."""
    return Made(subject=entity_id, resolved={"openid_provider": said})


def authority(entity_id: str, **said: Any) -> Made:
    """An authority's chain."""
    listing = {"federation_list_endpoint": f"{entity_id}/federation/list"}
    return Made(subject=entity_id, resolved={"federation_entity": {**listing, **said}})
