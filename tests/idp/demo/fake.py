"""A provider in memory: says what a portal needs to hear, and can be told to lie."""

import base64
import hashlib
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from joserfc.jwk import ECKey

from idp.demo.loopback import Reply

ISSUER = "http://op.localhost:9000"
CLIENT = "portal"


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class FakeProvider:
    """Answers like an OpenID provider; `lie` changes ID token claims before they are signed."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.key = ECKey.generate_key("P-256", {"kid": "one", "use": "sig", "alg": "ES256"})
        self.asked: dict[str, str] = {}
        self.lie: dict[str, Any] = {}
        self.profile: dict[str, Any] = {"sub": "s-1", "name": "王小禾"}
        self.assertions: list[str] = []
        self.basic: list[str] = []
        self.fetched: list[str] = []
        self.kid = "one"
        self.client = CLIENT
        self.outside: dict[str, str] = {}
        self.request_object = ""
        self.par_error: dict[str, str] = {}

    def follow(self, address: str) -> dict[str, str]:
        """What the browser does: remember the request, come back with code, state and iss."""
        self.outside = _form(urlsplit(address).query)
        if "request" in self.outside:
            self.request_object = self.outside["request"]
        signed = "request" in self.outside or "request_uri" in self.outside
        self.asked = _unverified(self.request_object) if signed else self.outside
        return {"code": "c-1", "state": self.asked["state"], "iss": ISSUER}

    def fetch(
        self,
        url: str,
        *,
        method: str = "GET",
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        """The whole server."""
        path = urlsplit(url).path
        self.fetched.append(path)
        headers = headers or {}
        if path == "/.well-known/openid-configuration":
            return _json({**self.metadata(), "jwks_uri": f"{ISSUER}/jwks"})
        if path == "/jwks":
            return _json({"keys": [self.key.as_dict(private=False)]})
        if path == "/userinfo":
            assert headers["Authorization"] == "Bearer at-1"
            return _json(self.profile)
        form = _form((body or b"").decode())
        if (path, method) == ("/par", "POST"):
            self.request_object = form["request"]
            if self.par_error:
                return _json(self.par_error, status=400)
            return _json({"request_uri": "urn:pushed:1", "expires_in": 90}, status=201)
        assert (path, method) == ("/token", "POST")
        return self._token(form, headers)

    def metadata(self) -> dict[str, Any]:
        """What is said of us, but for the keys."""
        return {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "userinfo_endpoint": f"{ISSUER}/userinfo",
            "pushed_authorization_request_endpoint": f"{ISSUER}/par",
            "end_session_endpoint": f"{ISSUER}/leave",
        }

    def sign(
        self, claims: dict[str, Any], *, typ: str = "JWT", kid: str | None = None, key: ECKey | None = None
    ) -> str:
        """A token signed by us (or by somebody else)."""
        private = (key or self.key).as_pem(private=True)
        return jwt.encode(claims, private, "ES256", headers={"kid": kid or self.kid, "typ": typ})

    def logout_token(self, **changes: Any) -> str:
        """A logout token; a change to None removes the claim."""
        now = int(self.clock())
        claims = {
            "iss": ISSUER,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 120,
            "jti": "j-1",
            "sid": "sid-1",
            "sub": "s-1",
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
            **changes,
        }
        return self.sign({k: v for k, v in claims.items() if v is not None}, typ="logout+jwt")

    def _token(self, form: dict[str, str], headers: dict[str, str]) -> Reply:
        challenge = hashlib.sha256(form["code_verifier"].encode()).digest()
        assert base64.urlsafe_b64encode(challenge).rstrip(b"=").decode() == self.asked["code_challenge"]
        assert form["redirect_uri"] == self.asked["redirect_uri"]
        if "client_assertion" in form:
            self.assertions.append(form["client_assertion"])
        if "Authorization" in headers:
            self.basic.append(base64.b64decode(headers["Authorization"].split()[1]).decode())
        if form["code"] != "c-1":
            return _json({"error": "invalid_grant"}, status=400)
        now = int(self.clock())
        half = base64.urlsafe_b64encode(hashlib.sha256(b"at-1").digest()[:16]).rstrip(b"=").decode()
        claims = {
            "iss": ISSUER,
            "sub": "s-1",
            "aud": self.client,
            "iat": now,
            "exp": now + 120,
            "auth_time": now,
            "nonce": self.asked["nonce"],
            "sid": "sid-1",
            "acr": f"{ISSUER}/acr/realname",
            "at_hash": half,
            **self.lie,
        }
        token = self.sign({k: v for k, v in claims.items() if v is not None})
        return _json({"access_token": "at-1", "token_type": "Bearer", "id_token": token})


def _form(text: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(text).items()}


def _unverified(token: str) -> dict[str, str]:
    claims: dict[str, str] = jwt.decode(token, options={"verify_signature": False})
    return claims


def _json(document: dict[str, Any], status: int = 200) -> Reply:
    return Reply(status, (("content-type", "application/json"),), json.dumps(document).encode())
