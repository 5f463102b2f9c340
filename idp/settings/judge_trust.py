"""Judge of trust: owns the rules between the settings of trust by chain. Imports model."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from idp.settings.model import Settings


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and the dotted names of the settings it was seen in."""

    text: str
    reads: tuple[str, ...] = ()


def trust(settings: Settings) -> Iterator[Problem]:
    """Whom we trust by chain, and how they lead to an anchor."""
    yield from _anchors(settings)
    if not settings.trust_anchor:
        for where in _needing(settings):
            text = "needs a chain, and no anchor is pinned; write [[trust_anchor]] with its two settings"
            yield Problem(f"{where}: {text}", ("trust_anchor", "federation", "peer"))
    if settings.issuer in settings.federation.authority_hints:
        text = "[federation] authority_hints: names this node itself; write its superiors"
        yield Problem(text, ("federation.authority_hints", "issuer"))
    if settings.federation.regions and settings.region is not None:
        text = "[federation] regions: a node that leads to all regions is nobody's home; remove region"
        yield Problem(text, ("federation.regions", "region"))
    for mark, count in Counter(mark.type for mark in settings.trust_mark).items():
        if count > 1:
            yield Problem(f"[[trust_mark]] type: {mark} is there {count} times; keep one", ("trust_mark",))


def _anchors(settings: Settings) -> Iterator[Problem]:
    for anchor, count in Counter(one.entity_id for one in settings.trust_anchor).items():
        if count > 1:
            text = f"[[trust_anchor]] entity_id: {anchor} is there {count} times; keep one"
            yield Problem(text, ("trust_anchor.entity_id",))
        if anchor == settings.issuer:
            text = "[[trust_anchor]] entity_id: is this node itself, which needs no pin; remove it"
            yield Problem(text, ("trust_anchor.entity_id", "issuer"))


def _needing(settings: Settings) -> Iterator[str]:
    for number, peer in enumerate(settings.peer, 1):
        if peer.jwks_file is None:
            yield f"[[peer]] {number} jwks_file: is missing, so that {peer.issuer}"
    if settings.federation.authority_hints:
        yield "[federation] authority_hints"
    if settings.federation.regions:
        yield "[federation] regions"
    if settings.federation.client_marks:
        yield "[federation] client_marks"
