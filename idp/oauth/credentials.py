"""Credentials: owns who may call the token endpoint. Does not know grants.

Imports clients; assertions are next door. A client has exactly one registered method and uses exactly that
one. Every failure is the same `invalid_client` to an outsider, unknown clients included; what was wrong goes
to the log.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from urllib.parse import unquote_plus

from idp.client import AuthMethod, Client, Clients
from idp.errors import WireError
from idp.oauth.assertion import Assertions
from idp.oauth.faces import Party, Request

METHODS: tuple[AuthMethod, ...] = ("client_secret_basic", "client_secret_post", "private_key_jwt", "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """What a caller shows, unjudged."""

    method: AuthMethod
    client_id: str
    proof: str


class Credentials:
    """Judges the client of a token request.

    Args:
        issuer: ours; the realm of the challenge.
        clients: who is known.
        assertions: judges `private_key_jwt`.
    """

    def __init__(self, *, issuer: str, clients: Clients, assertions: Assertions) -> None:
        self._issuer = issuer
        self._clients = clients
        self._assertions = assertions

    def judge(self, request: Request) -> Party:
        """Return the client, authenticated.

        Raises:
            WireError: `invalid_client` (401, RFC 6749 §5.2), or `invalid_request` for two methods at once
                (§2.3).
        """
        form: Mapping[str, str] = request.form
        shown = self._presented(form, request.wire.headers.get("authorization"))
        client = self._clients.find(shown.client_id) if shown.client_id else None
        named = form.get("client_id")
        if client is None:
            # The same work as for a known client.
            hmac.compare_digest(hashlib.sha256(shown.proof.encode()).hexdigest(), "0" * 64)
            raise self._refusal("unknown client")
        if named is not None and named != shown.client_id:
            raise self._refusal("client_id differs from the authenticated client")
        if shown.method != client.auth_method:
            raise self._refusal(f"{shown.method} used, {client.auth_method} registered")
        self._prove(client, shown)
        request.auth_method = shown.method
        request.witness = partial(self._witness, client, shown)
        return Party(client)

    def _witness(self, client: Client, shown: Presented) -> str:
        """Which credential was proved, so that the same can be known again; empty where none was."""
        if shown.method == "none":
            return ""
        proof = (
            self._assertions.key_named(shown.proof)
            if shown.method == "private_key_jwt"
            else client.secret_sha256
        )
        return hashlib.sha256(f"{shown.method}\0{proof}".encode()).hexdigest()

    def _prove(self, client: Client, shown: Presented) -> None:
        if shown.method == "private_key_jwt":
            reason = self._assertions.refusal(client, shown.proof)
            if reason:
                raise self._refusal(reason)
        elif shown.method != "none" and not client.secret_matches(shown.proof):
            raise self._refusal("wrong secret")

    def _presented(self, form: Mapping[str, str], header: str | None) -> Presented:
        assertion = form.get("client_assertion")
        secret = form.get("client_secret")
        if sum(each is not None for each in (header, assertion, secret)) > 1:
            raise WireError("invalid_request", "authenticate the client by one method only")
        if header is not None:
            client_id, secret = self._basic(header)
            return Presented(method="client_secret_basic", client_id=client_id, proof=secret)
        client_id = form.get("client_id", "")
        if assertion is not None:
            if form.get("client_assertion_type") != Assertions.TYPE:
                raise self._refusal("client_assertion_type")
            claimed = client_id or self._assertions.claimed(assertion)
            return Presented(method="private_key_jwt", client_id=claimed, proof=assertion)
        if secret is not None:
            return Presented(method="client_secret_post", client_id=client_id, proof=secret)
        return Presented(method="none", client_id=client_id, proof="")

    def _basic(self, header: str) -> tuple[str, str]:
        """Read HTTP Basic; both halves are form-urlencoded before they are joined (RFC 6749 §2.3.1)."""
        scheme, _, encoded = header.partition(" ")
        try:
            text = base64.b64decode(encoded.strip(), validate=True).decode()
            client_id, _, secret = text.partition(":")
            if scheme.lower() != "basic":
                raise self._refusal("not HTTP Basic")
            return unquote_plus(client_id), unquote_plus(secret)
        except (binascii.Error, ValueError):
            raise self._refusal("HTTP Basic cannot be read") from None

    def _refusal(self, cause: str) -> WireError:
        return WireError(
            "invalid_client",
            "authenticate with the registered client_id, method and credential",
            status=401,
            cause=cause,
            headers={"WWW-Authenticate": f'Basic realm="{self._issuer}", charset="UTF-8"'},
        )
