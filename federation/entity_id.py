"""Entity id: owns what an entity identifier looks like (OIDF §1.2) and where its configuration lies (§9)."""

import ipaddress
from urllib.parse import urlsplit

WELL_KNOWN = "/.well-known/openid-federation"


def is_entity_id(text: str) -> bool:
    """Whether the text is an https URL with a host, without query, fragment or user; http for loopback hosts
    only."""
    if not text.isascii() or not text.isprintable() or any(sign in text for sign in " ?#\\"):
        return False
    try:
        url = urlsplit(text)
        host, _ = url.hostname, url.port
    except ValueError:
        return False
    if not host or "@" in url.netloc or len(text) > 2048:
        return False
    return url.scheme == "https" or (url.scheme == "http" and _loopback(host))


def configuration_url(entity_id: str) -> str:
    """Where the entity publishes its configuration: appended to the path, one trailing slash dropped."""
    return entity_id.removesuffix("/") + WELL_KNOWN


def _loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
