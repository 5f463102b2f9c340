"""Judge: owns the rules between settings: lifetimes, homes, peers, directories, files. Does not parse.

Each rule yields problems that say what to write instead, and which settings they read, so that a value
already known to be wrong is not judged a second time. Imports model, places and rotation.
"""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from adapters import kinds
from idp.settings.judge_trust import Problem, trust
from idp.settings.model import Directory, Settings
from idp.settings.rotation import misfits
from keys.public import why_missing

_NOT_LONGER = (
    ("code", "login", "a code outlives the sign-in it belongs to"),
    ("id_token", "session_absolute", "a token outlives the session it came from"),
    ("access_token", "session_absolute", "a token outlives the session it came from"),
    (
        "session_idle",
        "session_absolute",
        "a session ends at its absolute limit before that",
    ),
    ("login", "session_absolute", "a sign-in in progress outlives the session it makes"),
)


_SECURITY = tuple(
    f"directory.{name}" for name in ("url", "start_tls", "ca_file", "bind_dn", "bind_password_file", "name")
)


def rules(settings: Settings) -> Iterator[Problem]:
    """Every rule that needs no file."""
    yield from _lifetimes(settings)
    yield from _unused(settings)
    yield from _keys(settings)
    yield from _home(settings)
    yield from _peers(settings)
    yield from trust(settings)
    if settings.registration.dynamic and not settings.provider:
        text = "[registration] dynamic: relying parties register where people sign in; remove it here"
        yield Problem(text, ("registration", "accounts", "directory", "peer", "federation"))
    yield from _directories(settings)
    for text in misfits(settings):
        yield Problem(text, ("rotation", "lifetimes"))


def _lifetimes(settings: Settings) -> Iterator[Problem]:
    for short, long, why in _NOT_LONGER:
        limit = getattr(settings.lifetimes, long)
        if getattr(settings.lifetimes, short) > limit:
            names = (f"lifetimes.{short}", f"lifetimes.{long}")
            yield Problem(
                f"[lifetimes] {short}: is longer than {long}: {why}; write at most {short} = {limit}", names
            )


def _unused(settings: Settings) -> Iterator[Problem]:
    http = settings.http
    for name, here, other in (
        ("key_file", http.certificate_file, http.key_file),
        ("certificate_file", http.key_file, http.certificate_file),
    ):
        if here is not None and other is None:
            beside = "certificate_file" if name == "key_file" else "key_file"
            advice = "write both, or neither for a proxy that speaks TLS"
            yield Problem(f"[http] {name}: is missing beside {beside}; {advice}", ("http",))
    if settings.store.password_file is not None and settings.store.url == "embedded":
        text = "[store] password_file: is never used by an embedded store; remove it"
        yield Problem(text, ("store.url", "store.password_file"))


def _keys(settings: Settings) -> Iterator[Problem]:
    keys = settings.keys
    if "ES256" not in keys.algorithms:
        text = 'must have "ES256", which signs access tokens; write algorithms = ["ES256", …]'
        yield Problem(f"[keys] algorithms: {text}", ("keys.algorithms",))
    for alg in (*keys.algorithms, keys.federation_algorithm):
        if missing := why_missing(alg):
            yield Problem(f"[keys] {alg}: {missing}; take it out of the settings", ("keys",))
    for prefix in ("", "old_"):
        if getattr(keys, f"{prefix}kek_env") and getattr(keys, f"{prefix}passphrase_env"):
            text = f"[keys] {prefix}kek_env: stands beside {prefix}passphrase_env; keep one of them"
            yield Problem(text, ("keys",))
    token = {name: getattr(keys, name) for name in ("token_module", "token_label", "token_pin_file")}
    if any(token.values()) and not all(token.values()):
        absent = ", ".join(name for name, value in token.items() if not value)
        yield Problem(f"[keys] {absent}: is missing; a token needs module, label and PIN file", ("keys",))


def _home(settings: Settings) -> Iterator[Problem]:
    if settings.region is None and (settings.accounts.enabled or settings.directory):
        yield Problem(
            'region: is missing, but people have their accounts here; write for example region = "440000"',
            ("region", "accounts.enabled", "directory"),
        )
    if not settings.provider and settings.authority is None:
        yield Problem(
            "nobody can sign in here; write [accounts] enabled = true, a [[directory]] or a [[peer]], "
            "or [authority] for an anchor or another superior",
            ("accounts.enabled", "directory", "peer", "federation.regions", "authority"),
        )


def _peers(settings: Settings) -> Iterator[Problem]:
    for name, count in Counter(peer.issuer for peer in settings.peer).items():
        if count > 1:
            yield Problem(
                f"[[peer]] issuer: {name} is there {count} times; keep one of them", ("peer.issuer",)
            )
    for region, count in Counter(peer.region for peer in settings.peer).items():
        if count > 1 and region is None:
            text = f"[[peer]] region: {count} peers have none; such a peer is the hub, so keep one"
            yield Problem(text, ("peer.region",))
        elif count > 1:
            text = f"[[peer]] region: {region} is there {count} times; keep the one that is its home"
            yield Problem(text, ("peer.region",))
    for number, peer in enumerate(settings.peer, 1):
        if peer.issuer == settings.issuer:
            text = f"[[peer]] {number} issuer: is this node itself; remove this [[peer]]"
            yield Problem(text, ("peer.issuer", "issuer"))
        if peer.region is not None and peer.region == settings.region:
            text = f"[[peer]] {number} region: is this node's own; write the other's code, or none for a hub"
            yield Problem(text, ("peer.region", "region"))


def _directories(settings: Settings) -> Iterator[Problem]:
    for name, count in Counter(directory.name for directory in settings.directory).items():
        if count > 1:
            text = f"[[directory]] name: {name} is there {count} times; rename one"
            yield Problem(text, ("directory.name",))
    for directory in settings.directory:
        for text in _directory(directory):
            yield Problem(f'[[directory]] "{directory.name}" {text}', _SECURITY)


def _directory(directory: Directory) -> Iterator[str]:
    yield from kinds.problems(directory.outline())
    if directory.ca_file and not (directory.start_tls or directory.url.startswith("ldaps:")):
        yield "ca_file: is never used without TLS; write start_tls = true, or remove ca_file"


def files(settings: Settings) -> Iterator[Problem]:
    """Every file that the settings name and that must be there already."""
    for where, path, reads in _named(settings):
        if path is not None and (wrong := _unreadable(path)):
            yield Problem(f"{where}: {wrong}", (reads,))
    for directory in settings.directory:
        yield from _secrets(directory)
    for number, peer in enumerate(settings.peer, 1):
        if peer.jwks_file and (wrong := _unreadable(peer.jwks_file) or _no_keys(peer.jwks_file)):
            yield Problem(f"[[peer]] {number} jwks_file: {wrong}", ("peer.jwks_file",))
    for number, anchor in enumerate(settings.trust_anchor, 1):
        if wrong := _unreadable(anchor.jwks_file) or _no_keys(anchor.jwks_file):
            yield Problem(f"[[trust_anchor]] {number} jwks_file: {wrong}", ("trust_anchor.jwks_file",))


def _named(settings: Settings) -> Iterator[tuple[str, Path | None, str]]:
    yield "[http] certificate_file", settings.http.certificate_file, "http.certificate_file"
    yield "[http] key_file", settings.http.key_file, "http.key_file"
    yield "[store] password_file", settings.store.password_file, "store.password_file"
    yield "[keys] token_module", settings.keys.token_module, "keys.token_module"
    yield "[keys] token_pin_file", settings.keys.token_pin_file, "keys.token_pin_file"
    yield "[outbound] ca_file", settings.outbound.ca_file, "outbound.ca_file"
    for directory in settings.directory:
        where = f'[[directory]] "{directory.name}"'
        yield f"{where} bind_password_file", directory.bind_password_file, "directory.bind_password_file"
        yield f"{where} ca_file", directory.ca_file, "directory.ca_file"


def _secrets(directory: Directory) -> Iterator[Problem]:
    """What the adapter says once it sees what is in the files."""
    if any(
        path is not None and _unreadable(path) for path in (directory.bind_password_file, directory.ca_file)
    ):
        return
    known = set(kinds.problems(directory.outline()))
    for text in kinds.problems(directory.config()):
        if text not in known:
            yield Problem(f'[[directory]] "{directory.name}" {text}', _SECURITY)


def _unreadable(path: Path) -> str:
    try:
        with path.open("rb"):
            return ""
    except OSError as error:
        return f"{path} cannot be read ({error.strerror}); write the path of a file that is there"


def _no_keys(path: Path) -> str:
    advice = f"{path} has no federation keys; save the jwks that its `manyou federation show --json` prints"
    try:
        parsed = json.loads(path.read_bytes())
    except ValueError:
        return advice
    keys = parsed.get("keys") if isinstance(parsed, dict) else None
    if not isinstance(keys, list) or not keys or not all(isinstance(key, dict) for key in keys):
        return advice
    if any({"d", "k", "priv"} & key.keys() for key in keys):
        return f"{path} holds a private key; delete it there and save only the public jwks"
    return ""
