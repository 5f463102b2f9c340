"""Clients: owns `manyou clients`: relying parties as an operator adds them. Imports desk, registration."""

import hashlib
import json
import secrets
import time
from pathlib import Path
from typing import Any, get_args

import click

from idp.cli.client_tokens import token
from idp.cli.desk import Desk, at_desk
from idp.cli.failure import Failure
from idp.client import GRANT_TYPES, INTROSPECTION, USERINFO_ALG, AuthMethod, Client
from idp.registration import metadata, problems
from idp.tokens import ID_TOKEN_ALGS
from keys.ring import KeyRing, signs


@click.group()
def clients() -> None:
    """Relying parties: the sites that citizens sign in to."""


clients.add_command(token)


@clients.command()
@click.option("--client-id", help="A name of your choice [random].")
@click.option("--name", required=True, help="What citizens read, in Chinese.")
@click.option("--name-en", help="The same in English [--name].")
@click.option("--redirect-uri", multiple=True, help="Exact; may be given many times.")
@click.option(
    "--auth-method",
    type=click.Choice(get_args(AuthMethod)),
    default="client_secret_basic",
    show_default=True,
    help="none makes a public client.",
)
@click.option(
    "--jwks", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Public keys, a file."
)
@click.option("--jwks-uri", help="Public keys, an address.")
@click.option("--post-logout-redirect-uri", multiple=True, help="Exact; may be given many times.")
@click.option("--backchannel-logout-uri", help="Where logout tokens go.")
@click.option("--initiate-login-uri", help="Where a sign-in can be started anew.")
@click.option("--client-uri", help="The site's own page.")
@click.option(
    "--id-token-alg",
    type=click.Choice(ID_TOKEN_ALGS),
    default="ES256",
    show_default=True,
    help="One of [keys] algorithms.",
)
@click.option("--userinfo-alg", type=click.Choice(ID_TOKEN_ALGS), help="Sign userinfo [plain JSON].")
@click.option("--refresh", is_flag=True, help="It gets refresh tokens, which end with the session.")
@click.option("--introspect", is_flag=True, help="A resource server: it may ask what any access token is.")
@click.option("--no-pkce", is_flag=True, help="For old confidential clients only.")
@click.option(
    "--consent",
    type=click.Choice(["implied", "ask"]),
    default="implied",
    show_default=True,
    help="ask: citizens agree once to what the site is told.",
)
@at_desk
def add(desk: Desk, **options: Any) -> None:
    """Register a relying party; prints its secret once."""
    secret = secrets.token_urlsafe(32) if options["auth_method"].startswith("client_secret") else None
    client = _client(secret, options)
    if client.auth_method != "private_key_jwt" and (client.jwks or client.jwks_uri):
        # Whoever gives keys wants them used: the default of --auth-method would make a secret instead.
        raise Failure(f"jwks: {client.auth_method} uses no keys; write private_key_jwt, or leave them out")
    if found := list(problems(client, desk.settings().keys.algorithms)):
        raise Failure("; ".join(found))
    with desk.records() as records:
        _signable(client, records.rings.oidc())
        if not records.clients.add(client):
            raise Failure(
                f"the client {client.client_id} is there already; choose another --client-id, or remove it"
            )
        records.audit.record("client.added", client=client.client_id, auth_method=client.auth_method)
    lines = [f"client_id      {client.client_id}"]
    if secret is not None:
        lines.append(f"client_secret  {secret}   (it is not kept: note it now)")
    desk.say(metadata(client, secret=secret), *lines)


@clients.command("list")
@at_desk
def list_(desk: Desk) -> None:
    """All relying parties."""
    with desk.records() as records:
        found = records.clients.list()
    desk.say([metadata(client) for client in found], *(_line(client) for client in found))


@clients.command()
@click.argument("client_id")
@at_desk
def show(desk: Desk, client_id: str) -> None:
    """One relying party."""
    with desk.records() as records:
        client = records.clients.find(client_id)
    if client is None:
        raise Failure(f"there is no client {client_id}; `manyou clients list` shows all")
    written = metadata(client)
    desk.say(written, *(f"{name:36} {_text(value)}" for name, value in written.items()))


@clients.command()
@click.argument("client_id")
@at_desk
def remove(desk: Desk, client_id: str) -> None:
    """Forget a relying party; within five seconds nobody can sign in there any more."""
    with desk.records() as records:
        if not records.clients.remove(client_id):
            raise Failure(f"there is no client {client_id}; `manyou clients list` shows all")
        records.audit.record("client.removed", client=client_id)
    desk.say({"client_id": client_id, "removed": True}, f"removed {client_id}")


def _client(secret: str | None, options: dict[str, Any]) -> Client:
    return Client(
        client_id=options["client_id"] or secrets.token_urlsafe(12),
        name={"zh": options["name"], "en": options["name_en"] or options["name"]},
        redirect_uris=options["redirect_uri"],
        auth_method=options["auth_method"],
        secret_sha256=hashlib.sha256(secret.encode()).hexdigest() if secret else "",
        jwks=_jwks(options["jwks"]),
        jwks_uri=options["jwks_uri"],
        id_token_alg=options["id_token_alg"],
        pkce=not options["no_pkce"],
        consent=options["consent"],
        post_logout_redirect_uris=options["post_logout_redirect_uri"],
        backchannel_logout_uri=options["backchannel_logout_uri"],
        initiate_login_uri=options["initiate_login_uri"],
        client_uri=options["client_uri"],
        extra=_extra(options),
    )


def _extra(options: dict[str, Any]) -> dict[str, object]:
    said = {
        USERINFO_ALG: options["userinfo_alg"],
        "grant_types": list(GRANT_TYPES) if options["refresh"] else None,
        INTROSPECTION: options["introspect"] or None,
    }
    return {name: value for name, value in said.items() if value is not None}


def _signable(client: Client, ring: KeyRing) -> None:
    now = time.time()
    for alg in {client.id_token_alg, client.userinfo_alg or client.id_token_alg}:
        if not any(key.alg == alg and signs(key, now) for key in ring.keys):
            raise Failure(f"no key of {alg} signs yet; `manyou keys plan` says when one will")


def _jwks(path: Path | None) -> dict[str, Any] | None:
    if path is None:
        return None
    try:
        found = json.loads(path.read_bytes())
    except ValueError as error:
        raise Failure(f'--jwks: {path} is not JSON; write {{"keys": […]}} into it') from error
    if not isinstance(found, dict):
        raise Failure(f'--jwks: {path} is no key set; write {{"keys": […]}} into it')
    return found


def _line(client: Client) -> str:
    first, name = next(iter(client.redirect_uris), "-"), client.name.get("zh", "")
    return f"{client.client_id:24} {client.auth_method:20} {name}  {first}"


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
