"""Key keeping: owns putting together what keeps the rings of a node."""

import os
import secrets
import socket
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from idp.authority.showing import Showing
from idp.badge import Badge
from idp.clock import Clock
from idp.entity import Entity
from idp.introduced import Introduced
from idp.introduction import roles
from idp.keykeeping.keeper import Keeper
from idp.keykeeping.leader import Leader
from idp.keykeeping.memory import RingMemory
from idp.keykeeping.office import Office
from idp.keykeeping.registrar import Registrar
from idp.lookout import Lookout
from idp.outbound import Sender
from idp.peers import Peers
from idp.pen import Pen
from idp.publications import Publications
from idp.readers import Readers
from idp.records.held import HeldRecords
from idp.records.marks import MarkRecords
from idp.records.subordinates import SubordinateRecords
from idp.records.superiors import SuperiorViews
from idp.settings import Settings, lifetimes
from idp.store import Store
from idp.tokens import Tokens
from idp.trusting.anchors import Anchors, kids
from idp.wiring.parts import Fetch, acquaintance
from idp.wiring.records import Records
from idp.wiring.trusting import Trusting
from keys.evidence import Level
from keys.key import Purpose
from keys.ledger import Tally
from keys.ring import signs


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyroom:
    """What signs in one process, and what it notes.

    Attributes:
        tally: what was signed.
        lookout: who was seen to know our keys.
    """

    settings: Settings
    records: Records
    clock: Clock
    lookout: Lookout
    tally: Tally = field(default_factory=Tally)

    def pen(self) -> Pen:
        """Signs tokens."""
        return Pen(lambda: self.records.rings.current("oidc"), self.tally, self.clock)

    def tokens(self) -> Tokens:
        """Mints and reads ID and access tokens."""
        life = self.settings.lifetimes
        return Tokens(
            issuer=self.settings.issuer,
            namespace=self.settings.namespace,
            id_token=life.id_token,
            access_token=life.access_token,
            pen=self.pen(),
            ring=self.records.rings.oidc,
            clock=self.clock,
        )

    def offered(self) -> tuple[str, ...]:
        """The algorithms of the settings that a key signs with already; a new one waits for its gates."""
        if not self.settings.provider:
            return self.settings.keys.algorithms
        ready = {key.alg for key in self.records.rings.oidc().keys if signs(key, self.clock())}
        return tuple(alg for alg in self.settings.keys.algorithms if alg in ready)

    def entity(self, discovery: Mapping[str, object], introduced: Introduced) -> Entity:
        """What the node says about itself."""
        settings, rings = self.settings, self.records.rings
        return Entity(
            entity_id=settings.issuer,
            roles=roles(settings, discovery),
            oidc=rings.oidc if settings.provider else None,
            federation=lambda: rings.current("federation"),
            tally=self.tally,
            held=self._held(introduced),
            authority_hints=settings.federation.authority_hints,
            lifetime=settings.lifetimes.entity_configuration,
            clock=self.clock,
            alg=settings.keys.federation_algorithm,
            further=self._showing(),
        )

    def publications(self, discovery: Mapping[str, object], introduced: Introduced) -> Publications:
        """The documents about our keys."""
        settings, rings, showing = self.settings, self.records.rings, self._showing()
        held = self._held(introduced)
        return Publications(
            entity_id=settings.issuer,
            entity=self.entity(discovery, introduced),
            oidc=rings.oidc if settings.provider else None,
            federation=lambda: rings.current("federation"),
            tally=self.tally,
            said=lambda: (held(), showing()),
            lifetime=settings.lifetimes.entity_configuration,
            again=min(settings.rotation.document_age, settings.lifetimes.entity_configuration / 4),
            clock=self.clock,
        )

    def _held(self, introduced: Introduced) -> Callable[[], Mapping[str, Sequence[str]]]:
        """Whose keys we have in a file, and which: they wait for us before they sign with another."""
        pinned = Anchors(self.settings.trust_anchor).pinned

        def held() -> Mapping[str, Sequence[str]]:
            return {**introduced.held(), **{name: sorted(kids(jwks)) for name, jwks in pinned().items()}}

        return held

    def _showing(self) -> Showing:
        settings, records = self.settings, self.records
        anchor = settings.authority is not None and not settings.federation.authority_hints
        return Showing(
            wanted=[one.type for one in settings.trust_mark],
            held=HeldRecords(records.database),
            types=MarkRecords(records.database, records.audit_records) if anchor else None,
            jwks=lambda: records.rings.federation().jwks(self.clock()),
            clock=self.clock,
        )

    def introduced(self) -> Introduced:
        """Which keys of peers are believed."""
        audit, rings = self.records.audit, self.records.rings

        def confirmed(peer: str, kids: Collection[str]) -> None:
            ours = {key.kid for ring in (rings.federation(), rings.oidc()) for key in ring.keys}
            for kid in ours.intersection(kids):
                self.lookout.note(kid, peer, "peer", Level.E3)

        def changed(peer: str, kids: Collection[str]) -> None:
            audit.record("peer.keys_changed", client=peer, kids=" ".join(sorted(kids)))

        return Introduced(
            issuer=self.settings.issuer,
            records=self.records.peer_keys,
            confirmed=confirmed,
            changed=changed,
        )

    def peers(
        self,
        outbound: Sender,
        introduced: Introduced,
        trusting: Trusting | None,
        standing: Callable[[], bool],
    ) -> Peers:
        """The peers; they are told who reads their keys."""
        acquaintances = [acquaintance(one) for one in self.settings.peer]
        badge = Badge(self.settings.issuer, self.pen(), self.clock)
        return Peers(
            acquaintances,
            Fetch(outbound),
            self.clock,
            introduced,
            badge.headers,
            trust=trusting.trust if trusting else None,
            homes=trusting.homes if trusting else None,
            standing=standing,
        )

    def readers(self, peers: Peers) -> Readers:
        """Recognises who reads our keys."""
        return Readers(
            issuer=self.settings.issuer,
            peers=peers,
            registered=self.records.clients.find,
            lookout=self.lookout,
            clock=self.clock,
        )

    def keeper(self, store: Store) -> Keeper:
        """This process's part in keeping the rings."""
        name = f"{socket.gethostname()[:60]}-{os.getpid()}-{secrets.token_hex(4)}"
        memory = RingMemory(store, self.records.kek, self.clock)
        self.records.rings.memory = memory
        return Keeper(
            name=name,
            registrar=registrar(self.settings, self.records),
            diary=self.records.key_facts,
            leader=Leader(store, "keys", name, self.records.wheel.next_fence),
            memory=memory,
            tally=self.tally,
            lookout=self.lookout,
            clock=self.clock,
        )


def open_office(settings: Settings, records: Records, clock: Clock, by: str) -> Office:
    """The rings as an operator sees them."""
    return Office(registrar=registrar(settings, records), papers=records.key_facts, clock=clock, by=by)


def registrar(settings: Settings, records: Records) -> Registrar:
    """The facts and the books of these settings."""
    purposes: tuple[Purpose, ...] = ("oidc", "federation") if settings.provider else ("federation",)
    return Registrar(
        rings=records.rings,
        store=records.key_records,
        known=records.key_facts,
        books=records.wheel,
        lifetimes={purpose: lifetimes(settings, purpose) for purpose in purposes},
        wanted={purpose: records.rings.algs[purpose] for purpose in purposes},
        pins=_pins(settings, records),
        superiors=settings.federation.authority_hints,
        views=SuperiorViews(records.database).all,
    )


def _pins(settings: Settings, records: Records) -> Callable[[], Sequence[str]]:
    """Who has our keys in a file: peers that the settings name by their keys, since that is mutual; and of an
    anchor its immediate subordinates, of whom we know. An intermediate is known through its chain."""
    peers = [peer.issuer for peer in settings.peer if peer.jwks_file is not None]
    if settings.authority is None or settings.federation.authority_hints:
        return lambda: peers
    rows = SubordinateRecords(records.database, records.audit_records)
    return lambda: [*peers, *rows.every("active")]
