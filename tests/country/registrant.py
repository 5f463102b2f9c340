"""Registrant: a relying party that registers itself over HTTP, by discovery, as its library would."""

import json
from collections.abc import Mapping
from typing import Any

from idp.audit import Entry
from idp.dynamic import initial_token
from idp.outbound import Reply
from tests.country.world import World


class Registrant:
    """Somebody to whom an operator gave an initial access token."""

    def __init__(self, world: World, issuer: str, *, uses: int = 100) -> None:
        self._network, self.issuer = world.network, issuer
        self.token, kept = initial_token(note="library", uses=uses, now=world.clock(), life=3600)
        told = Entry(at=world.clock(), event="client.token_added")
        world.nodes[issuer].records.dynamic.initial.add(kept, told)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}

    def register(self, metadata: Mapping[str, Any]) -> dict[str, Any]:
        """What was registered."""
        discovery = self._network.send(
            "GET", f"{self.issuer}/.well-known/openid-configuration", headers={}, body=None
        )
        endpoint = json.loads(discovery.body)["registration_endpoint"]
        reply = self._network.send("POST", endpoint, headers=self.headers, body=json.dumps(metadata).encode())
        assert reply.status == 201, reply.body
        told: dict[str, Any] = json.loads(reply.body)
        return told

    def manage(self, one: Mapping[str, Any], method: str, metadata: Mapping[str, Any] | None = None) -> Reply:
        """One request to the client configuration endpoint, as the client."""
        bearer = f"Bearer {one['registration_access_token']}"
        headers = {"Authorization": bearer, "Content-Type": "application/json"}
        body = None if metadata is None else json.dumps(metadata).encode()
        return self._network.send(method, one["registration_client_uri"], headers=headers, body=body)
