"""Charter: owns the settings files of the country's nodes, as an operator would write them.

Does not make keys. Imports `places` only. The files are written once; what somebody changes in them
afterwards stays. Nobody knows anybody but the anchor, whose keys are handed to each node; all else comes by
chain.
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


# Seconds; short enough that a suspension or a mark that was taken back is noticed while somebody watches.
STATEMENT_LIFE = 60
_FEDERATION = {"event_poll": 5, "mark_poll": 5, "superior_poll": 5}
_AUTHORITY = {
    "statement_life": STATEMENT_LIFE,
    "mark_life": 120,
    "subordinate_poll": 5,
    "hold_down": 10,
    "approval": 10,
}

PINS = "anchor.json"
"""The anchor's federation keys, in a file beside the settings of each other node."""


LEAVE = "initial-access-token"
"""A token with which relying parties register themselves, in a file beside the settings of a provider."""


def portal_mark(country: Country) -> str:
    """The type of the trust mark that the provinces want of a portal that is known by chain."""
    return f"{country.anchor.origin}/marks/portal"


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
    if node in country.authorities:
        yield "threads = 2"
    if country.ca:
        yield from (f"certificate_file = {_text(f'../{CERTIFICATE}')}", f"key_file = {_text(f'../{KEY}')}")
        yield from ("", "[outbound]", f"ca_file = {_text(f'../{country.ca.name}')}")
    yield from ("", "[store]", f"url = {_text(f'unix://{store}')}", f"prefix = {_text(node.name)}")
    yield from ("", "[log]", 'file = "log.jsonl"')
    yield from ("", "[lifetimes]", *(f"{name} = {seconds}" for name, seconds in _LIFETIMES.items()))
    yield from ("", "[rotation]", *(f"{name} = {seconds}" for name, seconds in _ROTATION.items()))
    if node.region == "330000":
        yield from ("", "[accounts]", "enabled = true")
    if node.region == country.directory.region:
        yield from _directory(country)
    if node in country.providers:
        # Suites of tests register a relying party for each test.
        yield from ("", "[registration]", "dynamic = true", "per_minute = 600")
    yield from _trust(country, node)


def _trust(country: Country, node: Place) -> Iterator[str]:
    """Who is above, who is beside, and whether anybody is below."""
    if node.superior is not None:
        above = country.node(node.superior)
        yield from ("", "[[trust_anchor]]", f"entity_id = {_text(country.anchor.origin)}")
        yield f"jwks_file = {_text(PINS)}"
        yield from ("", "[federation]", f"authority_hints = [{_text(above.origin)}]")
        yield from (f"{name} = {seconds}" for name, seconds in _FEDERATION.items())
        if node is country.hub:
            yield "regions = true"
        if node in country.provinces:
            yield f"client_marks = [{_text(portal_mark(country))}]"
    if node in country.superiors:
        yield from ("", "[authority]", *(f"{name} = {seconds}" for name, seconds in _AUTHORITY.items()))
    if node in country.provinces:
        yield from (
            "",
            "[[peer]]",
            f"issuer = {_text(country.hub.origin)}",
            "[peer.name]",
            *_names(country.hub),
        )


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
