"""Assurance: owns the highest levels that the anchor lets an identity provider assert. Imports federation,
levels, trust, homes.

Every provider lists the levels it asserts in its metadata, and the policies of its superiors narrow the lists
(`subset_of`): what is left after the chain is what it may say. More is refused and never trimmed, since an
assertion that says too much is not to be believed in the rest. A provider whose chain leaves no list may
assert nothing.
"""

from federation.chain import TrustChain
from idp import levels
from idp.introduction import AUTHENTICATOR, IDENTITY
from idp.trusting.homes import region_of
from idp.trusting.trust import Trust


class TooMuch(Exception):
    """An assertion beyond what the chain lets its provider say."""


class Assurance:
    """Judges assertions by the chains of those who make them."""

    def __init__(self, trust: Trust) -> None:
        self._trust = trust

    def check(self, *, vouching: str, origin: str, region: str, rl: int, step: str) -> None:
        """Judge an assertion.

        Args:
            vouching: the provider that passes it on.
            origin: the provider at which the person authenticated.
            region: GB/T 2260 code of the person's home.
            rl: identity level, 1 to 5.
            step: of the acr ladder.

        Raises:
            TooMuch: one of the two may not say this.
            Unavailable: a chain cannot be looked up just now.
        """
        for entity in dict.fromkeys((vouching, origin)):
            chain = self._trust.find(entity)
            if chain is None:
                raise TooMuch(f"no trust chain leads to {entity}")
            _within(chain, rl, step)
            if entity == origin and region_of(chain) != region:
                raise TooMuch(f"{origin} is not the home of region {region}")


def _within(chain: TrustChain, rl: int, step: str) -> None:
    provider = chain.metadata("openid_provider") or {}
    _rl, al = levels.demands(step)
    for name, level in ((IDENTITY, f"RL{rl}"), (AUTHENTICATOR, al.label)):
        allowed = provider.get(name)
        if not isinstance(allowed, list | tuple) or level not in allowed:
            raise TooMuch(f"{chain.subject} may not assert {level}")
