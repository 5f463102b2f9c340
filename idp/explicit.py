"""Explicit: owns explicit registration of relying parties here (OIDF §12.2). Does not know HTTP.

Imports bychain, federation. What is registered is what the chain says, at any later moment too: the row only
remembers that the relying party asked, and until when that counts. A new registration takes the place of the
one before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from federation.chain import TrustChain
from federation.registration import CHAINS, RESPONSE, Refused, check_request, response
from idp.audit import Audit
from idp.authority.stamp import Stamp
from idp.bychain import ByChain, Untrusted
from idp.clock import Clock
from idp.errors import WireError
from keys.jose import STATEMENT, JoseError, peek

DAY = 86_400
"""Seconds for which a registration counts, if the chain does not end before."""


class Rows(Protocol):
    """Where registrations lie."""

    def put(self, entity_id: str, *, anchor: str, at: float, expires: float) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Explicit:
    """Registers relying parties.

    Attributes:
        issuer: ours.
        strangers: finds chains and what they make.
        stamp: signs the answer with a federation key.
    """

    issuer: str
    strangers: ByChain
    rows: Rows
    stamp: Stamp
    audit: Audit
    clock: Clock

    def register(self, token: str, supplied: Sequence[str] = ()) -> str:
        """Register whoever signed this configuration for us.

        Args:
            supplied: its trust chain, a shortcut.

        Returns:
            The signed answer (§12.2.3).

        Raises:
            WireError: it is not trusted, or the request does not hold (§8.9).
            Unavailable: that cannot be found out just now.
        """
        try:
            chain = self._chain(token, supplied)
            check_request(token, chain=chain, provider=self.issuer, now=self.clock())
            client = self.strangers.made(chain, "explicit")
        except JoseError as error:
            raise WireError("invalid_request", f"not a signed entity configuration: {error}") from None
        except Refused as error:
            raise WireError("invalid_request", f"the request is refused: {error}") from None
        except Untrusted as error:
            raise WireError(error.code, error.public) from None
        signed = self.stamp.sign(
            lambda issued, expires: response(
                chain, provider=self.issuer, client_id=client.client_id, issued=issued, expires=expires
            ),
            typ=RESPONSE,
            life=DAY,
            until=chain.expires,
        )
        self.rows.put(chain.subject, anchor=chain.anchor, at=self.clock(), expires=signed.expires)
        self.audit.record("client.registered", client=chain.subject)
        return signed.token

    def _chain(self, token: str, supplied: Sequence[str]) -> TrustChain:
        """Looked for only when the request is meant for us; nothing of it is believed yet."""
        said = peek(token, limits=STATEMENT, headers=CHAINS)
        if (
            said.iss is None
            or said.iss != said.sub
            or said.claims.get("aud") not in (self.issuer, [self.issuer])
        ):
            raise Refused("it is not a configuration of an entity, made for this provider alone", "12.2.1")
        return self.strangers.chain(said.iss, supplied=supplied or said.trust_chain)
