"""Families: owns what becomes of the refresh tokens of one grant. Does not know OAuth's wire.

Imports grant, generation. The rules:

1. A grant has one good refresh token. Using it makes the next one good, in one atomic compare-and-swap:
   across nodes the first to come is the only one (I3). Nothing is minted before.
2. An answer can be lost. The request that spent the token before the good one may come again for a few
   seconds, from the same client with the same credential and for the same scopes: it gets the same next
   token. A client without a credential proves nothing by asking again, so it has no such grace.
3. Any other token that was ours once, and is not the good one, has been copied: the whole family ends, its
   access tokens too (RFC 9700 §4.14.2).
4. A family ends with its session (I4), with its tombstone, and when it was not used for a while.
5. An end on purpose is durable, with its audit event, before it is acknowledged (I6).
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from idp.clock import Clock
from idp.grant import Grant, Grants, Line
from idp.shelf import secret_name

Why = Literal["token.revoked", "refresh.reused", "code.reused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyEnd:
    """The end of a grant and all its tokens, as it is written down.

    Attributes:
        key: the store's key of the grant.
        at, expires: seconds since 1970; nothing of it can be alive after `expires`.
        client_id: whose it was.
        why: `token.revoked` by the client; or a second use of a token or of the code, which somebody copied.
    """

    key: str
    at: float
    expires: float
    client_id: str
    why: Why


class Endings(Protocol):
    """Durable memory of what ended: sessions and families, by their keys in the store."""

    def write(self, ending: FamilyEnd) -> None:
        """Returns when tombstone and audit event are durable; raises `Unavailable`, and then neither is."""

    def any_ended(self, keys: Collection[str]) -> bool:
        """Whether one of these was ended for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """A refresh token was used.

    Attributes:
        grant: what it stands for.
        gid: the grant's name.
        token: the next refresh token.
    """

    grant: Grant
    gid: str
    token: str


class TooWide(Exception):
    """More scopes were asked for than were granted (RFC 6749 §6); the token is as good as before."""


_Verdict = Literal["next", "again", "reused"]


class Families:
    """Refresh tokens of this issuer.

    Args:
        grants: where the grants are.
        grace: seconds in which a lost answer is given again; 0 for never.
        endings: durable.
        clock: seconds since 1970.
    """

    def __init__(self, grants: Grants, *, grace: int, endings: Endings, clock: Clock) -> None:
        self._grants = grants
        self._grace = grace
        self._endings = endings
        self._clock = clock

    def renew(self, token: str, *, client_id: str, scopes: Collection[str], witness: str) -> Renewed | None:
        """Use a refresh token. Three store round trips and one SQL query for a lawful request.

        Args:
            scopes: asked for; none means all.
            witness: what the client proved and asked; empty where it proved nothing.

        Returns:
            None when the token is unknown, used, another client's, or its family is over.

        Raises:
            TooWide: scopes beyond the grant.
            Unavailable: the store or the records.
        """
        gid = self._grants.generations.read(token, client_id=client_id)
        if gid is None:
            return None
        after = self._grants.generations.after(token, gid=gid, client_id=client_id)
        turn = _Turn(
            good=secret_name(token),
            following=secret_name(after),
            scopes=frozenset(scopes),
            witness=witness,
            now=self._clock(),
            grace=self._grace,
        )
        grant = self._grants.turn(gid, turn)
        if turn.verdict == "reused" and grant is not None:
            self._end(gid, grant, "refresh.reused")
        if grant is None or turn.verdict == "reused" or self._over(gid, grant):
            return None
        return Renewed(grant=grant, gid=gid, token=after)

    def named(self, token: str, *, client_id: str) -> str | None:
        """The grant of a refresh token that was this client's once, whether or not it is good."""
        return self._grants.generations.read(token, client_id=client_id)

    def good(self, token: str, *, client_id: str) -> Grant | None:
        """The grant of a refresh token that would be taken now; uses nothing up."""
        gid = self.named(token, client_id=client_id)
        grant = self._grants.find(gid) if gid is not None else None
        if gid is None or grant is None or grant.line is None or grant.line.good != secret_name(token):
            return None
        return None if self._endings.any_ended((self._grants.key(gid), grant.session_key)) else grant

    def end(self, gid: str, *, client_id: str) -> None:
        """End a grant and all its tokens, because its client says so; another's is left alone."""
        grant = self._grants.redeemed(gid)
        if grant is not None and grant.client_id == client_id:
            self._end(gid, grant, "token.revoked")

    def copied(self, gid: str) -> None:
        """End what a code gave that came a second time (RFC 6749 §4.1.2, RFC 9700 §4.5)."""
        grant = self._grants.redeemed(gid)
        if grant is not None:
            self._end(gid, grant, "code.reused")

    def _end(self, gid: str, grant: Grant, why: Why) -> None:
        self._endings.write(
            FamilyEnd(
                key=self._grants.key(gid),
                at=self._clock(),
                expires=grant.session_expiry,
                client_id=grant.client_id,
                why=why,
            )
        )
        self._grants.end(gid)

    def _over(self, gid: str, grant: Grant) -> bool:
        # After the token was spent: a sign-out that is acknowledged meanwhile is seen here (I4).
        if self._clock() >= grant.session_expiry or not self._grants.alive(grant):
            return True
        return self._endings.any_ended((self._grants.key(gid), grant.session_key))


@dataclass(slots=True, kw_only=True)
class _Turn:
    """One use of a token, applied to the grant as it lies there; what it came to is in `verdict`."""

    good: str
    following: str
    scopes: frozenset[str]
    witness: str
    now: float
    grace: int
    verdict: _Verdict = "reused"

    def __call__(self, grant: Grant) -> Grant:
        if not self.scopes <= set(grant.scopes):
            raise TooWide
        self.verdict = self._judged(grant.line)
        if self.verdict != "next":
            return grant
        spent = Line(good=self.following, spent=self.good, spent_at=self.now, witness=self.witness)
        return replace(grant, line=spent)

    def _judged(self, line: Line | None) -> _Verdict:
        if line is None:
            return "reused"
        if line.good == self.good:
            return "next"
        # Either way: the second request may meet a node whose clock is a little behind.
        lost = line.spent == self.good and abs(self.now - line.spent_at) < self.grace
        return "again" if lost and self.witness and line.witness == self.witness else "reused"
