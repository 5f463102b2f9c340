"""Office: an authority of a small country whose members answer from memory."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from federation.authority import Subordinate
from federation.enrolment import Change
from federation.membership import Request
from idp.authority.enrolment import Enrolments, Rehearsal, Terms, enrolling
from idp.authority.enrolment.below import Limits
from idp.authority.enrolment.trial import Trial
from idp.authority.registry import Registry
from idp.authority.stamp import Stamp
from idp.authority.statements import Statements
from idp.errors import Unavailable
from idp.records.audit import AuditRecords
from idp.records.database import Database
from idp.records.documents import DocumentRecords
from idp.records.enrolments import EnrolmentRecords
from idp.records.subordinates import SubordinateRecords
from keys.ledger import Tally
from tests.federation.country import Country
from tests.idp.authority.place import Moved

OP, RP, ENTITY = "openid_provider", "openid_relying_party", "federation_entity"
LIFE = 600


def provider(region: str) -> Mapping[str, Mapping[str, Any]]:
    return {OP: {"issuer": f"https://{region}.example", "scopes_supported": ["openid", "email"]}}


KINDS: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "gd": provider("gd"),
    "zj": provider("zj"),
    "gz": {},
    "portal": {RP: {"redirect_uris": ["https://portal.example/cb"], "contacts": ["a@portal.example"]}},
    "shop": {RP: {"redirect_uris": ["https://shop.example/cb"]}},
}
SUPERIORS = {"gd": "anchor", "gz": "gd", "portal": "gz", "shop": "gd", "zj": "anchor"}


class Members:
    """The members of `anchor ← gd ← gz ← portal`, `gd ← shop`, `anchor ← zj`, who answer from memory."""

    def __init__(self) -> None:
        self.country = Country(SUPERIORS, kinds=KINDS)
        self.silent: set[str] = set()
        self.changes: dict[tuple[str, str], dict[str, Any]] = {}
        self.asked: list[str] = []
        self.lists: dict[str, bytes] = {}

    def read(self, url: str, limit: int) -> bytes:
        self.asked.append(url)
        parts = urlsplit(url)
        name = (parts.hostname or "").removesuffix(".example")
        if name in self.silent or name not in SUPERIORS:
            raise Unavailable("peer", f"{name} does not answer")
        match parts.path:
            case "/.well-known/openid-federation":
                body = self.country.configuration(name, **self.changes.get((name, name), {})).encode()
            case "/federation/list":
                own = [one for one, superior in SUPERIORS.items() if superior == name]
                body = self.lists.get(name, json.dumps([self.id(one) for one in own]).encode())
            case _:
                (sub,) = parse_qs(parts.query)["sub"]
                short = sub.removeprefix("https://").removesuffix(".example")
                body = self.country.statement(name, short, **self.changes.get((name, short), {})).encode()
        if len(body) > limit:
            raise Unavailable("peer", "answers with more bytes")
        return body

    def id(self, name: str) -> str:
        return self.country.id_of(name)

    def asking(self, name: str, superior: str, **changes: Any) -> Request:
        lawful: dict[str, Any] = {
            "entity_id": self.id(name),
            "superior": superior,
            "jwks": self.country.jwks(name),
            "kinds": (*KINDS[name], ENTITY),
            "intermediate": name in SUPERIORS.values(),
            "contacts": (f"ops@{name}.example",),
            "region": "440000" if name == "gd" else "",
        }
        return Request(**{**lawful, **changes})


class Office(Members):
    """The anchor, or another authority, of `anchor ← gd ← gz ← portal`, `gd ← shop`, `anchor ← zj`.

    Args:
        name: who we are, in short.
    """

    def __init__(
        self, database: Database, clock: Moved, name: str = "anchor", limits: Limits | None = None
    ) -> None:
        super().__init__()
        self.clock, self.name, self.issuer = clock, name, self.country.id_of(name)
        self.audit = AuditRecords(database, self.issuer)
        self.registry = Registry(
            issuer=self.issuer, rows=SubordinateRecords(database, self.audit), clock=clock
        )
        self.rows = EnrolmentRecords(database, self.audit)
        stamp = Stamp(
            issuer=self.issuer,
            ring=lambda: self.country.rings[name],
            alg="ES256",
            tally=Tally(),
            clock=clock,
        )
        source = f"{self.issuer}/federation/fetch"
        self.statements = Statements(
            stamp=stamp, documents=DocumentRecords(database), source_endpoint=source, life=LIFE
        )
        rehearsal = Rehearsal(
            stamp=stamp, above=self.above, anchors=lambda: self.country.anchors, source_endpoint=source
        )
        self.trial = Trial(rehearsal=rehearsal, read=self.read, clock=clock, limits=limits or Limits())
        self.enrolments = Enrolments(
            registry=self.registry,
            rows=self.rows,
            trial=self.trial,
            sign=self.statements.find,
            clock=clock,
        )

    def above(self) -> list[str]:
        if "above" in self.silent:
            raise Unavailable("peer", "our superior does not answer")
        return self.country.chain(self.name, changes=self.changes)[1 if self.name != "anchor" else 0 :]

    def request(self, name: str = "gd", **changes: Any) -> Request:
        return self.asking(name, self.issuer, **changes)

    def joining(self, name: str = "gd", terms: Terms | None = None, **changes: Any) -> Change:
        request = self.request(name, **changes)
        return enrolling(request, terms or Terms(), self.registry.find(request.entity_id), issuer=self.issuer)

    def joined(self, name: str = "gd", terms: Terms | None = None) -> Subordinate:
        """A member, enrolled by wang and zhao."""
        made = self.enrolments.propose(self.joining(name, terms), by="wang")
        self.enrolments.approve(made.code, by="zhao")
        return self.found(name)

    def found(self, name: str = "gd") -> Subordinate:
        found = self.registry.find(self.id(name))
        assert found is not None
        return found

    def moved(self, verb: Any, name: str = "gd") -> Change:
        return Change(verb=verb, entity_id=self.id(name), seen=self.found(name).version)

    def events(self) -> list[str]:
        return [chained.entry.event for chained in self.audit.tail()]
