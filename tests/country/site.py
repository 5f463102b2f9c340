"""Site: a relying party as anybody would write one with public libraries only (Flask, PyJWT). Ours knows no manyou code."""

import base64
import hashlib
import json
import secrets
from typing import Any
from urllib.parse import urlencode

import jwt
from flask import Flask, Response, redirect, request

from tests.country.network import Network


class Site:
    """One relying party with sessions of its own.

    Args:
        secret: of client_secret_basic; without one it is a public client.
    """

    def __init__(self, network: Network, url: str, issuer: str, client_id: str, secret: str | None) -> None:
        self.url, self.issuer, self.client_id = url, issuer, client_id
        self._secret = secret
        self._network = network
        self._pending: dict[str, dict[str, str]] = {}
        self.sessions: dict[str, dict[str, Any]] = {}
        self.errors: list[dict[str, str]] = []
        self.logout_status = 200
        self.app = self._app()
        network.add(url, self.app)

    @property
    def redirect_uri(self) -> str:
        return f"{self.url}/callback"

    def discovery(self) -> dict[str, Any]:
        return self._json("GET", f"{self.issuer}/.well-known/openid-configuration")

    def start(self, **extra: str) -> tuple[str, dict[str, str]]:
        """The address of an authorization request, and what to remember of it."""
        kept = {name: secrets.token_urlsafe(24) for name in ("state", "nonce")}
        kept["verifier"] = secrets.token_urlsafe(48)
        digest = hashlib.sha256(kept["verifier"].encode()).digest()
        params = {
            "client_id": self.client_id,
            "response_type": "code",
            "redirect_uri": self.redirect_uri,
            "scope": "openid profile",
            "state": kept["state"],
            "nonce": kept["nonce"],
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            **extra,
        }
        return f"{self.discovery()['authorization_endpoint']}?{urlencode(params)}", kept

    def redeem(self, code: str, verifier: str, **changes: str) -> tuple[int, dict[str, Any]]:
        """The token request; status and answer."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": verifier,
            **({} if self._secret else {"client_id": self.client_id}),
            **changes,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if self._secret:
            pair = base64.b64encode(f"{self.client_id}:{self._secret}".encode()).decode()
            headers["Authorization"] = f"Basic {pair}"
        reply = self._network.send(
            "POST", self.discovery()["token_endpoint"], headers=headers, body=urlencode(form).encode()
        )
        return reply.status, json.loads(reply.body)

    def refresh(self, token: str, **changes: str) -> tuple[int, dict[str, Any]]:
        """A request with a refresh token; status and answer."""
        return self.call("token_endpoint", grant_type="refresh_token", refresh_token=token, **changes)

    def call(self, endpoint: str, **form: str) -> tuple[int, dict[str, Any]]:
        """A request at an endpoint that discovery names, with the site's own credential; status and answer."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if self._secret:
            pair = base64.b64encode(f"{self.client_id}:{self._secret}".encode()).decode()
            headers["Authorization"] = f"Basic {pair}"
        else:
            form["client_id"] = self.client_id
        url = self.discovery()[endpoint]
        reply = self._network.send("POST", url, headers=headers, body=urlencode(form).encode())
        return reply.status, json.loads(reply.body or b"{}")

    def userinfo(self, access_token: str) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {access_token}"}
        url = self.discovery()["userinfo_endpoint"]
        reply = self._network.send("GET", url, headers=headers, body=None)
        return reply.status, json.loads(reply.body or b"{}")

    def claims(self, id_token: str, nonce: str | None) -> dict[str, Any]:
        """Verify an ID token with PyJWT alone."""
        found: dict[str, Any] = jwt.decode(
            id_token,
            self._key(id_token),
            algorithms=["ES256", "RS256"],
            audience=self.client_id,
            issuer=self.issuer,
            options={"verify_exp": False, "verify_iat": False},
        )
        assert found.get("nonce") == nonce
        return found

    def _key(self, token: str) -> Any:
        keys = self._json("GET", self.discovery()["jwks_uri"])["keys"]
        kid = jwt.get_unverified_header(token)["kid"]
        return jwt.PyJWK(next(key for key in keys if key["kid"] == kid)).key

    def _json(self, method: str, url: str) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self._network.send(method, url, headers={}, body=None).body)
        return answer

    def _app(self) -> Flask:
        app = Flask(f"site-{self.client_id}")
        app.add_url_rule("/", "home", lambda: "home")
        app.add_url_rule("/login", "login", self._login)
        app.add_url_rule("/callback", "callback", self._callback)
        app.add_url_rule("/me", "me", self._me)
        app.add_url_rule("/logout", "logout", self._logout)
        app.add_url_rule("/backchannel-logout", "backchannel", self._backchannel, methods=["POST"])
        return app

    def _login(self) -> Any:
        url, kept = self.start(**request.args.to_dict())
        self._pending[kept["state"]] = kept
        return redirect(url, 303)

    def _callback(self) -> Any:
        answer = request.args.to_dict()
        kept = self._pending.pop(answer.get("state", ""), None)
        if kept is None or answer.get("iss") != self.issuer:
            return Response("not an answer to a question of ours", 400)
        if "error" in answer:
            self.errors.append(answer)
            return Response(json.dumps(answer), 403, content_type="application/json")
        status, tokens = self.redeem(answer["code"], kept["verifier"])
        if status != 200:
            return Response(json.dumps(tokens), 502, content_type="application/json")
        claims = self.claims(tokens["id_token"], kept["nonce"])
        _, more = self.userinfo(tokens["access_token"])
        cookie = secrets.token_urlsafe(16)
        self.sessions[cookie] = {**claims, **more, "id_token": tokens["id_token"]}
        response = redirect("/me", 303)
        response.set_cookie("site", cookie, httponly=True, samesite="Lax")
        return response

    def _me(self) -> Any:
        session = self.sessions.get(request.cookies.get("site", ""))
        if session is None:
            return Response("{}", 401, content_type="application/json")
        shown = {name: value for name, value in session.items() if name != "id_token"}
        return Response(json.dumps(shown), content_type="application/json")

    def _logout(self) -> Any:
        session = self.sessions.pop(request.cookies.get("site", ""), {})
        params = {"post_logout_redirect_uri": f"{self.url}/", "state": "bye", "client_id": self.client_id}
        if "id_token" in session:
            params["id_token_hint"] = session["id_token"]
        return redirect(f"{self.discovery()['end_session_endpoint']}?{urlencode(params)}", 303)

    def _backchannel(self) -> Any:
        if self.logout_status != 200:
            return Response(status=self.logout_status)
        token = request.form["logout_token"]
        claims = jwt.decode(
            token,
            self._key(token),
            algorithms=["ES256"],
            audience=self.client_id,
            issuer=self.issuer,
            options={"verify_exp": False, "verify_iat": False},
        )
        assert "http://schemas.openid.net/event/backchannel-logout" in claims["events"]
        gone = [cookie for cookie, one in self.sessions.items() if one["sid"] == claims["sid"]]
        for cookie in gone:
            del self.sessions[cookie]
        return Response(status=200)
