"""Founding: owns the first day of the country: settings, keys, clients, citizens. Does not start anything.

Does what an operator does with `manyou init`, `manyou federation show`, `manyou clients add` and so on, in
one go. Everything else a node makes for itself when it first starts. Does not start anything.
"""

import hashlib
import json
import os
import secrets
import time
import uuid
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path

from joserfc.jwk import ECKey

from idp.accounts import Account
from idp.client import Client
from idp.demo import authority, charter, directory
from idp.demo.census import ACCOUNTS_REGION, accounts
from idp.demo.places import Country, Place
from idp.demo.registration import Registration
from idp.passwords import Passwords
from idp.records.accounts import Accounts
from idp.records.clients import ClientRecords
from idp.records.database import Database
from idp.records.keys import KeyRecords
from idp.records.migrate import migrate
from keys.seal import create_kek
from keys.store import open_ring


def found(country: Country, *, store: Path) -> None:
    """Set up every node and portal in an empty folder.

    Args:
        country: the map.
        store: where Valkey's socket will be.
    """
    if country.tls:
        authority.issue(country.folder, ("localhost", *country.hosts))
    published = {node.name: _node(country, node, store) for node in country.nodes}
    for node in country.nodes:
        for peer in charter.peers(country, node):
            path = country.settings(node).with_name("peers") / f"{peer.name}.json"
            path.parent.mkdir(exist_ok=True)
            path.write_text(json.dumps(published[peer.name], indent=2))
    for portal in country.portals:
        _portal(country, portal)
    _citizens(country)


def _node(country: Country, node: Place, store: Path) -> Mapping[str, object]:
    """Make a node's folder, settings, database and federation key; returns the public keys."""
    settings = country.settings(node)
    (settings.parent / "data").mkdir(parents=True, mode=0o700)
    settings.write_text(charter.settings(country, node, store=store), "utf-8")
    if node.region == country.directory.region:
        _secret(settings.with_name("directory-password"), directory.BIND_PASSWORD)
    kek = create_kek(settings.parent / "data" / "kek")
    database = _database(country, node)
    migrate(database)
    ring = open_ring(
        KeyRecords(database),
        kek,
        purpose="federation",
        issuer=node.origin,
        algs=("ES256",),
        now=time.time(),
    )
    database.close()
    return ring.jwks(time.time())


def _portal(country: Country, portal: Place) -> None:
    """Register a portal at its province: the first proves itself with a secret, the others with a key."""
    node = country.node(portal.node or "")
    url = f"{portal.origin}/"
    agreed = Registration(
        url=url, issuer=node.origin, client_id=portal.name, auth_method="client_secret_basic"
    )
    client = Client(
        client_id=portal.name,
        name=portal.title,
        redirect_uris=(agreed.redirect_uri,),
        post_logout_redirect_uris=(agreed.signed_out_uri,),
        backchannel_logout_uri=f"{url}backchannel-logout",
        initiate_login_uri=f"{url}login",
        client_uri=url,
    )
    if portal is country.portals[0]:
        secret = secrets.token_urlsafe(32)
        agreed = replace(agreed, secret=secret)
        client = replace(client, secret_sha256=hashlib.sha256(secret.encode()).hexdigest())
    else:
        key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
        agreed = replace(agreed, auth_method="private_key_jwt", key=_text(key.as_dict(private=True)))
        public = {"keys": [_text(key.as_dict(private=False))]}
        client = replace(client, auth_method="private_key_jwt", jwks=public)
    database = _database(country, node)
    ClientRecords(database).add(client)
    database.close()
    (country.folder / portal.name).mkdir()
    _secret(country.folder / portal.name / "client.json", json.dumps(asdict(agreed), indent=2))


def _citizens(country: Country) -> None:
    """Open the local accounts."""
    node = next(node for node in country.provinces if node.region == ACCOUNTS_REGION)
    database, passwords = _database(country, node), Passwords()
    records = Accounts(database)
    for account in accounts():
        records.add(
            Account(
                id=str(uuid.uuid4()),
                username=account.username,
                password=passwords.hash(account.password),
                name=account.claims["name"],
                claims=account.claims,
                rl=account.rl,
            )
        )
    database.close()


def _database(country: Country, node: Place) -> Database:
    """Where the settings that we write put it."""
    return Database(f"sqlite:///{(country.folder / node.name / 'data' / 'manyou.sqlite').resolve()}")


def _secret(path: Path, text: str) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


def _text(jwk: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in jwk.items()}
