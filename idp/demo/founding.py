"""Founding: owns the first day of the country: settings, keys, clients, citizens. Does not start anything.

Does what an operator does with `manyou init`, `manyou federation show`, `manyou clients add` and so on, in
one go; who is enrolled where is next door (`enrolment`). Everything else a node makes for itself when it
first starts.
"""

import hashlib
import json
import os
import secrets
import time
import uuid
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from joserfc.jwk import ECKey

from idp.accounts import Account
from idp.audit import Entry
from idp.client import Client
from idp.demo import authority, charter, directory, enrolment
from idp.demo.census import ACCOUNTS_REGION, accounts
from idp.demo.membership import Membership, join, to_json
from idp.demo.places import Country, Place
from idp.demo.registration import Registration
from idp.dynamic import initial_token
from idp.passwords import Passwords
from idp.records.accounts import Accounts
from idp.records.audit import AuditRecords
from idp.records.clients import ClientRecords
from idp.records.database import Database
from idp.records.initial_tokens import InitialTokenRecords
from idp.records.keys import KeyRecords
from idp.records.migrate import migrate
from idp.settings import load
from idp.wiring import open_office, open_records
from keys.seal import create_kek
from keys.store import open_ring

_PUSHES = ("portal-zj",)


def found(country: Country, *, store: Path) -> None:
    """Set up every node and portal in an empty folder.

    Args:
        country: the map.
        store: where Valkey's socket will be.
    """
    if country.tls:
        authority.issue(country.folder, ("localhost", *country.hosts))
    keys = {node.name: _node(country, node, store) for node in country.nodes}
    pins = keys[country.anchor.name]
    for node in country.nodes:
        if node is not country.anchor:  # handed over by people: never learned from the network
            country.settings(node).with_name(charter.PINS).write_text(json.dumps(pins, indent=2))
    for portal in country.portals:
        member = _portal(country, portal, pins)
        if member is not None:
            keys[portal.name] = member.ring.jwks(time.time())
    _citizens(country)
    enrolment.enrol(country, keys)


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
    open_ring(
        KeyRecords(database),
        kek,
        purpose="federation",
        issuer=node.origin,
        algs=("ES256",),
        now=time.time(),
    )
    if node in country.providers:
        _secret(settings.with_name(charter.LEAVE), _leave(database, node))
    database.close()
    return _with_standby(settings)


def _with_standby(settings: Path) -> Mapping[str, object]:
    """Publish the next federation key at once, so that it is pinned and certified from the first day."""
    node = load(settings, {}, check_files=False)
    records = open_records(node)
    open_office(node, records, time.time, "founding").announce("federation", None)
    jwks = records.rings.look("federation").ring.jwks(time.time())
    records.database.close()
    return jwks


def _leave(database: Database, node: Place) -> str:
    """Give leave to register, as `manyou clients token add` does; as many as anybody's suite of tests asks
    for, and for as long as a demo is kept."""
    now, audit = time.time(), AuditRecords(database, node.origin)
    token, kept = initial_token(note="demo.json", uses=1_000_000, now=now, life=3650 * 86_400)
    told = Entry(at=now, event="client.token_added", details={"token": kept.id, "uses": kept.uses})
    InitialTokenRecords(database, audit).add(kept, told)
    return token


def _portal(country: Country, portal: Place, pins: Mapping[str, object]) -> Membership | None:
    """Make a portal's folder: what it agreed on with its province, and what it holds as a member."""
    (country.folder / portal.name).mkdir()
    agreed = _by_hand(country, portal) if portal.superior is None else _by_chain(country, portal)
    _secret(country.folder / portal.name / "client.json", json.dumps(asdict(agreed), indent=2))
    if portal.superior is None:
        return None
    anchor = country.anchor.origin
    member = join(
        portal.origin,
        superiors=[country.node(portal.superior).origin],
        anchors={anchor: pins},
        marks=[(charter.portal_mark(country), anchor)],
        now=time.time(),
        lifetime=charter.STATEMENT_LIFE,
        poll=5,
    )
    _secret(country.folder / portal.name / "member.json", json.dumps(to_json(member), indent=2))
    return member


def _by_chain(country: Country, portal: Place) -> Registration:
    """Nobody registers it anywhere: it says who it is, and pushes its requests or sends them along."""
    key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
    return Registration(
        url=f"{portal.origin}/",
        issuer=country.node(portal.node or "").origin,
        client_id=portal.origin,
        auth_method="private_key_jwt",
        key={name: str(value) for name, value in key.as_dict(private=True).items()},
        requests="pushed" if portal.name in _PUSHES else "signed",
    )


def _by_hand(country: Country, portal: Place) -> Registration:
    """Register a portal at its province, as `manyou clients add` does."""
    node, url, secret = country.node(portal.node or ""), f"{portal.origin}/", secrets.token_urlsafe(32)
    agreed = Registration(
        url=url,
        issuer=node.origin,
        client_id=portal.name,
        auth_method="client_secret_basic",
        secret=secret,
    )
    client = Client(
        client_id=portal.name,
        name=portal.title,
        redirect_uris=(agreed.redirect_uri,),
        secret_sha256=hashlib.sha256(secret.encode()).hexdigest(),
        post_logout_redirect_uris=(agreed.signed_out_uri,),
        backchannel_logout_uri=f"{url}backchannel-logout",
        initiate_login_uri=f"{url}login",
        client_uri=url,
    )
    database = _database(country, node)
    ClientRecords(database).add(client)
    database.close()
    return agreed


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
