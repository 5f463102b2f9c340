"""Documents: owns getting single statements: from memory, the shared cache, or where they are published;
each at most once in a walk. Verifies each (OIDF §3.2), which makes none trusted: only a chain does. Imports
shelf, walk, statement.
"""

import contextlib
from collections.abc import Callable, Mapping

from federation.entity_id import configuration_url, is_entity_id
from federation.errors import Invalid, Reason
from federation.resolve.fetching import fetch_url, is_endpoint, refusal, step, with_subject
from federation.resolve.limits import Spent
from federation.resolve.outside import Fetcher, Page, TooLong, Unreached
from federation.resolve.report import Source
from federation.resolve.shelf import Absence, Kept, Name, Shelf
from federation.resolve.walk import Absent, Walk
from federation.statement import (
    Statement,
    verify_configuration,
    verify_self_signed,
    verify_subordinate,
)
from keys.jose import Signatures

KEY_REASONS = (Reason.KID, Reason.KEY, Reason.SIGNATURE, Reason.SELF_SIGNED)
"""What is wrong when somebody has changed a key meanwhile."""

Anchors = Callable[[], Mapping[str, Mapping[str, object]]]


class Documents:
    """Single statements.

    Args:
        anchors: pinned keys by anchor.
        clock: seconds since 1970.
    """

    def __init__(
        self,
        *,
        anchors: Anchors,
        fetcher: Fetcher,
        shelf: Shelf,
        signatures: Signatures,
        clock: Callable[[], float],
    ) -> None:
        self._anchors = anchors
        self._fetcher = fetcher
        self._shelf = shelf
        self._signatures = signatures
        self._clock = clock

    def configuration(self, walk: Walk, entity: str) -> Statement:
        """An entity's own statement: an anchor's by its pinned keys, any other by the keys it lists.

        Raises:
            Absent: it is not to be had.
        """
        return self._get(walk, (entity, entity), lambda: configuration_url(entity), None)

    def statement(self, walk: Walk, superior: str, subject: str) -> Statement:
        """What a superior says about a subordinate, by the keys of the superior's own statement.

        Raises:
            Absent: it, or the superior's configuration, is not to be had.
        """
        own = self.configuration(walk, superior)
        return self._get(walk, (superior, subject), lambda: fetch_url(own, subject), own)

    def refreshed(self, walk: Walk, name: Name, source: str | None) -> Statement:
        """A document read anew; a statement at the address it came from, if it says one, and otherwise where
        its issuer says now (OIDF §3.1.3).

        Raises:
            Absent: it is not to be had; the one before stays where it is.
        """
        issuer, subject = name
        if issuer == subject:
            return self._fetch(walk, name, configuration_url(issuer), None)
        own = self.configuration(walk, issuer)
        if source is not None and is_endpoint(source):
            try:
                return self._fetch(walk, name, with_subject(source, subject), own)
            except Absent:
                walk.asked.pop(name, None)
        known = walk.seen.get((issuer, issuer))
        if (issuer, issuer) not in walk.asked or not isinstance(known, Statement):
            known = self._fetch(walk, (issuer, issuer), configuration_url(issuer), None)
        return self._fetch(walk, name, fetch_url(known, subject), known)

    def newer(self, walk: Walk, before: Statement) -> Statement | None:
        """Another text than this one that somebody has fetched meanwhile, here or in another process."""
        name = (before.iss, before.sub)
        for kept in (self._shelf.near(name), self._shelf.shared(name)):
            if kept is not None and kept.token != before.token:
                own = None if name[0] == name[1] else self.configuration(walk, name[0])
                with contextlib.suppress(Invalid):
                    found = self._verify(name, kept.token, own)
                    if found.issued >= before.issued:
                        return found
        return None

    def renew(self, walk: Walk, names: list[Name]) -> bool:
        """Read anew what came from memory or the cache and does not hold, once a minute for each issuer.

        Returns:
            Whether anything is another text now.
        """
        changed = False
        for name in names:
            before = walk.seen.get(name)
            if name in walk.asked or not isinstance(before, Statement):
                continue
            if not walk.renewing.setdefault(name[0], self._shelf.may_read_again(name[0])):
                continue
            try:
                own = None if name[0] == name[1] else self.configuration(walk, name[0])
                url = configuration_url(name[0]) if own is None else fetch_url(own, name[1])
                fresh = self._fetch(walk, name, url, own)
            except Absent:
                walk.seen[name] = before
                continue
            changed = changed or fresh.token != before.token
        return changed

    def _get(self, walk: Walk, name: Name, url: Callable[[], str], own: Statement | None) -> Statement:
        known = walk.seen.get(name)
        if known is None:
            known = self._known(walk, name, own)
        if known is None:
            return self._fetch(walk, name, url(), own)
        if isinstance(known, Absent):
            raise known
        return known

    def _known(self, walk: Walk, name: Name, own: Statement | None) -> Statement | Absent | None:
        """From memory or the cache."""
        began = walk.timer()
        places: tuple[tuple[Source, Callable[[Name], Kept | None]], ...] = (
            ("memory", self._shelf.near),
            ("shared cache", self._shelf.shared),
        )
        for source, place in places:
            kept = place(name)
            if kept is None:
                continue
            try:
                found = self._verify(name, kept.token, own)
            except Invalid:
                self._shelf.forget(name)
                continue
            walk.seen[name], walk.sources[name] = found, source
            walk.note(step(name, source=source, milliseconds=walk.since(began)))
            return found
        absence = self._shelf.missing(name)
        if absence is None:
            return None
        return walk.absent(name, absence.outcome, absence.reason, absence.section, source="shared cache")

    def _fetch(self, walk: Walk, name: Name, url: str, own: Statement | None) -> Statement:
        if name in walk.asked:
            raise walk.absent(name, "refused", "it was asked for on this walk already", "10.1")
        if not is_entity_id(name[0]) or not is_entity_id(name[1]):
            raise walk.absent(name, "refused", Reason.ENTITY_ID.sentence, Reason.ENTITY_ID.section)
        if not url:
            reason = f"{name[0]} publishes no fetch endpoint that we ask"
            raise walk.absent(name, "refused", reason, "8.1")
        began = walk.timer()
        try:
            limit, seconds = walk.purse.fetch()
            walk.asked[name] = self._clock()
            page = self._fetcher.get(url, limit=limit, timeout=seconds)
            walk.purse.receive(len(page.body))
        except TooLong as error:
            budget = "statement_bytes" if limit == walk.purse.limits.statement_bytes else "total_bytes"
            walk.over(budget, *name, reason=str(error), transient=False)
            raise self._lost(
                walk, name, "refused", str(error), "18.1", url=url, took=walk.since(began)
            ) from None
        except Spent as spent:
            walk.over(spent.budget, *name, reason=str(spent), transient=spent.transient)
            raise Absent(str(spent), "18.1", transient=spent.transient) from None
        except Unreached as error:
            took = walk.since(began)
            raise self._lost(walk, name, "unreachable", str(error), "10.5", url=url, took=took) from None
        return self._read(walk, name, page, own, url=url, took=walk.since(began))

    def _read(
        self, walk: Walk, name: Name, page: Page, own: Statement | None, *, url: str, took: float
    ) -> Statement:
        refused = refusal(page, configuration=own is None)
        if refused is not None:
            raise self._lost(walk, name, *refused, url=url, took=took)
        try:
            found = self._verify(name, page.body.decode("ascii", "replace").strip(), own)
        except Invalid as error:
            own_name = (name[0], name[0])
            if own is not None and error.reason in KEY_REASONS and self.renew(walk, [own_name]):
                # The issuer may have changed its keys since its configuration was kept.
                return self._read(walk, name, page, self.configuration(walk, name[0]), url=url, took=took)
            reason, section = error.reason.sentence, error.reason.section
            raise self._lost(walk, name, "refused", reason, section, url=url, took=took) from None
        walk.seen[name], walk.sources[name] = found, "network"
        walk.note(step(name, source="network", url=url, milliseconds=took))
        self._shelf.put(name, found.token, found.expires, asked=walk.asked[name])
        return found

    def _verify(self, name: Name, token: str, own: Statement | None) -> Statement:
        issuer, subject = name
        now, known = self._clock(), self._signatures
        if own is not None:
            return verify_subordinate(
                token, issuer=issuer, subject=subject, jwks=own.jwks, now=now, signatures=known
            )
        pinned = self._anchors().get(subject)
        if pinned is not None:
            return verify_configuration(token, entity_id=subject, jwks=pinned, now=now, signatures=known)
        return verify_self_signed(token, entity_id=subject, now=now, signatures=known)

    def _lost(
        self, walk: Walk, name: Name, outcome: Absence, reason: str, section: str, *, url: str, took: float
    ) -> Absent:
        """Not to be had, to be remembered for a while."""
        self._shelf.put_missing(name, outcome, reason, section)
        return walk.absent(name, outcome, reason, section, source="network", url=url, took=took)
