"""Marks: owns the trust marks that we issue (OIDF §7), from their types to their end. Imports stamp.

A mark is renewed at half of its life for as long as it is not revoked and its holder, if it is below us, is
active. Every mark that may still be alive is known by its hash: a status is asked for by the whole mark, and
what we did not issue is unknown to us, however it is signed.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import structlog

from federation.answers import status as answers
from federation.answers.status import Status
from federation.authority import Unlawful
from federation.authority.lawful import LONGEST
from federation.authority.marks import (
    DELEGATION_TYP,
    MARK_TYP,
    MarkType,
    check_type,
    delegation_claims,
    delegation_end,
    mark_claims,
)
from federation.bounded import Bounded
from federation.entity_id import is_entity_id
from idp.audit import Entry, Event
from idp.authority.markbook import Mark, Markbook
from idp.authority.rows import Conflict, Unknown
from idp.authority.stamp import Stamp
from keys import jose

BATCH = 200
FRESH = 2.0
"""Seconds for which an answer about a mark is given again: whoever asks again does not make us sign."""

_ANSWERS = 1024
_REASON = 500
_LEASE = 60.0  # seconds for which a process has taken marks to renew

log = structlog.get_logger("marks")


class Marks:
    """The trust marks of this node.

    Args:
        life: seconds that a mark counts.
    """

    def __init__(self, *, stamp: Stamp, kept: Markbook, life: int) -> None:
        self._stamp = stamp
        self._kept = kept
        self._life = life
        self._answered: Bounded[str, tuple[float, tuple[Status, str] | None]] = Bounded(_ANSWERS)

    def types(self) -> tuple[MarkType, ...]:
        """Every type that is defined here, by name.

        Raises:
            Unavailable: `records`; as every verb here.
        """
        return tuple(self._kept.types())

    def define(self, of: MarkType, *, by: str, reason: str = "") -> None:
        """Define a type or change it; marks that were issued say what they said.

        Raises:
            Unlawful: with the section that is broken.
        """
        check_type(of, entity_id=self._stamp.issuer, now=self._stamp.clock())
        self._kept.save_type(of, self._entry("mark.type_defined", of.owner or "", (by, reason), of.type))

    def issue(self, mark_type: str, subject: str, *, by: str, reason: str = "") -> Mark:
        """Give an entity a mark.

        Raises:
            Unknown: no type of that name is issued here.
            Unlawful: the subject is not an entity.
            Conflict: it has one.
        """
        of = self._issued(mark_type)
        if not is_entity_id(subject) or len(subject) > LONGEST:
            raise Unlawful("1.2", f"{subject[:100]} is not an entity identifier")
        if self.find(mark_type, subject) is not None:
            raise Conflict(f"{subject} holds this mark already")
        fresh = self._signed(of, subject)
        self._kept.issue(fresh, self._entry("mark.issued", subject, (by, reason), mark_type))
        return fresh

    def revoke(self, mark_type: str, subject: str, *, by: str, reason: str) -> None:
        """Let a mark count no longer, in all the forms in which it was issued.

        Raises:
            Unknown: the subject has no such mark.
        """
        entry = self._entry("mark.revoked", subject, (by, reason), mark_type)
        now = self._stamp.clock()
        if not self._kept.revoke(mark_type, subject, at=now, reason=reason[:_REASON], entry=entry):
            raise Unknown(f"{subject} has no such mark")

    def delegate(self, mark_type: str, issuer: str, *, life: int, by: str, reason: str = "") -> str:
        """Our word that another entity may issue marks of a type that is ours; for a person to hand over.

        Raises:
            Unknown: no type of that name is ours.
            Unlawful: the issuer is not an entity.
        """
        own = next((of for of in self._kept.types() if of.type == mark_type), None)
        if own is None or own.owner != self._stamp.issuer:
            raise Unknown(f"{mark_type} is not a type of ours")
        if not is_entity_id(issuer):
            raise Unlawful("1.2", f"{issuer[:100]} is not an entity identifier")
        self._kept.note(self._entry("mark.delegated", issuer, (by, reason), mark_type))
        return self._delegation(mark_type, issuer, life)

    def find(self, mark_type: str, subject: str) -> Mark | None:
        """The mark that the subject can show now."""
        mark = self._kept.find(mark_type, subject)
        return mark if mark is not None and self._counts(mark) else None

    def held(self, subjects: Sequence[str]) -> tuple[Mark, ...]:
        """All marks of ours that these entities can show now."""
        return tuple(self._kept.held(subjects, self._stamp.clock()))

    def holders(self, mark_type: str) -> tuple[str, ...]:
        """Who holds a mark of this type that counts, sorted."""
        return tuple(self._kept.holders(mark_type, self._stamp.clock()))

    def status(self, token: str) -> tuple[Status, str] | None:
        """The status of a mark, and the signed answer; None: we did not issue it.

        The mark is verified before anything is looked up: a hash alone would tell us nothing of a mark whose
        text was changed.
        """
        now, name = self._stamp.clock(), hashlib.sha256(token.encode()).hexdigest()
        until, answer = self._answered.get(name) or (0.0, None)
        if not now <= until <= now + FRESH:
            answer = self._answer(token)
            self._answered.put(name, (now + FRESH, answer))
        return answer

    def _answer(self, token: str) -> tuple[Status, str] | None:
        found = self._status(token)
        if found is None:
            return None
        issued = int(self._stamp.clock())
        said = answers.claims(token, found, issuer=self._stamp.issuer, issued=issued)
        signed = self._stamp.sign(lambda *_: said, typ=answers.TYP, life=int(answers.OLDEST))
        return found, signed.token

    def renew(self) -> int:
        """Issue anew what is at half of its life; how many there were."""
        now = self._stamp.clock()
        due = self._kept.due(now, _LEASE, BATCH)
        types = {of.type: of for of in self._kept.types() if of.issued} if due else {}
        for mark in due:
            try:
                if mark.type in types:
                    self._kept.issue(self._signed(types[mark.type], mark.subject), None)
            except Unlawful as error:
                log.warning("mark_not_renewed", type=mark.type, entity=mark.subject, cause=str(error))
        if due:
            self._kept.prune(now)
        return len(due)

    def _status(self, token: str) -> Status | None:
        try:
            said = jose.peek(token, limits=jose.STATEMENT)
        except jose.JoseError:
            return None
        if said.iss != self._stamp.issuer or said.typ != MARK_TYP:
            return None
        claims, now = self._stamp.read(token, typ=MARK_TYP), self._stamp.clock()
        if claims is None:
            return "invalid"
        mark = self._kept.by_hash(hashlib.sha256(token.encode()).hexdigest())
        if mark is None:
            expires = claims.get("exp")  # one that has expired may be forgotten by now
            return "expired" if isinstance(expires, int) and expires <= now else None
        if mark.revoked_at is not None:
            return "revoked"
        return "active" if now < mark.expires else "expired"

    def _counts(self, mark: Mark) -> bool:
        return mark.revoked_at is None and self._stamp.clock() < mark.expires

    def _issued(self, mark_type: str) -> MarkType:
        found = next((of for of in self._kept.types() if of.type == mark_type and of.issued), None)
        if found is None:
            raise Unknown(f"no marks of the type {mark_type[:200]} are issued here")
        return found

    def _delegation(self, mark_type: str, issuer: str, life: int) -> str:
        owner = self._stamp.issuer
        signed = self._stamp.sign(
            lambda issued, expires: delegation_claims(
                mark_type, owner=owner, issuer=issuer, issued=issued, expires=expires
            ),
            typ=DELEGATION_TYP,
            life=life,
        )
        return signed.token

    def _signed(self, of: MarkType, subject: str) -> Mark:
        if of.owner == self._stamp.issuer:
            # OIDF §7.3 wants a delegation in every mark whose type has an owner, also in the owner's.
            of = replace(of, delegation=self._delegation(of.type, self._stamp.issuer, self._life))
        signed = self._stamp.sign(
            lambda issued, expires: mark_claims(
                of, issuer=self._stamp.issuer, subject=subject, issued=issued, expires=expires
            ),
            typ=MARK_TYP,
            life=self._life,
            until=delegation_end(of),
        )
        if signed.expires <= signed.issued:
            raise Unlawful("7.2", "the delegation has expired; ask the owner for another")
        return Mark(
            type=of.type,
            subject=subject,
            token=signed.token,
            kid=signed.kid,
            issued=signed.issued,
            expires=signed.expires,
            renew_at=signed.issued + (signed.expires - signed.issued) / 2,
        )

    def _entry(self, event: Event, client: str, why: tuple[str, str], mark_type: str) -> Entry:
        said = {"type": mark_type, "by": why[0], "reason": why[1][:_REASON]}
        return Entry(at=self._stamp.clock(), event=event, client=client, details=said)
