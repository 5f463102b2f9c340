"""Held: owns fetching the trust marks that we hold from whoever issues them (OIDF §8.6). Imports federation.

A mark is asked for again and again, so that one that was renewed replaces the old one, and one that is not
given any more is not shown any more. While the issuer does not answer, what we hold is shown until its end.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlencode

import structlog

from federation.authority.marks import MARK_TYP
from federation.statement import ALGS, Statement
from idp.clock import Clock
from idp.errors import Unavailable
from idp.outbound import Sender
from keys import jose

BYTES = 64 * 1024

log = structlog.get_logger("held")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldMark:
    """A mark that somebody issued to us.

    Attributes:
        issued, expires: seconds since 1970; `expires` None: it has no end.
    """

    type: str
    issuer: str
    token: str
    issued: int
    expires: int | None


class Keeps(Protocol):
    """Where they are kept; raises `Unavailable("records")`."""

    def all(self) -> Sequence[HeldMark]: ...
    def put(self, mark: HeldMark) -> None: ...
    def remove(self, mark_type: str, issuer: str) -> None: ...


class Holdings:
    """Our marks.

    Args:
        entity_id: ours.
        wanted: types and issuers, of the settings.
        configuration: reads an issuer's own statement, verified; raises `Unavailable`.
        every: seconds after which an issuer is asked again.
    """

    def __init__(
        self,
        *,
        entity_id: str,
        wanted: Sequence[tuple[str, str]],
        kept: Keeps,
        configuration: Callable[[str], Statement],
        sender: Sender,
        every: float,
        clock: Clock,
    ) -> None:
        self._entity_id = entity_id
        self._wanted = wanted
        self._kept = kept
        self._configuration = configuration
        self._sender = sender
        self._every = every
        self._clock = clock
        self._asked: dict[tuple[str, str], float] = {}

    def round(self) -> None:
        """Ask the issuers whose turn it is."""
        for one in self._wanted:
            now = self._clock()
            if 0 <= now - self._asked.get(one, float("-inf")) < self._every:
                continue
            self._asked[one] = now
            try:
                self._ask(*one)
            except Unavailable as error:
                log.warning("mark_not_fetched", type=one[0], issuer=one[1], cause=error.cause)

    def _ask(self, mark_type: str, issuer: str) -> None:
        statement = self._configuration(issuer)
        endpoint = statement.metadata.get("federation_entity", {}).get("federation_trust_mark_endpoint")
        if not isinstance(endpoint, str):
            raise Unavailable("peer", f"{issuer} has no trust mark endpoint")
        query = urlencode({"trust_mark_type": mark_type, "sub": self._entity_id})
        url = f"{endpoint}{'&' if '?' in endpoint else '?'}{query}"
        reply = self._sender.send("GET", url, headers={"Accept": "*/*"}, body=None, limit=BYTES)
        if reply.status == 404:
            self._kept.remove(mark_type, issuer)
            raise Unavailable("peer", f"{issuer} gives us no such mark")
        if reply.status != 200:
            raise Unavailable("peer", f"{issuer} answered {reply.status}")
        self._keep(mark_type, statement, reply.body.decode("ascii", "replace").strip())

    def _keep(self, mark_type: str, issuer: Statement, token: str) -> None:
        mark = self._read(mark_type, issuer, token)
        if mark not in self._kept.all():
            self._kept.put(mark)

    def _read(self, mark_type: str, issuer: Statement, token: str) -> HeldMark:
        """The mark, if it is one of ours that others will believe; a wrong one would spoil all we publish."""
        try:
            said = jose.verify(
                token,
                issuer.jwks,
                algs=ALGS,
                typ=(MARK_TYP,),
                issuer=issuer.sub,
                audience=None,
                now=self._clock(),
                require=("iat", "sub", "trust_mark_type"),
                limits=jose.STATEMENT,
            )
        except jose.JoseError as error:
            raise Unavailable("peer", f"the mark of {issuer.sub} does not verify: {error}") from error
        if (said["sub"], said["trust_mark_type"]) != (self._entity_id, mark_type):
            raise Unavailable("peer", f"{issuer.sub} gave us another mark")
        expires = said.get("exp")
        return HeldMark(
            type=mark_type,
            issuer=issuer.sub,
            token=token,
            issued=int(str(said["iat"])),
            expires=expires if isinstance(expires, int) else None,
        )
