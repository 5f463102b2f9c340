"""Chain: owns what makes a trust chain believed. Pure: texts, pinned keys and time in, a verified chain out.

The rules of OIDF §10.2, in the order in which they are applied; a stranger costs one signature, since what is
cheap comes first and signatures are checked from the anchor down:
 1. the chain has at least one statement, and no more than we read;
 2. ES[0] is its subject's own configuration, and the subject is who was asked for;
 3. for each j below the last: iss of ES[j] is sub of ES[j+1]; no entity stands twice;
 4. iss of the last statement is a trust anchor that is configured here;
 5. the last statement is verified with the anchor's keys of the settings, never with keys of the chain;
 6. each ES[j] is verified with the jwks of ES[j+1], and ES[0] also with its own; times, form and claims of
    each by `statement`;
 7. the issuer of ES[1] is among the authority_hints of ES[0] (§3.2);
 8. constraints of each statement hold (§6.2);
 9. metadata: the immediate superior's over the subject's own, without types that are not allowed, under the
    merged policies (§6.1.4, §6.2.3); what is left keeps to its entity (§5);
10. the chain expires with the first of its statements (§10.4).
Imports statement, trustchain, constraints, policy, errors.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from federation import constraints, policy
from federation.errors import Invalid, Reason
from federation.policy import PolicyError
from federation.statement import LEEWAY, Statement, verify_configuration, verify_subordinate
from federation.trustchain import Broken, Metadata, TrustChain
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
    """A statement of which only the names are known."""

    hop: int
    token: str
    iss: str
    sub: str

    def broken(self, reason: Reason | PolicyError) -> Broken:
        return Broken(self.hop, self.iss, self.sub, reason)


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
    if not 1 <= len(tokens) <= LONGEST:
        raise Broken(0, "", subject or "", Reason.CHAIN_LENGTH)  # 1
    links = [_opened(hop, token) for hop, token in enumerate(tokens)]
    _check_order(links, subject)  # 2, 3
    last = links[-1]
    if last.iss not in anchors:
        raise last.broken(Reason.CHAIN_ANCHOR)  # 4
    statements = _verified(links, anchors[last.iss], _Terms(now, leeway, signatures))  # 5, 6
    if len(links) > 1 and links[1].iss not in statements[0].authority_hints:
        raise links[1].broken(Reason.NOT_HINTED)  # 7
    below = [link.sub for link in links]
    for link, statement in zip(links[1:], statements[1:], strict=True):
        try:
            constraints.check(statement.claims, below[: link.hop])  # 8
        except Invalid as error:
            raise link.broken(error.reason) from None
    return TrustChain(
        statements=statements,
        anchor=last.iss,
        expires=min(one.expires for one in statements),  # 10
        resolved=_resolved(links, statements),  # 9
    )


def _opened(hop: int, token: str) -> _Link:
    try:
        head = peek(token, limits=STATEMENT)
    except JoseError:
        raise Broken(hop, "", "", Reason.FORMAT) from None
    return _Link(hop, token, head.iss or "", head.sub or "")


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
        if link.iss == link.sub and link is last:
            continue
        if link.iss in seen:
            raise link.broken(Reason.CHAIN_LOOP)
        seen.add(link.iss)
    if last.iss != last.sub:
        raise last.broken(Reason.CHAIN_ANCHOR)


def _verified(links: Sequence[_Link], pinned: Mapping[str, object], terms: _Terms) -> tuple[Statement, ...]:
    """Rules 5 and 6, from the anchor down."""
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


def _resolved(links: Sequence[_Link], statements: Sequence[Statement]) -> Metadata:
    """Rule 9."""
    own = statements[0]
    superiors = [one for one in statements[1:] if one.iss != one.sub]
    try:
        metadata: Metadata = own.metadata
        if superiors:
            stated = superiors[0].metadata
            known = {kind: stated[kind] for kind in stated if kind in own.metadata}
            metadata = policy.overlay({"metadata": known}, own.metadata)
        for one in superiors:
            metadata = constraints.strip(one.claims, metadata)
        merged = policy.merge([one.claims for one in reversed(superiors)])
        resolved = policy.apply(merged, metadata)
    except PolicyError as error:
        raise links[0].broken(error) from error
    provider = resolved.get("openid_provider")
    if provider is not None and provider.get("issuer") != own.sub:
        raise links[0].broken(Reason.RESOLVED_ISSUER)
    return resolved
