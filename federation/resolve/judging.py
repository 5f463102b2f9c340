"""Judging: owns turning a way up, or texts that somebody supplied, into a verified chain. Imports chain,
documents, shelf, walk.
"""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from federation import chain
from federation.chain import Broken, TrustChain
from federation.errors import Invalid
from federation.resolve.climb import Path
from federation.resolve.documents import KEY_REASONS, Documents
from federation.resolve.report import Step
from federation.resolve.shelf import Name, Shelf
from federation.resolve.walk import Absent, Walk
from federation.statement import LEEWAY, Statement, verify_self_signed
from keys.encoding import JoseError
from keys.jose import STATEMENT, Signatures, peek

Pinned = Mapping[str, Mapping[str, object]]


def names_of(way: Path) -> list[Name]:
    """The documents of a chain, the subject's own first, the anchor's own last."""
    names = [(way[0], way[0]), *((above, below) for below, above in pairwise(way))]
    return names if len(way) == 1 else [*names, (way[-1], way[-1])]


class Judge:
    """Verifies chains.

    Args:
        clock: seconds since 1970.
    """

    def __init__(
        self, documents: Documents, shelf: Shelf, signatures: Signatures, clock: Callable[[], float]
    ) -> None:
        self._documents = documents
        self._shelf = shelf
        self._signatures = signatures
        self._clock = clock

    def best(self, walk: Walk, ways: Sequence[Path], pinned: Pinned) -> TrustChain | None:
        """Of ways of equal length the chain that lasts longest; among equals the first by name, so that every
        process chooses the same."""
        found = [one for way in ways if (one := self.judge(walk, way, pinned)) is not None]
        return min(found, key=lambda one: (-one.expires, one.superiors), default=None)

    def judge(self, walk: Walk, way: Path, pinned: Pinned) -> TrustChain | None:
        """The chain of one way, or None; the steps say why.

        What does not verify may be old: it is read anew once, and judged again.
        """
        names = names_of(way)
        while True:
            try:
                statements = [self._document(walk, name) for name in reversed(names)]
            except Absent:
                return None
            began = walk.timer()
            tokens = [one.token for one in reversed(statements)]
            try:
                found = self.verify(tokens, pinned, way[0])
            except Broken as broken:
                if not self._documents.renew(walk, _suspects(broken, names)):
                    walk.note(_refused("chain", way[-1], way[0], broken, walk.since(began)))
                    return None
                continue
            walk.note(Step(what="chain", issuer=way[-1], subject=way[0], milliseconds=walk.since(began)))
            return found

    def verify(self, tokens: Sequence[str], pinned: Pinned, subject: str) -> TrustChain:
        """A chain of texts; raises `Broken`."""
        now = self._clock()
        return chain.verify(tokens, anchors=pinned, now=now, subject=subject, signatures=self._signatures)

    def supplied(self, walk: Walk, tokens: Sequence[str], pinned: Pinned, subject: str) -> TrustChain | None:
        """The chain that somebody sent along (OIDF §4.3), or None; every statement of it is verified, and
        none may be older than what we know, or withdrawn."""
        began = walk.timer()
        try:
            if sum(map(len, tokens)) > walk.purse.limits.total_bytes:
                walk.over("total_bytes", subject, subject, "the supplied chain is too long", transient=False)
                return None
            found = self.verify(self._completed(walk, tokens, pinned), pinned, subject)
        except Broken as broken:
            walk.note(_refused("supplied", broken.issuer, subject, broken, walk.since(began)))
            return None
        stale = next((one for one in found.statements if self.stale(one)), None)
        step = Step(what="supplied", issuer=found.anchor, subject=subject, source="supplied")
        if stale is None:
            walk.note(step)
            return found
        reason = f"the statement of {stale.iss} about {stale.sub} is older than what is known of it"
        walk.note(
            Step(
                what="supplied",
                issuer=stale.iss,
                subject=stale.sub,
                outcome="refused",
                reason=reason,
                section="4",
            )
        )
        return None

    def seed(self, walk: Walk, token: str, subject: str) -> bool:
        """Take the subject's configuration from what was supplied, where it publishes none (OIDF §10.1)."""
        name = (subject, subject)
        if not isinstance(walk.seen.get(name), Absent):
            return False
        try:
            own = verify_self_signed(token, entity_id=subject, now=self._clock(), signatures=self._signatures)
        except Invalid:
            return False
        if self.stale(own):
            return False
        walk.seen[name], walk.sources[name] = own, "supplied"
        walk.note(Step(what="configuration", issuer=subject, subject=subject, source="supplied"))
        return True

    def stale(self, statement: Statement) -> bool:
        """Whether a text that was brought along was withdrawn, or we know a later one: an entity must not
        choose which of its superiors' words counts. One that may be from before the withdrawal, by a clock
        ahead of ours, counts as from before: whoever is believed again is found without it."""
        name = (statement.iss, statement.sub)
        kept = self._shelf.near(name) or self._shelf.shared(name)
        if kept is not None and kept.token != statement.token:
            with contextlib.suppress(JoseError):  # whoever writes to the cache must not stop a chain
                issued = peek(kept.token, limits=STATEMENT).claims.get("iat")
                if isinstance(issued, int) and issued > statement.issued:
                    return True
        return statement.issued <= self._shelf.died(name) + LEEWAY

    def _document(self, walk: Walk, name: Name) -> Statement:
        issuer, subject = name
        if issuer == subject:
            return self._documents.configuration(walk, subject)
        return self._documents.statement(walk, issuer, subject)

    def _completed(self, walk: Walk, tokens: Sequence[str], pinned: Pinned) -> Sequence[str]:
        """With the anchor's own configuration, which may be left out (OIDF §4)."""
        try:
            last = peek(tokens[-1], limits=STATEMENT)
            if last.iss in pinned and last.iss != last.sub:
                return [*tokens, self._documents.configuration(walk, str(last.iss)).token]
        except (JoseError, Absent):
            pass
        return tokens


def _suspects(broken: Broken, names: list[Name]) -> list[Name]:
    """What to read anew: for a key the statement and the one that lists the keys, otherwise everything."""
    if broken.reason in KEY_REASONS:
        return names[broken.hop : broken.hop + 2]
    return names


def _refused(what: str, issuer: str, subject: str, broken: Broken, took: float) -> Step:
    return Step(
        what="supplied" if what == "supplied" else "chain",
        issuer=issuer,
        subject=subject,
        source="supplied" if what == "supplied" else "",
        outcome="refused",
        reason=f"statement {broken.hop} ({broken.issuer} about {broken.subject}): {broken.sentence}",
        section=broken.section,
        milliseconds=took,
        hop=broken.hop,
        code=broken.code,
    )
