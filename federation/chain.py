"""Chain: owns what makes a trust chain believed. Pure: texts, pinned keys and time in, a verified chain out.

The rules of OIDF §10.2, in the order in which they are applied; a stranger costs one signature, since what is
cheap comes first and signatures are checked from the anchor down:
 1. the chain has at least one statement, and no more than we read;
 2. ES[0] is its subject's own configuration, and the subject is who was asked for;
 3. for each j below the last: iss of ES[j] is sub of ES[j+1]; no entity stands twice (§10.1);
 4. iss of the last statement is a trust anchor that is configured here, and the statement is its own. A
    chain may travel without it (§4); whoever has fetched it puts it back before verifying;
 5. no statement is past its exp or before its iat;
 6. the anchor's configuration is verified with the anchor's keys of the settings, never with keys of the
    chain;
 7. each ES[j] is verified with the jwks of ES[j+1], and configurations also with their own; the form and the
    claims of each by `statement`;
 8. the issuer of ES[1] is among the authority_hints of ES[0] (§3.2);
 9. the constraints of each statement hold (§6.2);
10. metadata: the immediate superior's over the subject's own, for types that the subject has; without types
    that are not allowed; under the merged policies (§6.1.4, §6.2.3). What is left keeps to its entity (§5);
11. the chain expires with the first of its statements (§10.4).
Imports statement, form, trustchain, constraints, policy, errors.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from federation import constraints, form, policy
from federation.constraints import Constraints
from federation.errors import Invalid, Reason
from federation.policy import PolicyError
from federation.statement import LEEWAY, Statement, reason_of, verify_configuration, verify_subordinate
from federation.trustchain import INVALID_METADATA, Broken, Metadata, TrustChain
from keys.encoding import JoseError
from keys.jose import STATEMENT, Signatures, peek

__all__ = ["LONGEST", "Broken", "Signatures", "TrustChain", "verify"]

LONGEST = 12
"""Statements of the longest chain that is read."""


@dataclass(frozen=True, slots=True)
class _Terms:
    now: float
    leeway: float
    signatures: Signatures | None


@dataclass(frozen=True, slots=True)
class _Link:
    """A statement of which nothing is verified; good for refusing it cheaply."""

    hop: int
    token: str
    iss: str
    sub: str
    issued: object
    expires: object

    def broken(self, reason: Reason | PolicyError, code: str | None = None) -> Broken:
        return Broken(self.hop, self.iss, self.sub, reason, code)


def verify(
    tokens: Sequence[str],
    *,
    anchors: Mapping[str, Mapping[str, object]],
    now: float,
    subject: str | None = None,
    leeway: float = LEEWAY,
    signatures: Signatures | None = None,
) -> TrustChain:
    """The trust chain in `tokens`, verified by the rules above.

    Args:
        tokens: the subject's configuration first, the anchor's last.
        anchors: keys of the trust anchors by entity, as pinned outside the federation.
        now: seconds since 1970.
        subject: whom the chain must be about; None takes whom it names.
        leeway: seconds that clocks may differ.
        signatures: remembers good ones.

    Raises:
        Broken: the first rule that does not hold, and where.
    """
    terms = _Terms(now, leeway, signatures)
    if not 1 <= len(tokens) <= LONGEST:
        raise Broken(0, "", subject or "", Reason.CHAIN_LENGTH)  # 1
    links = [_opened(hop, token) for hop, token in enumerate(tokens)]
    _check_order(links, subject)  # 2, 3
    last = links[-1]
    if last.iss not in anchors:
        raise last.broken(Reason.CHAIN_ANCHOR)  # 4
    if last.iss != last.sub:
        raise last.broken(Reason.CHAIN_END)  # 4
    _check_dates(links, terms)  # 5
    statements = _verified(links, anchors[last.iss], terms)  # 6, 7
    if len(links) > 1 and links[1].iss not in statements[0].authority_hints:
        raise links[1].broken(Reason.NOT_HINTED)  # 8
    limits = _constraints(links, statements)  # 9
    return TrustChain(
        statements=statements,
        anchor=last.iss,
        expires=min(one.expires for one in statements),  # 11
        resolved=_resolved(links, statements, limits),  # 10
    )


def _opened(hop: int, token: str) -> _Link:
    try:
        head = peek(token, limits=STATEMENT)
    except JoseError as error:
        raise Broken(hop, "", "", reason_of(error)) from None
    issued, expires = head.claims.get("iat"), head.claims.get("exp")
    return _Link(hop, token, head.iss or "", head.sub or "", issued, expires)


def _check_order(links: Sequence[_Link], subject: str | None) -> None:
    """Rules 2 and 3, by names alone."""
    first, last = links[0], links[-1]
    if first.iss != first.sub:
        raise first.broken(Reason.CHAIN_START)
    if subject is not None and first.sub != subject:
        raise first.broken(Reason.CHAIN_SUBJECT)
    for link, above in pairwise(links):
        if above.sub != link.iss:
            raise above.broken(Reason.CHAIN_LINK)
    seen = {first.sub}
    for link in links[1:]:
        if link is last and link.iss == link.sub:
            return  # the anchor's own configuration, after its statement
        if link.iss in seen:
            raise link.broken(Reason.CHAIN_LOOP)
        seen.add(link.iss)


def _check_dates(links: Sequence[_Link], terms: _Terms) -> None:
    """Rule 5, before any signature; what is no date is refused with its statement."""
    for link in links:
        if isinstance(link.expires, int) and link.expires <= terms.now - terms.leeway:
            raise link.broken(Reason.EXP)
        if isinstance(link.issued, int) and link.issued > terms.now + terms.leeway:
            raise link.broken(Reason.IAT)


def _verified(links: Sequence[_Link], pinned: Mapping[str, object], terms: _Terms) -> tuple[Statement, ...]:
    """Rules 6 and 7, from the anchor down."""
    jwks, statements = pinned, list[Statement]()
    for link in reversed(links):
        try:
            statement = _statement(link, jwks, terms)
        except Invalid as error:
            raise link.broken(error.reason) from error
        statements.append(statement)
        jwks = statement.jwks
    return tuple(reversed(statements))


def _statement(link: _Link, jwks: Mapping[str, object], terms: _Terms) -> Statement:
    now, leeway, signatures = terms.now, terms.leeway, terms.signatures
    if link.iss == link.sub:
        return verify_configuration(
            link.token, entity_id=link.sub, jwks=jwks, now=now, leeway=leeway, signatures=signatures
        )
    return verify_subordinate(
        link.token,
        issuer=link.iss,
        subject=link.sub,
        jwks=jwks,
        now=now,
        leeway=leeway,
        signatures=signatures,
    )


def _constraints(links: Sequence[_Link], statements: Sequence[Statement]) -> tuple[Constraints, ...]:
    """Rule 9; the constraints of all, of the subject's immediate superior first."""
    below = [link.sub for link in links[1:]]
    limits = tuple(constraints.read(one.claims) for one in statements if one.iss != one.sub)
    for link, one in zip(links[1:], limits, strict=False):
        try:
            one.check(below[: link.hop])
        except Invalid as error:
            raise link.broken(error.reason) from None
    return limits


def _resolved(
    links: Sequence[_Link], statements: Sequence[Statement], limits: Sequence[Constraints]
) -> Metadata:
    """Rule 10."""
    own, subject = statements[0], links[0]
    superiors = [one for one in statements if one.iss != one.sub]
    stated = superiors[0].metadata if superiors else {}
    known = {kind: stated[kind] for kind in stated if kind in own.metadata}
    try:
        metadata = policy.overlay({"metadata": known}, own.metadata)
        for one in limits:
            metadata = one.strip(metadata)
        merged = policy.merge([one.claims for one in reversed(superiors)])
        resolved = policy.apply(merged, metadata)
    except PolicyError as error:
        raise subject.broken(error) from None
    try:
        form.check_kinds(resolved, own.sub)
    except Invalid as error:
        raise subject.broken(error.reason, INVALID_METADATA) from None
    return resolved
