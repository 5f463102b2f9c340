"""Charter: owns the settings files of the country's nodes, as an operator would write them.

Does not make keys. Imports `places` only. The files are written once; what somebody changes in them
afterwards stays.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from idp.demo.authority import CERTIFICATE, KEY
from idp.demo.directory import BASE, BIND_DN, NAME
from idp.demo.places import Country, Place

# Seconds; short enough that an expiry can be watched, long enough to read a page.
_LIFETIMES = {
    "code": 60,
    "id_token": 120,
    "access_token": 120,
    "session_idle": 900,
    "session_absolute": 3600,
    "login": 900,
    "entity_configuration": 60,
}

# Seconds; a whole rotation of both rings, from the request until the old keys are gone, ends within five
# minutes. The schedule is short enough to be seen at work in an afternoon.
_ROTATION = {
    "document_age": 15,
    "replica_delay": 10,
    "skew": 3,
    "pin_window": 600,
    "rollback_window": 60,
    "oidc_period": 1800,
    "oidc_lead": 90,
    "federation_period": 86_400,
    "federation_lead": 90,
}


def peers(country: Country, node: Place) -> tuple[Place, ...]:
    """Whom a node knows: the hub knows the provinces, a province knows the hub, the anchor nobody."""
    if node is country.hub:
        return country.provinces
    return (country.hub,) if node in country.provinces else ()


def settings(country: Country, node: Place, *, store: Path) -> str:
    """The settings file of a node, in TOML.

    Args:
        country: the map.
        node: one of its nodes.
        store: Valkey's socket.
    """
    return "\n".join(_lines(country, node, store)) + "\n"


def _lines(country: Country, node: Place, store: Path) -> Iterator[str]:
    yield f"# {node.title['en']}: a node of the demo. Change what you like; it is read at every start."
    yield f"issuer = {_text(node.origin)}"
    if node.region:
        yield f"region = {_text(node.region)}"
    yield f"namespace = {_text(country.anchor.origin)}"
    yield from ("", "[name]", *_names(node))
    yield from ("", "[http]", f"listen = {_text(node.listen)}")
    if country.ca:
        yield from (f"certificate_file = {_text(f'../{CERTIFICATE}')}", f"key_file = {_text(f'../{KEY}')}")
        yield from ("", "[outbound]", f"ca_file = {_text(f'../{country.ca.name}')}")
    yield from ("", "[store]", f"url = {_text(f'unix://{store}')}", f"prefix = {_text(node.name)}")
    yield from ("", "[log]", 'file = "log.jsonl"')
    yield from ("", "[lifetimes]", *(f"{name} = {seconds}" for name, seconds in _LIFETIMES.items()))
    yield from ("", "[rotation]", *(f"{name} = {seconds}" for name, seconds in _ROTATION.items()))
    if node is country.anchor:
        yield from ("", "[authority]")
    if node.region == "330000":
        yield from ("", "[accounts]", "enabled = true")
    if node.region == country.directory.region:
        yield from _directory(country)
    for peer in peers(country, node):
        yield from ("", "[[peer]]", f"issuer = {_text(peer.origin)}", f'jwks_file = "peers/{peer.name}.json"')
        if peer.region:
            yield f"region = {_text(peer.region)}"
        yield from ("[peer.name]", *_names(peer))


def _directory(country: Country) -> Iterator[str]:
    place = country.directory
    yield from ("", "[[directory]]", f"name = {_text(NAME)}", 'kind = "ldap"')
    yield f"url = {_text(f'ldap://{place.listen}')}"
    yield f"base = {_text(BASE)}"
    yield f"bind_dn = {_text(BIND_DN)}"
    yield 'bind_password_file = "directory-password"'
    yield 'user_filter = "(uid={username})"'
    yield "rl = 3"
    if country.ca:
        yield from ("start_tls = true", f"ca_file = {_text(f'../{country.ca.name}')}")
    yield from ("[directory.label]", *_names(place))


def _names(place: Place) -> Iterator[str]:
    return (f"{language} = {_text(name)}" for language, name in place.title.items())


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
