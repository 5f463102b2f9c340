"""A place where relying parties register themselves: real records, real checks, time and store in memory."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from idp.answer import Answer
from idp.audit import Audit, Entry
from idp.dynamic import InitialToken, initial_token
from idp.errors import Unavailable, WireError
from idp.oauth.registration import DynamicRegistration
from idp.oauth.registration.pace import Pace
from idp.oauth.registration.sector import Sectors
from idp.oauth.wire import WireRequest
from idp.records.audit import AuditRecords
from idp.records.clients import ClientRecords
from idp.records.consents import Consents
from idp.records.database import Database
from idp.records.dynamic import DynamicRecords
from idp.records.migrate import migrate
from tests.idp.oauth.memory import Clock, MemoryStore

ISSUER = "http://gd.localhost:8410"
WANTED: Mapping[str, Any] = {"redirect_uris": ["https://tax.example/cb"], "client_name": "Tax"}
Told = dict[str, Any]


class Registry:
    """Registration at one node, twenty uses of a token a minute."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self.store = MemoryStore(self.clock)
        self.database = Database(f"sqlite:///{folder}/manyou.sqlite")
        migrate(self.database)
        self.clients = ClientRecords(self.database)
        self.consents = Consents(self.database)
        self.audit = AuditRecords(self.database, ISSUER)
        self.people = Audit(self.audit, b"p" * 32, self.clock)
        self.rows = DynamicRecords(self.database, self.clients, self.audit)
        self.desk = DynamicRegistration(
            issuer=ISSUER,
            algorithms=("ES256", "RS256"),
            initial=self.rows.initial,
            rows=self.rows,
            pace=Pace(self.store, 20, self.clock),
            sectors=Sectors(self),
            clock=self.clock,
        )
        self.lists: dict[str, bytes] = {}
        self.leave, self.kept = self.token(uses=1000)

    def token(self, *, uses: int = 1, life: float = 3600) -> tuple[str, InitialToken]:
        """A new initial access token, and what is kept of it."""
        shown, kept = initial_token(note="somebody", uses=uses, now=self.clock(), life=life)
        self.rows.initial.add(kept, Entry(at=self.clock(), event="client.token_added"))
        return shown, kept

    def register(self, token: str | None = None, **changes: Any) -> Told:
        """Register what is wanted, changed; None leaves a member out."""
        return told(self.desk.register(bearer(token or self.leave), body({**WANTED, **changes})), 201)

    def read(self, one: Told) -> Told:
        return told(self.desk.read(bearer(one["registration_access_token"]), one["client_id"]), 200)

    def update(self, one: Told, **changes: Any) -> Told:
        """Register anew: what was wanted at first, changed."""
        said = {"client_id": one["client_id"], **WANTED, **changes}
        wire = bearer(one["registration_access_token"])
        return told(self.desk.update(wire, one["client_id"], body(said)), 200)

    def remove(self, one: Told) -> Answer:
        return self.desk.remove(bearer(one["registration_access_token"]), one["client_id"])

    def get(self, url: str, *, limit: int) -> bytes:
        """What lies at an address, when a list of a sector is read."""
        if url not in self.lists or len(self.lists[url]) > limit:
            raise Unavailable("peer", "answered 404")
        return self.lists[url]

    def events(self) -> list[str]:
        return [chained.entry.event for chained in self.audit.tail(100)]


def bearer(token: str, kind: str = "application/json") -> WireRequest:
    """A request that shows a token."""
    return WireRequest(method="POST", headers={"authorization": f"Bearer {token}", "content-type": kind})


def body(said: Mapping[str, Any]) -> bytes:
    return json.dumps({name: value for name, value in said.items() if value is not None}).encode()


def told(answer: Answer, status: int) -> Told:
    """The document of an answer, which nobody may keep."""
    assert answer.status == status
    assert ("Cache-Control", "no-store") in answer.headers
    found: Told = json.loads(answer.body)
    return found


def challenge(error: WireError) -> str:
    return error.headers.get("WWW-Authenticate", "")
