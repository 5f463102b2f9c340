"""Impostor: whoever stands between two servers, or speaks in the name of one. Signs with PyJWT, knows no manyou code.

The lawful twin of every forgery is the same token with nothing changed: it passes the same hands and is accepted.
"""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from idp.outbound import Reply
from tests.country.network import origin_of
from tests.country.world import World

Claims = dict[str, Any]
Change = Callable[[Claims], None]

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def nothing(_: Claims) -> None:
    """The lawful twin."""


class Impostor:
    """Signs in the name of `issuer`, with its own keys or with others, and changes its answers on their way.

    Args:
        asked_by: only answers to forms of this client are touched; without it, all are.
    """

    def __init__(self, world: World, issuer: str, *, asked_by: str | None = None) -> None:
        self.world, self.issuer = world, issuer
        self._asked_by = quote(asked_by or "", safe="").encode()
        self.stranger = ec.generate_private_key(ec.SECP256R1())

    def sign(self, claims: Claims, *, typ: str = "JWT", alg: str = "ES256", own: bool = True) -> str:
        """A token; `own=False` signs with a key that the issuer never had, under the kid of the true one."""
        key = self.world.nodes[self.issuer].records.rings.oidc().signer(self.world.clock(), alg)
        private = key.private if own else self.stranger
        assert isinstance(private, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey)
        return jwt.encode(claims, private, algorithm=alg, headers={"kid": key.kid, "typ": typ})

    def forge_id_tokens(self, change: Change = nothing, **signing: Any) -> None:
        """Every ID token of the issuer is changed and signed anew before it reaches whoever redeemed the code."""

        def forged(answer: Claims) -> None:
            claims = jwt.decode(answer["id_token"], options={"verify_signature": False})
            change(claims)
            answer["id_token"] = self.sign(claims, **signing)

        self.change_answers("/token", forged)

    def change_answers(self, path: str, change: Change) -> None:
        """Change the JSON with which the issuer answers at an endpoint to which forms are posted."""

        def intercept(method: str, url: str, body: bytes | None) -> Reply | None:
            if url != self.issuer + path or self._asked_by not in (body or b""):
                return None
            true = self.world.network.open(origin_of(url), method, url, headers=FORM, body=body)
            answer = json.loads(true.get_data())
            if true.status_code == 200:
                change(answer)
            return Reply(status=true.status_code, headers={}, body=json.dumps(answer).encode())

        self.world.network.intercept = intercept

    def answer(self, path: str, body: str, status: int = 200) -> None:
        """Answer at an address in place of the issuer."""

        def intercept(_method: str, url: str, sent: bytes | None) -> Reply | None:
            here = url == self.issuer + path and (sent is None or self._asked_by in sent)
            return Reply(status=status, headers={}, body=body.encode()) if here else None

        self.world.network.intercept = intercept

    def away(self) -> None:
        """No longer there."""
        self.world.network.intercept = None
