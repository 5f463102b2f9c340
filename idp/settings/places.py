"""Places: owns what counts as a good address in the settings. Opens nothing. Imports nothing of ours.

Each check takes the written text and gives it back, or raises ValueError with what is wrong with it.
"""

import ipaddress
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

_SQLITE = "sqlite:///"


def is_loopback(host: str) -> bool:
    """Whether a host can only be this machine: `localhost`, names under it (RFC 6761 §6.3), 127/8, ::1."""
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _split(url: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(url)
        return parts, parts.port
    except ValueError as error:
        raise ValueError("is not a URL") from error


def _web(url: str) -> SplitResult:
    parts, _port = _split(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an https URL")
    if parts.username is not None or parts.password is not None:
        raise ValueError("must not carry a user name or password")
    if parts.query or parts.fragment or "?" in url or "#" in url:
        raise ValueError("must not have a query or fragment")
    if any(char.isspace() or char == "\\" or not char.isascii() for char in url) or url != url.strip():
        raise ValueError("has characters that a URL may not have (write the ASCII form of the host)")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("must use https outside loopback (http is for localhost, *.localhost, 127.0.0.1)")
    return parts


def issuer(url: str) -> str:
    """An issuer or entity id: an origin, https outside loopback (OIDC Discovery §3, OIDF §1.2)."""
    parts = _web(url)
    if parts.path:
        raise ValueError("must be an origin alone, without a path or a slash at its end")
    if parts.netloc != parts.netloc.lower():
        raise ValueError("must be written in lower case, since it is compared character by character")
    if _split(url)[1] == {"http": 80, "https": 443}[parts.scheme]:
        raise ValueError("must leave out its scheme's own port, since it is compared character by character")
    return url


def namespace(url: str) -> str:
    """The address under which the acr ladder is named."""
    if _web(url).path.endswith("/"):
        raise ValueError("must not end in a slash")
    return url


def listen(value: str) -> str:
    """`host:port`; the host is an address of this machine."""
    parts, port = _split(f"//{value}")
    if not parts.hostname or port is None or parts.netloc != value or "@" in value:
        raise ValueError("must be an address and a port")
    return value


def store(url: str) -> str:
    """`embedded`, `unix:///path`, `redis://host:port` or `rediss://…`; the password has a file of its own."""
    if url == "embedded":
        return url
    parts, _port = _split(url)
    if parts.password is not None:
        raise ValueError("must not carry a password: put it in a file and name that in password_file")
    if parts.scheme == "unix" and not parts.netloc and parts.path.startswith("/"):
        return url
    if parts.scheme not in ("redis", "rediss") or not parts.hostname:
        raise ValueError(
            'must be "embedded", "unix:///path/to/valkey.sock", "redis://host:6379" or "rediss://host:6380"'
        )
    if parts.scheme == "redis" and not is_loopback(parts.hostname):
        raise ValueError("must use rediss (TLS) outside loopback: it carries sessions")
    return url


def records(url: str, base: Path) -> str:
    """`sqlite:///path`, made absolute against the folder of the settings file."""
    if not url.startswith(_SQLITE) or len(url) == len(_SQLITE) or "?" in url:
        raise ValueError("must be sqlite:/// and a path")
    return f"{_SQLITE}{base / url.removeprefix(_SQLITE)}"


def directory(url: str) -> str:
    """`ldap://host:port` or `ldaps://host:port`."""
    parts, _port = _split(url)
    if parts.scheme not in ("ldap", "ldaps") or not parts.hostname:
        raise ValueError("must be an ldap or ldaps URL")
    if parts.username is not None or parts.path.strip("/") or parts.query:
        raise ValueError("must be scheme, host and port alone")
    return url
