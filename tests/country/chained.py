"""Chained: the country as it trusts by chain: every node pins the anchor's keys and nobody else's."""

from collections.abc import Mapping
from typing import Any

from federation.authority import Subordinate, Wide
from idp.authority.registry import Registry
from idp.levels import AUTHENTICATOR_LEVELS, IDENTITY_LEVELS
from idp.settings import Settings
from tests.country.world import ANCHOR, GD, HUB, NAMES, REGIONS, ZJ, World, settings_of

ADMIN = "admin"
PINNED = '[[trust_anchor]]\nentity_id = "http://anchor.localhost:8401"\njwks_file = "anchor.jwks.json"'
MEMBER = f'[federation]\nauthority_hints = ["{ANCHOR}"]\nevent_poll = 20\nmark_poll = 20'
BY_CHAIN = f'[[peer]]\nissuer = "{HUB}"\n[peer.name]\nzh = "{NAMES[HUB][0]}"\nen = "{NAMES[HUB][1]}"'
TRUST = {
    ANCHOR: ["[authority]\nstatement_life = 600"],
    HUB: [PINNED, f"{MEMBER}\nregions = true"],
    GD: [PINNED, MEMBER, BY_CHAIN, "[authority]\nstatement_life = 600"],
    ZJ: [PINNED, MEMBER, BY_CHAIN, "[authority]\nstatement_life = 600"],
}
LEVELS = {
    "manyou_identity_levels": {"subset_of": list(IDENTITY_LEVELS), "essential": True},
    "manyou_authenticator_levels": {"subset_of": list(AUTHENTICATOR_LEVELS), "essential": True},
}


class ChainedWorld(World):
    """The anchor has enrolled the hub and both provinces."""

    members = (ANCHOR, *NAMES)

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        anchor = self.registry(ANCHOR)
        anchor.set_wide(Wide(metadata_policy={"openid_provider": LEVELS}), by=ADMIN)
        for issuer in NAMES:
            anchor.add(self.member(issuer), by=ADMIN)

    def registry(self, issuer: str) -> Registry:
        """Who is below an authority."""
        authority = self.nodes[issuer].federation.authority
        assert authority is not None
        return authority.registry

    def member(self, issuer: str) -> Subordinate:
        """How the anchor enrols a node."""
        region = REGIONS.get(issuer)
        given: Mapping[str, Any] = {"openid_provider": {"manyou_region": region}} if region else {}
        return Subordinate(
            entity_id=issuer,
            jwks=self.nodes[issuer].records.rings.federation().jwks(self.clock()),
            kinds=("openid_provider", "openid_relying_party", "federation_entity"),
            intermediate=issuer in REGIONS,
            metadata=given,
        )

    def watch(self) -> None:
        """Everybody looks at what superiors say, as the caretaker has them do."""
        self.advance(20)
        for issuer in NAMES:
            watch = self.nodes[issuer].watch
            assert watch is not None
            watch.round()

    def _settings(self, issuer: str) -> Settings:
        prefix = f"{self._prefix}-{issuer.split('//')[1].split('.')[0]}"
        return settings_of(
            issuer,
            self._folder,
            store_url=self._valkey,
            prefix=prefix,
            introduced=True,
            more=TRUST[issuer],
        )
