"""Settings of an LDAP directory: owns what is right and wrong in them. Connects to nothing."""

import ipaddress
import re
import ssl
from pathlib import Path
from urllib.parse import urlsplit

from ldap3.core.exceptions import LDAPExceptionError
from ldap3.operation.search import parse_filter

from adapters import mapping
from adapters.config import DirectoryConfig
from adapters.ldap import dn

_PLACE = "{username}"


def problems(config: DirectoryConfig) -> list[str]:
    """Everything wrong with these settings, each with what to write instead."""
    found = [*_url(config), *_tls(config)]
    found += [
        f"{key}: write a DN such as {sample}" for key, text, sample in _names(config) if not _is_dn(text)
    ]
    if not config.bind_password:
        found.append("bind_password_file: the service account needs a password; an empty one binds as nobody")
    if _PLACE not in config.user_filter or not _is_filter(config.user_filter):
        found.append(f"user_filter: write a filter with {_PLACE} in it, such as (uid={_PLACE})")
    if not 0 < config.deadline <= 30:
        found.append("deadline: write between 0 and 30 seconds")
    try:
        mapping.read(config.claims)
    except ValueError as error:
        found.append(f"claims: {error}")
    return found


def loopback(host: str) -> bool:
    """Whether this host is the machine itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _url(config: DirectoryConfig) -> list[str]:
    try:
        url = urlsplit(config.url)
        host, _ = url.hostname, url.port
    except ValueError:
        return ["url: write ldaps://host or ldap://host:port"]
    if (
        url.scheme not in ("ldap", "ldaps")
        or not host
        or url.path not in ("", "/")
        or url.query
        or url.username
    ):
        return ["url: write ldaps://host or ldap://host:port"]
    if url.scheme == "ldap" and not config.start_tls and not loopback(host):
        # every sign-in would send a password in clear
        return [f"url: plain ldap:// is for this machine only; write ldaps://{host} or set start_tls = true"]
    if url.scheme == "ldaps" and config.start_tls:
        return ["start_tls: an ldaps:// connection is TLS from the start; remove it"]
    return []


def _tls(config: DirectoryConfig) -> list[str]:
    if not config.ca_file:
        return []
    if not Path(config.ca_file).is_file():
        return [f"ca_file: there is no file {config.ca_file}"]
    try:
        ssl.create_default_context(cafile=config.ca_file)
    except ssl.SSLError:
        return [f"ca_file: {config.ca_file} holds no PEM certificates"]
    return []


def _names(config: DirectoryConfig) -> list[tuple[str, str, str]]:
    return [
        ("base", config.base, "ou=people,dc=gd,dc=example"),
        ("bind_dn", config.bind_dn, "cn=manyou,ou=services,dc=gd,dc=example"),
    ]


def _is_dn(text: str) -> bool:
    try:
        return bool(dn.parse(text))
    except dn.BadDn:
        return False


def _is_filter(template: str) -> bool:
    try:
        parse_filter(template.replace(_PLACE, "x"), None, True, True, None, False)
    except (LDAPExceptionError, ValueError, IndexError):
        return False
    return re.search(r"=[^()]*\{username\}", template) is not None
