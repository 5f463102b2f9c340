"""Mark checker: owns whether an entity holds a trust mark now (OIDF §7.3): the mark in its configuration,
the chain of the mark's issuer to the same anchor, and what the issuer says of it today (§8.4). Imports
resolver, marks, answers.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from federation import marks
from federation.answers import status
from federation.answers.reading import BadAnswer
from federation.bounded import Bounded
from federation.chain import TrustChain
from federation.errors import Reason
from federation.marks import TrustMark, Unmarked
from federation.resolve.fetching import is_endpoint
from federation.resolve.flights import Flights
from federation.resolve.outside import Unreached
from federation.resolve.report import Report, Step, Unreachable, Untrusted
from federation.resolve.resolver import Resolver
from federation.resolve.shelf import SILENCE
from keys.encoding import JoseError
from keys.jose import STATEMENT, peek

CONTENT_TYPE = "application/trust-mark-status-response+jwt"
MOST = 32
"""Trust marks of one entity that are looked at."""


@dataclass(frozen=True, slots=True)
class _Said:
    """What the issuer answered: active, not active, or nothing, and why."""

    active: bool | None
    reason: str = ""


class MarkChecker:
    """Checks trust marks.

    Args:
        resolver: finds the chains of issuers.
        poll: seconds for which an issuer's word about a mark is remembered.
    """

    def __init__(self, resolver: Resolver, *, poll: int = 60) -> None:
        self._resolver = resolver
        self._poll = poll
        # In this process only: whoever can write to a shared cache must not be able to hand out marks.
        self._said: Bounded[str, tuple[float, _Said]] = Bounded(resolver.limits.statements)
        self._flights: Flights[_Said] = Flights()

    def check(self, chain: TrustChain, mark_type: str) -> TrustMark:
        """The mark of this type that the subject of a chain holds.

        Args:
            chain: of the subject.
            mark_type: its `trust_mark_type`.

        Raises:
            Unmarked: it shows none that holds.
            Unreachable: the issuer, or somebody above it, cannot be asked now.
        """
        refusal: Unmarked | None = None
        silence: Unreachable | None = None
        for token in _shown(chain, mark_type):
            try:
                return self._check(chain, mark_type, token)
            except Unmarked as error:
                refusal = error
            except Unreachable as error:
                silence = error
        # A mark that could not be checked may still be good; one that was refused is not.
        raise silence or refusal or Unmarked(Reason.MARK_MISSING)

    def _check(self, chain: TrustChain, mark_type: str, token: str) -> TrustMark:
        anchor = chain.anchor_configuration
        issuer = self._issuer(anchor.claims, mark_type, token, chain.anchor)
        mark = marks.verify(
            token, subject=chain.subject, issuer=issuer, anchor=anchor, now=self._resolver.clock()
        )
        if mark.type != mark_type:
            raise Unmarked(Reason.MARK_TYPE)
        said = self._status(issuer, token)
        if said.active is None:
            raise Unreachable(_report(chain, issuer, said.reason))
        if not said.active:
            raise Unmarked(Reason.MARK_INACTIVE)
        return mark

    def _issuer(self, claims: Mapping[str, object], mark_type: str, token: str, anchor: str) -> TrustChain:
        """The issuer's chain; nobody is looked up whom the anchor does not let issue this type."""
        try:
            issuer = peek(token, limits=STATEMENT).iss or ""
        except JoseError:
            raise Unmarked(Reason.MARK_ISS) from None
        listed = claims.get("trust_mark_issuers")
        allowed = listed.get(mark_type) if isinstance(listed, Mapping) else None
        if not isinstance(allowed, list) or (allowed and issuer not in allowed):
            raise Unmarked(Reason.MARK_ISSUER)
        try:
            return self._resolver.resolve(issuer, anchors={anchor})
        except Untrusted:
            raise Unmarked(Reason.MARK_UNTRUSTED) from None

    def recall(self, token: str) -> bool | None:
        """Whether the issuer said a moment ago that a mark is active, of one that was verified; None: nobody
        knows, and nobody is asked."""
        said = self._recent(hashlib.sha256(token.encode()).hexdigest(), self._resolver.clock())
        return None if said is None else said.active

    def _recent(self, name: str, now: float) -> _Said | None:
        known = self._said.get(name)
        return known[1] if known is not None and known[0] - self._poll <= now < known[0] else None

    def _status(self, issuer: TrustChain, token: str) -> _Said:
        """What the issuer says now, or said a moment ago."""
        name, now = hashlib.sha256(token.encode()).hexdigest(), self._resolver.clock()
        known = self._recent(name, now)
        if known is not None:
            return known
        said = self._flights.do(name, lambda: self._ask(issuer, token))
        self._said.put(name, (now + (min(self._poll, SILENCE) if said.active is None else self._poll), said))
        return said

    def _ask(self, issuer: TrustChain, token: str) -> _Said:
        own = issuer.configuration.metadata.get("federation_entity", {})
        endpoint = own.get("federation_trust_mark_status_endpoint")
        if endpoint is None:
            return _Said(active=True)  # it publishes no status: what it signed stands until it expires
        if not isinstance(endpoint, str) or not is_endpoint(endpoint):
            return _Said(active=None, reason="its status endpoint is not one that we ask")
        limits = self._resolver.limits
        form = urlencode({"trust_mark": token})
        try:
            page = self._resolver.fetcher.post(
                endpoint, form=form, limit=limits.statement_bytes, timeout=limits.fetch_seconds
            )
        except Unreached as error:
            return _Said(active=None, reason=str(error))
        if page.status == 404:
            return _Said(active=False)
        if page.status != 200 or page.content_type.strip().lower() != CONTENT_TYPE:
            return _Said(active=None, reason=f"it answers {page.status} {page.content_type}")
        return self._read(issuer, token, page.body)

    def _read(self, issuer: TrustChain, token: str, body: bytes) -> _Said:
        try:
            said = status.verify(
                body.decode("ascii", "replace").strip(),
                mark=token,
                issuer=issuer.subject,
                jwks=issuer.jwks,
                now=self._resolver.clock(),
            )
        except BadAnswer as error:
            return _Said(active=None, reason=str(error))
        return _Said(active=said == "active")


def _shown(chain: TrustChain, mark_type: str) -> Iterator[str]:
    shown = chain.configuration.claims.get("trust_marks")
    for one in shown[:MOST] if isinstance(shown, list) else ():
        if isinstance(one, Mapping) and one.get("trust_mark_type") == mark_type:
            token = one.get("trust_mark")
            if isinstance(token, str):
                yield token


def _report(chain: TrustChain, issuer: TrustChain, reason: str) -> Report:
    step = Step(
        what="mark",
        issuer=issuer.subject,
        subject=chain.subject,
        outcome="unreachable",
        reason=reason,
        section="8.4",
    )
    return Report(
        subject=chain.subject,
        steps=(step,),
        verdict="unreachable",
        chain=None,
        code="temporarily_unavailable",
        reason=f"{issuer.subject} does not say whether its trust mark is active: {reason}",
        section="8.4",
        fetches=1,
        retry_after=SILENCE,
        milliseconds=0.0,
    )
