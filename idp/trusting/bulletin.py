"""Bulletin: owns reading what a superior says has happened to an entity below it (Subordinate Events Endpoint
§2). Judges nothing. Imports federation.
"""

from typing import Protocol
from urllib.parse import urlencode

from federation import events
from federation.answers.reading import BadAnswer
from federation.events import Event
from federation.resolve import Unreachable, Untrusted
from federation.statement import Statement
from idp.clock import Clock
from idp.errors import Unavailable
from idp.pulse import Fetcher

BYTES = 256 * 1024


class Configurations(Protocol):
    """Whoever reads an entity's own statement."""

    def configuration(self, entity_id: str) -> Statement: ...


class Bulletin:
    """Reads events."""

    def __init__(self, configurations: Configurations, fetcher: Fetcher, clock: Clock) -> None:
        self._configurations = configurations
        self._fetcher = fetcher
        self._clock = clock

    def __call__(self, superior: Statement, subject: str) -> tuple[Event, ...] | None:
        """The events, oldest first; None where the superior publishes none.

        Args:
            superior: the statement that lists the superior's keys, on a chain that is believed.
            subject: the entity below it.

        Raises:
            Unavailable: it does not answer, or what it answers does not verify.
        """
        issuer = superior.sub
        try:
            own = self._configurations.configuration(issuer).metadata.get("federation_entity", {})
        except (Unreachable, Untrusted) as error:
            raise Unavailable("peer", f"{issuer} cannot be read: {error}") from error
        endpoint = own.get("federation_subordinate_events_endpoint")
        if not isinstance(endpoint, str):
            return None
        mark = "&" if "?" in endpoint else "?"
        read = self._fetcher.get(f"{endpoint}{mark}{urlencode({'sub': subject})}", limit=BYTES)
        try:
            return events.verify(
                read.decode("ascii", "replace").strip(),
                issuer=issuer,
                subject=subject,
                jwks=superior.jwks,
                now=self._clock(),
            )
        except BadAnswer as error:
            raise Unavailable("peer", f"the events of {issuer} do not verify: {error}") from error
