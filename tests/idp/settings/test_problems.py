"""Every mistake in a settings file is named together with all others, with what to write instead."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from idp.settings import SettingsError, load
from tests.certificates import throwaway

GOOD = """
issuer = "http://gd.localhost:8410"
region = "440000"
namespace = "http://anchor.localhost:8401"
name = { zh = "广东省", en = "Guangdong" }
accounts = { enabled = true }
"""
DIRECTORY = """
[[directory]]
name = "civil"
url = "ldaps://ldap.gd.example"
base = "dc=gd"
bind_dn = "cn=manyou,dc=gd"
bind_password_file = "secret"
label = { zh = "公务员", en = "Civil service" }
"""
HUB = """
[[peer]]
issuer = "http://hub.localhost:8402"
jwks_file = "hub.json"
name = { zh = "枢纽", en = "Hub" }
"""
ISSUER = "http://gd.localhost:8410"
ANCHORED = """
[[trust_anchor]]
entity_id = "https://anchor.example"
jwks_file = "anchor.json"
"""
KEYS = '{"keys": [{"kty": "EC", "crv": "P-256", "x": "a", "y": "b", "kid": "c"}]}'


def problems(folder: Path, text: str, environ: Mapping[str, str] | None = None) -> list[str]:
    """What `load` says about a settings file."""
    path = folder / "manyou.toml"
    (folder / "secret").write_text("hunter2", encoding="utf-8")
    (folder / "empty").write_text("", encoding="utf-8")
    (folder / "anchor.json").write_text(KEYS, encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        load(path, environ or {})
    return refused.value.problems


def without(line: str) -> str:
    """The good file with the lines that start so left out."""
    return "\n".join(kept for kept in GOOD.splitlines() if not kept.startswith(line))


def instead(name: str, value: str) -> str:
    """The good file with another value."""
    return f"{name} = {value}\n{without(name)}"


URLS = {
    "an issuer outside loopback needs https": (
        "http://id.example.cn",
        "must use https outside loopback (http is for localhost, *.localhost, 127.0.0.1)",
    ),
    "a name that only ends like localhost is outside": (
        "http://evillocalhost",
        "must use https outside loopback",
    ),
    "an issuer has no path": ("https://id.example.cn/x", "must be an origin alone, without a path"),
    "an issuer has no slash at its end": (
        "https://id.example.cn/",
        "must be an origin alone, without a path",
    ),
    "an issuer has no query": ("https://id.example.cn?", "must not have a query or fragment"),
    "an issuer carries no user": ("https://me@id.example.cn", "must not carry a user name or password"),
    "an issuer is lower case": ("https://ID.example.cn", "must be written in lower case"),
    "an issuer leaves its scheme's port out": (
        "https://id.example.cn:443",
        "must leave out its scheme's own port",
    ),
    "an issuer is ASCII": ("https://身份.example.cn", "has characters that a URL may not have"),
    "an issuer has no blank": ("https://id.example.cn ", "has characters that a URL may not have"),
    "an issuer is a web address": ("ftp://id.example.cn", "must be an https URL"),
    "an issuer has a port that is a number": ("https://id.example.cn:x", "is not a URL"),
}


@pytest.mark.parametrize("case", URLS)
def test_an_issuer_is_an_origin(tmp_path: Path, case: str) -> None:
    url, said = URLS[case]
    (found,) = problems(tmp_path, instead("issuer", f'"{url}"'))
    assert found.startswith(f"issuer: {said}")
    assert found.endswith('; write for example issuer = "https://id.gd.example.cn"')


CASES = {
    "a missing issuer": (
        without("issuer"),
        'issuer: is missing; write for example issuer = "https://id.gd.example.cn"',
    ),
    "a missing name": (
        without("name ="),
        'name: is missing; write for example name = { zh = "广东省", en = "Guangdong" }',
    ),
    "half a name": (
        instead("name ", '{ zh = "广东省" }'),
        '[name] en: is missing; write for example en = "Guangdong"',
    ),
    "an empty name": (
        instead("name ", '{ zh = "", en = "x" }'),
        '[name] zh: must not be empty; write for example zh = "广东省"',
    ),
    "a name that fills the page": (
        instead("name ", f'{{ zh = "{"广" * 101}", en = "x" }}'),
        '[name] zh: must have at most 100 characters; write for example zh = "广东省"',
    ),
    "a number where text belongs": (
        instead("region", "440000"),
        'region: must be text; write for example region = "440000"',
    ),
    "a region that is a word": (
        instead("region", '"gd"'),
        'region: must be the six digits of a GB/T 2260 code; write for example region = "440000"',
    ),
    "people without a region": (
        without("region"),
        'region: is missing, but people have their accounts here; write for example region = "440000"',
    ),
    "nobody to sign in": (
        without("accounts"),
        "nobody can sign in here; write [accounts] enabled = true, a [[directory]] or a [[peer]], or [authority] for an "
        "anchor or another superior",
    ),
    "a namespace with a slash": (
        instead("namespace", '"https://a.example/"'),
        'namespace: must not end in a slash; write for example namespace = "https://anchor.example.cn"',
    ),
    "an empty path": (GOOD + 'data = ""', 'data: must name a path; write for example data = "data"'),
    "a path that is a number": (
        GOOD + "data = 1",
        'data: must be a path, as text; write for example data = "data"',
    ),
    "a misspelt setting": (GOOD + 'regoin = "1"', "regoin: is not a setting; write region"),
    "a misspelt setting in a table": (
        GOOD + "[http]\nthread = 2",
        "[http] thread: is not a setting; write threads",
    ),
    "a setting unlike any": (
        GOOD + "[log]\nzzz = 2",
        "[log] zzz: is not a setting; remove it, or write one of file, level",
    ),
    "an unknown setting of an authority": (
        GOOD + "[authority]\nstatement_lifo = 2",
        "[authority] statement_lifo: is not a setting; write statement_life",
    ),
    "a peer by chain without an anchor": (
        GOOD + '[[peer]]\nissuer = "https://hub.example"\nname = { zh = "枢纽", en = "Hub" }',
        "[[peer]] 1 jwks_file: is missing, so that https://hub.example: needs a chain, and no anchor is pinned; write "
        "[[trust_anchor]] with its two settings",
    ),
    "registration where nobody signs in": (
        GOOD.replace('region = "440000"', "registration = { dynamic = true }").replace(
            "enabled = true", "enabled = false"
        )
        + "[authority]\n",
        "[registration] dynamic: relying parties register where people sign in; remove it here",
    ),
    "superiors without an anchor": (
        GOOD + '[federation]\nauthority_hints = ["https://up.example"]',
        "[federation] authority_hints: needs a chain, and no anchor is pinned; write [[trust_anchor]] with its two "
        "settings",
    ),
    "a superior that is the node itself": (
        GOOD + ANCHORED + f'[federation]\nauthority_hints = ["{ISSUER}"]',
        "[federation] authority_hints: names this node itself; write its superiors",
    ),
    "an anchor that is the node itself": (
        GOOD + ANCHORED.replace("https://anchor.example", ISSUER),
        "[[trust_anchor]] entity_id: is this node itself, which needs no pin; remove it",
    ),
    "an anchor twice": (
        GOOD + ANCHORED + ANCHORED,
        "[[trust_anchor]] entity_id: https://anchor.example is there 2 times; keep one",
    ),
    "a mark twice": (
        GOOD + 2 * '[[trust_mark]]\ntype = "https://a.example/m"\nissuer = "https://a.example"\n',
        "[[trust_mark]] type: https://a.example/m is there 2 times; keep one",
    ),
    "a hub that is somebody's home": (
        GOOD + ANCHORED + "[federation]\nregions = true",
        "[federation] regions: a node that leads to all regions is nobody's home; remove region",
    ),
    "an anchor that is no entity": (
        GOOD + ANCHORED.replace("anchor.example", "anchor.example/?x=1"),
        "[[trust_anchor]] 1 entity_id: must be an entity identifier: an https URL without query and fragment; write for "
        'example entity_id = "https://anchor.example.cn"',
    ),
    "a value where a table belongs": (GOOD + 'http = "x"', "http: must be a table; write for example [http]"),
    "a table where a list belongs": (
        GOOD + '[peer]\nissuer = "x"',
        "peer: must be a list; write for example [[peer]]",
    ),
    "a port missing": (
        GOOD + '[http]\nlisten = "127.0.0.1"',
        '[http] listen: must be an address and a port; write for example listen = "127.0.0.1:8410"',
    ),
    "no worker": (
        GOOD + "[http]\nworkers = 0",
        "[http] workers: must be at least 1; write for example workers = 1",
    ),
    "too many workers": (
        GOOD + "[http]\nworkers = 65",
        "[http] workers: must be at most 64; write for example workers = 1",
    ),
    "a number in quotes": (
        GOOD + '[http]\nworkers = "2"',
        "[http] workers: must be a whole number; write for example workers = 1",
    ),
    "a switch in quotes": (
        instead("accounts", '{ enabled = "yes" }'),
        "[accounts] enabled: must be true or false; write for example enabled = true",
    ),
    "half a certificate": (
        GOOD + '[http]\ncertificate_file = "manyou.toml"',
        "[http] key_file: is missing beside certificate_file; write both, or neither for a proxy that speaks TLS",
    ),
    "a store elsewhere without TLS": (
        GOOD + '[store]\nurl = "redis://store.example:6379"',
        "[store] url: must use rediss (TLS) outside loopback: it carries sessions; write for example "
        'url = "embedded"',
    ),
    "a store of another kind": (
        GOOD + '[store]\nurl = "memcached://x"',
        '[store] url: must be "embedded", "unix:///path/to/valkey.sock", "redis://host:6379" or '
        '"rediss://host:6380"; write for example url = "embedded"',
    ),
    "a password in the store's address": (
        GOOD + '[store]\nurl = "rediss://:hunter2@store.example"',
        "[store] url: must not carry a password: put it in a file and name that in password_file; write for example "
        'url = "embedded"',
    ),
    "a password for an embedded store": (
        GOOD + '[store]\npassword_file = "manyou.toml"',
        "[store] password_file: is never used by an embedded store; remove it",
    ),
    "a prefix in capitals": (
        GOOD + '[store]\nprefix = "GD"',
        "[store] prefix: must be at most 32 lower-case letters, digits and hyphens; write for example "
        'prefix = "gd"',
    ),
    "records of another kind": (
        GOOD + '[records]\nurl = "mysql://x/y"',
        "[records] url: must be sqlite:/// and a path; write for example "
        'url = "sqlite:///data/manyou.sqlite"',
    ),
    "a log level of another language": (
        GOOD + '[log]\nlevel = "loud"',
        '[log] level: must be "debug", "info", "warning" or "error"; write for example level = "info"',
    ),
    "a code that lives long": (
        GOOD + "[lifetimes]\ncode = 61",
        "[lifetimes] code: must be at most 60; write for example code = 60",
    ),
    "an access token that lives long": (
        GOOD + "[lifetimes]\naccess_token = 601",
        "[lifetimes] access_token: must be at most 600; write for example access_token = 600",
    ),
    "idle longer than absolute": (
        GOOD + "[lifetimes]\nsession_idle = 3600\nsession_absolute = 1800",
        "[lifetimes] session_idle: is longer than session_absolute: a session ends at its absolute limit before "
        "that; write at most session_idle = 1800",
    ),
    "a token longer than its session": (
        GOOD + "[lifetimes]\nsession_idle = 60\nsession_absolute = 500\nlogin = 400\nid_token = 300",
        "[lifetimes] access_token: is longer than session_absolute: a token outlives the session it came from; "
        "write at most access_token = 500",
    ),
    "a directory over the wire in clear": (
        GOOD + DIRECTORY.replace("ldaps://", "ldap://"),
        '[[directory]] "civil" url: plain ldap:// is for this machine only; write ldaps://ldap.gd.example or set start_tls = true',
    ),
    "TLS twice": (
        GOOD + DIRECTORY + "start_tls = true",
        '[[directory]] "civil" start_tls: an ldaps:// connection is TLS from the start; remove it',
    ),
    "a certificate without TLS": (
        GOOD + DIRECTORY.replace("ldaps://ldap.gd.example", "ldap://127.0.0.1") + 'ca_file = "ca.pem"',
        '[[directory]] "civil" ca_file: is never used without TLS; write start_tls = true, or remove ca_file',
    ),
    "a directory without a service account": (
        GOOD + DIRECTORY.replace('bind_dn = "cn=manyou,dc=gd"', ""),
        '[[directory]] 1 bind_dn: is missing; write for example bind_dn = "cn=manyou,dc=gd,dc=example"',
    ),
    "a base that is no name": (
        GOOD + DIRECTORY.replace('base = "dc=gd"', 'base = "gd"'),
        '[[directory]] "civil" base: write a DN such as ou=people,dc=gd,dc=example',
    ),
    "a directory's address with a path": (
        GOOD + DIRECTORY.replace("gd.example", "gd.example/dc=gd"),
        "[[directory]] 1 url: must be scheme, host and port alone; write for example "
        'url = "ldaps://ldap.example.cn:636"',
    ),
    "a directory that speaks http": (
        GOOD + DIRECTORY.replace("ldaps", "http"),
        '[[directory]] 1 url: must be an ldap or ldaps URL; write for example url = "ldaps://ldap.example.cn:636"',
    ),
    "a filter that finds everybody": (
        GOOD + DIRECTORY + 'user_filter = "(uid=*)"',
        "[[directory]] 1 user_filter: must be an LDAP filter in parentheses with {username} where the typed name "
        'belongs; write for example user_filter = "(uid={username})"',
    ),
    "a level above the ladder": (
        GOOD + DIRECTORY + "rl = 6",
        "[[directory]] 1 rl: must be at most 5; write for example rl = 3",
    ),
    "a directory that speaks for us": (
        GOOD + DIRECTORY + '[directory.claims]\nsub = "uid"\nacr = "title"',
        "[[directory]] 1 claims: must not set acr, sub, which the protocol decides; write for example "
        'claims = { name = "cn" }',
    ),
    "a directory of a kind that is not built": (
        GOOD + DIRECTORY + 'kind = "nis"',
        '[[directory]] 1 kind: must be "ldap"; write for example kind = "ldap"',
    ),
    "two directories of one name": (
        GOOD + DIRECTORY + DIRECTORY,
        "[[directory]] name: civil is there 2 times; rename one",
    ),
    "a peer that is this node": (
        GOOD + HUB.replace("hub.localhost:8402", "gd.localhost:8410"),
        "[[peer]] 1 issuer: is this node itself; remove this [[peer]]",
    ),
    "a peer for this node's own region": (
        GOOD + HUB + 'region = "440000"',
        "[[peer]] 1 region: is this node's own; write the other's code, or none for a hub",
    ),
    "a peer twice": (
        GOOD + HUB + HUB + 'region = "330000"',
        "[[peer]] issuer: http://hub.localhost:8402 is there 2 times; keep one of them",
    ),
    "two hubs": (
        GOOD + HUB + HUB.replace("hub.localhost", "hub2.localhost"),
        "[[peer]] region: 2 peers have none; such a peer is the hub, so keep one",
    ),
    "two homes of one region": (
        GOOD
        + HUB
        + 'region = "330000"\n'
        + HUB.replace("hub.localhost", "zj.localhost")
        + 'region = "330000"',
        "[[peer]] region: 330000 is there 2 times; keep the one that is its home",
    ),
    "a list that is text": (
        GOOD + '[outbound]\nallow = "10.0.0.12"',
        '[outbound] allow: must be a list; write for example allow = ["10.0.0.12"]',
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_mistake_is_named_with_what_to_write(tmp_path: Path, case: str) -> None:
    (tmp_path / "hub.json").write_text(KEYS, encoding="utf-8")
    throwaway(tmp_path, "ca")
    text, said = CASES[case]
    assert problems(tmp_path, text) == [said]


ENVIRONMENT = {
    "a misspelt override": (
        {"MANYOU_STOR__URL": "x"},
        "MANYOU_STOR__URL: is not an override of a setting; write MANYOU_STORE__URL",
    ),
    "a list of tables": (
        {"MANYOU_PEER__ISSUER": "x"},
        "MANYOU_PEER__ISSUER: is not an override of a setting; write MANYOU_ISSUER",
    ),
    "a word for a number": (
        {"MANYOU_HTTP__WORKERS": "two"},
        "[http] workers: must be a whole number; write for example workers = 1",
    ),
    "a word for a switch": (
        {"MANYOU_ACCOUNTS__ENABLED": "maybe"},
        "[accounts] enabled: must be true or false; write for example enabled = true",
    ),
}


@pytest.mark.parametrize("case", ENVIRONMENT)
def test_a_mistake_in_the_environment_is_named(tmp_path: Path, case: str) -> None:
    environ, said = ENVIRONMENT[case]
    assert problems(tmp_path, GOOD, environ) == [said]


FILES = {
    "a peer's keys that are not there": (
        GOOD + HUB,
        None,
        "[[peer]] 1 jwks_file: {}/hub.json cannot be read (No such file or directory); write the path of a file "
        "that is there",
    ),
    "a peer's keys that are no keys": (
        GOOD + HUB,
        "[]",
        "[[peer]] 1 jwks_file: {}/hub.json has no federation keys; save the jwks that its "
        "`manyou federation show --json` prints",
    ),
    "a peer's keys that are no JSON": (
        GOOD + HUB,
        "{",
        "[[peer]] 1 jwks_file: {}/hub.json has no federation keys; save the jwks that its "
        "`manyou federation show --json` prints",
    ),
    "a peer's private key": (
        GOOD + HUB,
        '{"keys": [{"kty": "EC", "d": "x"}]}',
        "[[peer]] 1 jwks_file: {}/hub.json holds a private key; delete it there and save only the public "
        "jwks",
    ),
    "a directory's password that is empty": (
        GOOD + DIRECTORY.replace('"secret"', '"empty"'),
        None,
        '[[directory]] "civil" bind_password_file: the service account needs a password; an empty one binds as nobody',
    ),
    "a directory's authority that is none": (
        GOOD + DIRECTORY + 'ca_file = "secret"',
        None,
        '[[directory]] "civil" ca_file: {}/secret holds no PEM certificates',
    ),
    "a directory's password that is not there": (
        GOOD + DIRECTORY.replace('"secret"', '"gone"'),
        KEYS,
        '[[directory]] "civil" bind_password_file: {}/gone cannot be read (No such file or directory); write the '
        "path of a file that is there",
    ),
}


@pytest.mark.parametrize("case", FILES)
def test_a_file_that_is_named_must_be_there_and_right(tmp_path: Path, case: str) -> None:
    text, keys, said = FILES[case]
    if keys is not None:
        (tmp_path / "hub.json").write_text(keys, encoding="utf-8")
    assert problems(tmp_path, text) == [said.format(tmp_path)]


def test_all_problems_come_at_once_and_none_hides_another(tmp_path: Path) -> None:
    text = instead("issuer", '"http://id.example.cn"') + (
        '\nregoin = "440000"\n[lifetimes]\ncode = 99\nsession_idle = 3600\nsession_absolute = 1800\n'
    )
    found = problems(tmp_path, text + DIRECTORY.replace("ldaps", "ldap") + HUB, {"MANYOU_X": ""})
    assert [problem.split(":")[0] for problem in found] == [
        "MANYOU_X",
        "issuer",
        "[lifetimes] code",
        "regoin",
        "[lifetimes] session_idle",
        '[[directory]] "civil" url',
        "[[peer]] 1 jwks_file",
    ]


def test_a_file_that_is_not_there_or_not_toml_is_one_problem(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        load(tmp_path / "none.toml", {})
    assert refused.value.problems == [
        "cannot be read (No such file or directory); name a file that is there, or make it with `manyou init`"
    ]
    (found,) = problems(tmp_path, "issuer = ")
    assert found.startswith("is not TOML in UTF-8: ")


def test_no_problem_repeats_a_value_that_could_be_a_secret(tmp_path: Path) -> None:
    text = (
        GOOD
        + '[store]\nurl = "redis://:hunter2@x"\npassword = "hunter2"\n'
        + DIRECTORY
        + 'bind_password = "hunter2"'
    )
    assert "hunter2" not in "\n".join(problems(tmp_path, text))
