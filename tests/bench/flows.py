"""Flows: what a client and a browser send for each thing that is measured. Keep-alive, no library in the way."""

import base64
import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from tests.bench.place import CLIENT, PASSWORD, REDIRECT_URI, SECRET, USERNAME, Place

FORM = "application/x-www-form-urlencoded"
BASIC = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()


class Caller:
    """One connection to the node, and the cookies of one browser."""

    def __init__(self, place: Place) -> None:
        self._host = place.host
        self._http = HTTPConnection("127.0.0.1", place.port)
        self._cookies: dict[str, str] = {}
        self._token = ""

    def livez(self) -> None:
        self._expect(200, *self._send("GET", "/livez"))

    def discovery(self) -> None:
        self._expect(200, *self._send("GET", "/.well-known/openid-configuration"))

    def sso(self) -> None:
        """A sign-in at a site with a session: authorize and token."""
        verifier = secrets.token_urlsafe(48)
        answer, _ = self._send("GET", self._authorize(verifier))
        self._redeem(answer, verifier)

    def sign_in(self) -> None:
        """A sign-in by somebody new: authorize, page, password, token."""
        self._cookies.clear()
        verifier = secrets.token_urlsafe(48)
        answer, _ = self._send("GET", self._authorize(verifier))
        page = urlsplit(answer.headers["Location"]).path
        _, body = self._send("GET", page)
        action = urlsplit(re.findall(rb'<form[^>]*action="([^"]+)"', body)[0].decode()).path
        form = urlencode({"username": USERNAME, "password": PASSWORD})
        answer, _ = self._send("POST", action, form)
        self._redeem(answer, verifier)

    def userinfo(self) -> None:
        headers = {"Authorization": f"Bearer {self._token}"}
        self._expect(200, *self._send("GET", "/userinfo", headers=headers))

    def _authorize(self, verifier: str) -> str:
        digest = hashlib.sha256(verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return (
            f"/authorize?client_id={CLIENT}&response_type=code&scope=openid%20profile&state=s&nonce=n"
            f"&redirect_uri={quote(REDIRECT_URI, safe='')}"
            f"&code_challenge={challenge}&code_challenge_method=S256"
        )

    def _redeem(self, answer: HTTPResponse, verifier: str) -> None:
        code = parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": REDIRECT_URI,
            "code_verifier": verifier,
        }
        answer, body = self._send("POST", "/token", urlencode(form), {"Authorization": BASIC})
        self._expect(200, answer, body)
        self._token = json.loads(body)["access_token"]

    def _send(
        self, method: str, path: str, body: str | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[HTTPResponse, bytes]:
        sent = {"Host": self._host, **(headers or {})}
        if body is not None:
            sent["Content-Type"] = FORM
        if self._cookies and path != "/token":
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        self._http.request(method, path, body, sent)
        answer = self._http.getresponse()
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, _, rest = line.partition("=")
            self._cookies[name] = rest.split(";")[0]
        return answer, answer.read()

    @staticmethod
    def _expect(status: int, answer: HTTPResponse, body: bytes) -> None:
        if answer.status != status:
            raise RuntimeError(f"answered {answer.status}: {body[:300]!r}")
