"""A provider with everything it needs, in memory, and a relying party that speaks to it."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, quote_plus, urlsplit

from idp.answer import Answer
from idp.citizen import Citizen
from idp.client import Client
from idp.families import Families
from idp.grant import Grants
from idp.oauth import metadata
from idp.oauth.asked import Approval, Checked
from idp.oauth.partykeys import PartyKeys
from idp.oauth.provider import Provider
from idp.oauth.wire import WireRequest
from idp.tokens import Tokens
from keys.key import SigningKey, generate
from keys.ring import KeyRing
from tests.idp.oauth.memory import NOW, Clock, MemoryEndings, MemoryStore, Register
from tests.idp.pens import pen

ISSUER = "http://gd.localhost:8410"
NAMESPACE = "http://anchor.localhost:8401"
SECRET = "s3cret-of-the-portal"
CALLBACK = "http://portal.localhost:8411/callback"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
SESSION = "session:abc"

# RSA keys take a second to make, so the tests share one ring.
OIDC = tuple(
    generate(alg=alg, purpose="oidc", issuer=ISSUER, now=NOW - 9_000, active_from=NOW - 9_000)
    for alg in ("ES256", "RS256")
)
THEIRS = generate(alg="ES256", purpose="oidc", issuer="rp", now=NOW - 9_000, active_from=NOW - 9_000)


PORTAL = Client(
    client_id="portal",
    name={"zh": "门户", "en": "Portal"},
    redirect_uris=(CALLBACK, "http://portal.localhost:8411/other?keep=a%20b"),
    secret_sha256=hashlib.sha256(SECRET.encode()).hexdigest(),
)
REFRESHING = replace(
    PORTAL, client_id="refreshing", extra={"grant_types": ["authorization_code", "refresh_token"]}
)
NATIVE = Client(
    client_id="native",
    name={"zh": "应用", "en": "App"},
    redirect_uris=("http://127.0.0.1:7000/cb", "cn.gov.app:/cb"),
    auth_method="none",
)

CITIZEN = Citizen(
    source="directory:civil",
    local_id="uid-0007",
    rl=3,
    acr="realname",
    amr=("pwd",),
    auth_time=int(NOW) - 60,
    idp=ISSUER,
    home_region="440000",
)
CLAIMS: Mapping[str, object] = {
    "name": "李小明",
    "family_name": "李",
    "email": "li@example.org",
    "email_verified": True,
    "phone_number": "+8613800000000",
    "address": {"region": "广东省"},
    "iss": "https://evil.example",
    "exp": 0,
    "department": "户政",
}


@dataclass
class Place:
    """The provider and what stands round it."""

    clock: Clock = field(default_factory=Clock)
    register: Register = field(default_factory=lambda: Register(PORTAL, REFRESHING, NATIVE))
    remote: dict[str, Mapping[str, object]] = field(default_factory=dict)
    signed: Mapping[str, object] = field(default_factory=dict)
    endings: MemoryEndings = field(default_factory=MemoryEndings)

    def __post_init__(self) -> None:
        self.store = MemoryStore(self.clock)
        self.ring = KeyRing(purpose="oidc", keys=OIDC)
        self.tokens = Tokens(
            issuer=ISSUER,
            namespace=NAMESPACE,
            id_token=300,
            access_token=600,
            pen=pen(lambda: self.ring, self.clock),
            ring=lambda: self.ring,
            clock=self.clock,
        )
        self.grants = Grants(
            self.store, key=b"k" * 32, code_lifetime=60, token_lifetime=600, refresh_idle=3_600
        )
        self.families = Families(self.grants, grace=10, endings=self.endings, clock=self.clock)
        self.provider = Provider(
            issuer=ISSUER,
            clients=self.register,
            store=self.store,
            grants=self.grants,
            families=self.families,
            tokens=self.tokens,
            secret=b"p" * 32,
            keys=PartyKeys(lambda uri, _kid: self.remote[uri], lambda *_: self.signed),
            clock=self.clock,
            discovery=metadata.document(
                ISSUER,
                acr_values=(f"{NAMESPACE}/acr/realname",),
                ui_locales=("zh", "en"),
                algorithms=("ES256", "RS256"),
            ),
        )
        self.store.put(SESSION, b"alive", 3_600)

    def ask(self, client: Client = PORTAL, /, **changes: str | None) -> dict[str, str]:
        """Return lawful authorization parameters, changed; None leaves one out."""
        params: dict[str, str | None] = {
            "client_id": client.client_id,
            "redirect_uri": client.redirect_uris[0],
            "response_type": "code",
            "scope": "openid profile email",
            "state": "st&te",
            "nonce": "n0nce",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            **changes,
        }
        return {name: value for name, value in params.items() if value is not None}

    def check(self, client: Client = PORTAL, /, **changes: str | None) -> Checked:
        return self.provider.check(self.ask(client, **changes))

    def approve(self, **changes: Any) -> Approval:
        approval = Approval(
            citizen=CITIZEN,
            claims=CLAIMS,
            session_key=SESSION,
            sid="sid-portal",
            session_expiry=int(NOW) + 3_600,
        )
        return replace(approval, **changes)

    def code(self, client: Client = PORTAL, /, **changes: str | None) -> str:
        """Return the code of a lawful request."""
        return params_of(self.provider.issue(self.check(client, **changes), self.approve()))["code"]

    def redeem(
        self,
        code: str,
        client: Client = PORTAL,
        /,
        *,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        **changes: str | None,
    ) -> Answer:
        """Redeem a code by a lawful request, changed; None leaves a parameter out."""
        form: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": client.redirect_uris[0],
            "code_verifier": VERIFIER,
            **({"client_id": client.client_id} if client.public else {}),
            **changes,
        }
        if headers is None:
            headers = basic(client.client_id, SECRET) if client.auth_method == "client_secret_basic" else {}
        return self.provider.token(
            WireRequest(
                method="POST",
                path="/token",
                form={name: value for name, value in form.items() if value is not None},
                query=query or {},
                headers=headers,
            )
        )

    def refresh(self, token: str, client: Client = PORTAL, /, **changes: str | None) -> Answer:
        """Use a refresh token by a lawful request, changed; None leaves a parameter out."""
        named: dict[str, str | None] = {"client_id": client.client_id} if client.public else {}
        form: dict[str, Any] = {"grant_type": "refresh_token", "refresh_token": token, **named, **changes}
        return self.provider.token(self.post(client, **form))

    def post(
        self, client: Client = PORTAL, /, *, headers: Mapping[str, str] | None = None, **form: str | None
    ) -> WireRequest:
        """A request of a client that shows its registered credential."""
        shown = {} if client.public else basic(client.client_id, SECRET)
        return WireRequest(
            method="POST",
            form={name: value for name, value in form.items() if value is not None},
            headers={**shown, **(headers or {})},
        )

    def sign_in(self, client: Client = PORTAL, /, **changes: str | None) -> dict[str, Any]:
        """Walk the whole flow; the token response."""
        return json_of(self.redeem(self.code(client, **changes), client))

    def userinfo(self, token: str) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {token}"}
        return json_of(self.provider.userinfo(WireRequest(method="GET", path="/userinfo", headers=headers)))


def basic(client_id: str, secret: str) -> dict[str, str]:
    """Return the header of RFC 6749 §2.3.1."""
    pair = f"{quote_plus(client_id)}:{quote_plus(secret)}"
    return {"authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def json_of(answer: Answer) -> dict[str, Any]:
    assert answer.status == 200
    body: dict[str, Any] = json.loads(answer.body)
    return body


def location(answer: Answer) -> str:
    assert answer.status == 303
    return dict(answer.headers)["Location"]


def params_of(answer: Answer) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(location(answer)).query, strict_parsing=True))


def jwks_of(*keys: SigningKey) -> Mapping[str, object]:
    return {"keys": [dict(key.public) for key in keys]}
