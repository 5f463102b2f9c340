"""Members: a federation in memory: an anchor, and whoever it states something about."""

from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

from federation import entity
from federation.authority import Subordinate, Wide, statement_claims
from federation.authority.marks import MarkType, mark_claims
from federation.statement import TYP
from idp.demo.loopback import Reply, Unreachable
from keys.jose import sign
from keys.key import SigningKey, generate
from keys.ring import KeyRing
from tests.idp.demo.fake import Clock

ANCHOR = "http://anchor.localhost:8401"
MARK = f"{ANCHOR}/marks/portal"
LIFE = 600


def ring_of(entity_id: str, now: float) -> KeyRing:
    key = generate(alg="ES256", purpose="federation", issuer=entity_id, now=now, active_from=now)
    return KeyRing(purpose="federation", keys=(key,))


class Federation:
    """Answers for the anchor and its members; whoever is in `down` does not answer."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.ring = ring_of(ANCHOR, clock())
        self.below: dict[str, Subordinate] = {}
        self.configurations: dict[str, str] = {}
        self.marks: dict[tuple[str, str], str] = {}
        self.down: set[str] = set()
        self.asked: list[str] = []

    @property
    def key(self) -> SigningKey:
        return self.ring.keys[0]

    @property
    def pins(self) -> dict[str, Mapping[str, object]]:
        return {ANCHOR: self.ring.jwks(self.clock())}

    def enrol(self, entity_id: str, jwks: Mapping[str, object], **more: object) -> None:
        self.below[entity_id] = Subordinate(entity_id=entity_id, jwks=jwks, **more)  # type: ignore[arg-type]

    def publish(self, entity_id: str, ring: KeyRing, metadata: Mapping[str, Mapping[str, object]]) -> None:
        """What a member says of itself."""
        self.configurations[entity_id] = entity.configuration(
            entity_id=entity_id,
            ring=ring,
            metadata=metadata,
            authority_hints=[ANCHOR],
            now=self.clock(),
            lifetime=LIFE,
        )

    def issue(
        self, subject: str, *, mark_type: str = MARK, key: SigningKey | None = None, about: str = ""
    ) -> None:
        """A mark for a member, or what pretends to be one."""
        claims = mark_claims(
            MarkType(type=mark_type),
            issuer=ANCHOR,
            subject=about or subject,
            issued=int(self.clock()),
            expires=int(self.clock()) + LIFE,
        )
        self.marks[MARK, subject] = sign(key or self.key, claims, typ="trust-mark+jwt")

    def fetch(self, url: str, **_: object) -> Reply:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        self.asked.append(url)
        if origin in self.down:
            raise Unreachable(origin)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/.well-known/openid-federation":
            text = self._own() if origin == ANCHOR else self.configurations.get(origin)
            return _reply(text, "application/entity-statement+jwt")
        if origin == ANCHOR and parts.path == "/fetch":
            return _reply(self._about(query["sub"]), "application/entity-statement+jwt")
        if origin == ANCHOR and parts.path == "/mark":
            mark = self.marks.get((query["trust_mark_type"], query["sub"]))
            return _reply(mark, "application/trust-mark+jwt")
        return _reply(None, "")

    def _own(self) -> str:
        return entity.configuration(
            entity_id=ANCHOR,
            ring=self.ring,
            metadata={
                "federation_entity": {
                    "federation_fetch_endpoint": f"{ANCHOR}/fetch",
                    "federation_list_endpoint": f"{ANCHOR}/list",
                    "federation_trust_mark_endpoint": f"{ANCHOR}/mark",
                }
            },
            authority_hints=[],
            now=self.clock(),
            lifetime=LIFE,
            further={"trust_mark_issuers": {MARK: [ANCHOR]}},
        )

    def _about(self, subject: str) -> str | None:
        if subject not in self.below:
            return None
        now = int(self.clock())
        claims = statement_claims(
            self.below[subject],
            Wide(),
            issuer=ANCHOR,
            source_endpoint=f"{ANCHOR}/fetch",
            issued=now,
            expires=now + LIFE,
        )
        return sign(self.key, claims, typ=TYP)


def _reply(text: str | None, media_type: str) -> Reply:
    if text is None:
        return Reply(404, (("content-type", "application/json"),), b'{"error":"not_found"}')
    return Reply(200, (("content-type", media_type),), text.encode())
