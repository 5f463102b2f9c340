"""Figures: owns measuring what resolving costs in a nation. Imports site, federation.resolve, outbound."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from federation import policy
from federation.chain import TrustChain
from federation.resolve import Cache, Fetcher, Limits, Resolver
from idp.simulated.site import Site

AT_ONCE = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the table.

    Attributes:
        what: was measured.
        value: in `unit`.
        bound: what it has to stay below; None where it only informs.
    """

    what: str
    value: float
    unit: str
    bound: float | None = None

    @property
    def held(self) -> bool:
        """Whether it keeps within its bound."""
        return self.bound is None or self.value <= self.bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What is measured with.

    Attributes:
        site: the nation.
        fetcher: over real connections.
        cache: makes an empty one, of a process that was just started.
        samples: cold walks; other counts follow from it.
    """

    site: Site
    fetcher: Fetcher
    cache: Callable[[], Cache]
    samples: int
    chance: random.Random

    def figures(self) -> Iterator[Figure]:
        """Every figure, as it is ready."""
        yield Figure(what="portals in the country", value=self.site.nation.size.leaves, unit="")
        yield from self._cold()
        yield from self._warm()
        yield from self._memory()

    def resolver(self, fetcher: Fetcher | None = None, limits: Limits | None = None) -> Resolver:
        """A resolver of a process that was just started."""
        nation = self.site.nation
        anchors = nation.anchors()
        return Resolver(
            anchors=lambda: anchors,
            fetcher=fetcher or self.fetcher,
            cache=self.cache(),
            clock=lambda: nation.now,
            limits=limits,
        )

    def _portals(self, count: int) -> Sequence[str]:
        nation = self.site.nation
        numbers = self.chance.sample(range(nation.size.leaves), min(count, nation.size.leaves))
        return [nation.id_of(nation.portal(number)) for number in numbers]

    def _cold(self) -> Iterator[Figure]:
        """Nothing is known: four hops, over sockets."""
        took, most, fetches = list[float](), 0, 0
        for portal in self._portals(self.samples):
            self.site.asked.clear()
            resolver = self.resolver()
            took.append(timed(lambda one=resolver, of=portal: one.resolve(of)))  # type: ignore[misc]
            most = max(most, *self.site.asked.values())
            fetches = max(fetches, self.site.asked.total())
        yield from spread("cold resolve of four hops", took, 1000.0)
        yield Figure(what="requests of a cold resolve", value=fetches, unit="", bound=7)
        yield Figure(what="requests for one statement", value=most, unit="", bound=1)
        self.site.asked.clear()
        resolver, (portal,) = self.resolver(), self._portals(1)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda _: resolver.resolve(portal), range(AT_ONCE)))
        most = max(self.site.asked.values())
        yield Figure(what=f"requests for one statement, {AT_ONCE} threads", value=most, unit="", bound=1)

    def _warm(self) -> Iterator[Figure]:
        """The superiors are known, or the whole chain is."""
        resolver, portals = self.resolver(), self._portals(self.samples)
        nation = self.site.nation
        for province in range(nation.size.provinces):
            for department in range(nation.size.departments):
                resolver.configuration(nation.id_of(f"d{department}.p{province}"))
        cold = [timed(lambda of=one: resolver.resolve(of)) for one in portals]  # type: ignore[misc]
        yield from spread("resolve where superiors are known", cold, None)
        rounds = [
            timed(lambda of=one: resolver.resolve(of))  # type: ignore[misc]
            for _ in range(20)
            for one in portals
        ]
        yield from spread("resolve from cache", rounds, 10.0)
        yield _policy(resolver.resolve(portals[0]))

    def _memory(self) -> Iterator[Figure]:
        """More portals than fit, without sockets."""
        limits = Limits()
        resolver = self.resolver(self.site, limits)
        for portal in self._portals(limits.chains + self.samples):
            resolver.resolve(portal)
        held = resolver.chains()
        kept = sum(len(token) for chain in held for token in chain.tokens)
        yield Figure(what="chains in memory", value=len(held), unit="", bound=limits.chains)
        yield Figure(what="their texts", value=kept / 2**20, unit="MiB", bound=limits.kept_bytes / 2**20)


def _policy(chain: TrustChain) -> Figure:
    """Metadata policy alone: collected, merged and applied, of a chain of four levels."""
    stated = [one.claims for one in reversed(chain.statements) if one.iss != one.sub]
    own, count = chain.configuration.metadata, 2000
    began = time.perf_counter()
    for _ in range(count):
        policy.resolve(stated, own)
    each = (time.perf_counter() - began) / count
    return Figure(what="metadata policy of a chain", value=each * 1e6, unit="µs")


def spread(what: str, took: Sequence[float], bound: float | None) -> Iterator[Figure]:
    ordered = sorted(took)
    for share in (50, 99):
        value = ordered[min(len(ordered) - 1, len(ordered) * share // 100)]
        yield Figure(what=f"{what}, p{share}", value=value, unit="ms", bound=bound)


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000
