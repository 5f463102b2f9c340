"""Stranger: owns a site that nobody enrolled, and that does everything else right. Imports the leaf's rooms.

It names a superior that never heard of it, and asks with a perfect request.
"""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Flask, Response
from joserfc.jwk import ECKey

from federation.resolve import Resolver
from idp.demo.leaf import MEDIA_TYPE, PATH, Leaf, metadata
from idp.demo.loopback import Reply
from idp.demo.membership import Jwks, join
from idp.demo.places import LOOPBACK
from idp.demo.registration import Registration
from idp.demo.relying import RelyingParty
from idp.demo.trusted import TrustedProvider
from idp.demo.web import serve

_NAME = {"zh": "陌生网站", "en": "A stranger"}


@contextmanager
def knocking(
    issuer: str, *, anchors: dict[str, Jwks], resolver: Resolver, fetch: Callable[..., Reply]
) -> Iterator[tuple[str, str]]:
    """The site's origin, and the address of its request at a provider, while the site answers.

    Args:
        issuer: the provider, which it also names as its superior.
        anchors: the keys that it pins.
        resolver: finds the provider's chain.
        fetch: makes one HTTP request.
    """
    port = _free_port()
    origin = f"http://stranger.localhost:{port}"
    key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
    agreed = Registration(
        url=f"{origin}/",
        issuer=issuer,
        client_id=origin,
        auth_method="private_key_jwt",
        key={name: str(value) for name, value in key.as_dict(private=True).items()},
        requests="signed",
    )
    member = join(
        origin, superiors=[issuer], anchors=anchors, marks=(), now=time.time(), lifetime=60, poll=60
    )
    known = TrustedProvider(issuer, resolver, time.time)
    leaf = Leaf(member, metadata(agreed, _NAME), chain=known.chain, fetch=fetch, clock=time.time)
    app = Flask(__name__, static_folder=None)
    app.add_url_rule(PATH, "entity", lambda: Response(leaf.configuration(), content_type=MEDIA_TYPE))
    server = serve(app, port, None)
    try:
        address, _ = RelyingParty(agreed, clock=time.time, fetch=fetch, known=known).start({})
        yield origin, address
    finally:
        server.shutdown()
        server.server_close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port
