"""`manyou clients` registers relying parties, and refuses what could not be safe."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from idp.settings import load
from idp.wiring import open_records
from keys.key import generate
from tests.idp.cli.conftest import Run

CALLBACK = "https://portal.example.cn/callback"
ADD = ("clients", "add", "--name", "门户", "--redirect-uri", CALLBACK)
KEY = dict(generate(alg="ES256", purpose="oidc", issuer="https://x.example", now=0, active_from=0).public)


def test_a_client_with_a_secret_is_told_it_once(
    node: Run, tmp_path: Path, audit: Callable[[], list[str]]
) -> None:
    made = node(*ADD, "--client-id", "portal", "--name-en", "Portal", "--json")
    assert made.code == 0
    assert made.json["client_name#en"] == "Portal"
    assert made.json["client_secret_expires_at"] == 0
    records = open_records(load(tmp_path / "manyou.toml", {}))
    client = records.clients.find("portal")
    records.database.close()
    assert client is not None
    assert client.secret_sha256 == hashlib.sha256(made.json["client_secret"].encode()).hexdigest()
    assert (client.pkce, client.consent, client.id_token_alg) == (True, "implied", "ES256")
    shown = node("clients", "show", "portal", "--json").json
    assert "client_secret" not in shown
    assert made.json["client_secret"] not in node("clients", "list").out
    assert audit()[-1] == "client.added"


def test_a_client_is_written_as_rfc_7591_has_it(node: Run) -> None:
    made = node(
        *ADD,
        *("--redirect-uri", "http://localhost:9/cb", "--auth-method", "client_secret_post", "--json"),
        *("--post-logout-redirect-uri", "https://portal.example.cn/", "--consent", "ask"),
        *(
            "--backchannel-logout-uri",
            "https://portal.example.cn/out",
            "--id-token-alg",
            "RS256",
            "--no-pkce",
        ),
        *(
            "--initiate-login-uri",
            "https://portal.example.cn/login",
            "--client-uri",
            "https://portal.example.cn/",
        ),
    ).json
    del made["client_id"], made["client_secret"]
    assert made == {
        "client_name": "门户",
        "client_name#zh": "门户",
        "client_name#en": "门户",
        "redirect_uris": [CALLBACK, "http://localhost:9/cb"],
        "post_logout_redirect_uris": ["https://portal.example.cn/"],
        "token_endpoint_auth_method": "client_secret_post",
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        "scope": "openid profile email phone address",
        "client_uri": "https://portal.example.cn/",
        "initiate_login_uri": "https://portal.example.cn/login",
        "backchannel_logout_uri": "https://portal.example.cn/out",
        "backchannel_logout_session_required": True,
        "id_token_signed_response_alg": "RS256",
        "subject_type": "pairwise",
        "require_pkce": False,
        "consent": "ask",
        "client_secret_expires_at": 0,
    }


def test_a_client_with_a_key_or_without_any_credential_has_no_secret(
    node: Run, jwks: Callable[[Any], str]
) -> None:
    keyed = node(*ADD, "--auth-method", "private_key_jwt", "--jwks", jwks({"keys": [KEY]}), "--json").json
    assert keyed["jwks"]["keys"] == [KEY]
    at = node(*ADD, "--auth-method", "private_key_jwt", "--jwks-uri", "https://x.example/jwks", "--json").json
    assert at["jwks_uri"] == "https://x.example/jwks"
    public = node(*ADD, "--auth-method", "none", "--redirect-uri", "cn.example.app:/cb", "--json").json
    for made in (keyed, at, public):
        assert "client_secret" not in made


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post", "none"])
def test_keys_are_refused_that_the_method_would_not_use(node: Run, method: str) -> None:
    keys = ("--jwks-uri", "https://x.example/jwks")
    refused = node(*ADD, "--auth-method", method, *keys)
    assert (refused.code, f"{method} uses no keys; write private_key_jwt" in refused.err) == (1, True)
    assert node(*ADD, "--auth-method", method).code == 0
    assert node(*ADD, "--auth-method", "private_key_jwt", *keys).code == 0


def test_keys_are_in_one_place(node: Run, jwks: Callable[[Any], str]) -> None:
    keys = ("--jwks", jwks({"keys": [KEY]}), "--jwks-uri", "https://x.example/jwks")
    refused = node(*ADD, "--auth-method", "private_key_jwt", *keys)
    assert (refused.code, "stands beside jwks_uri" in refused.err) == (1, True)


def test_a_client_can_be_removed_once(node: Run, audit: Callable[[], list[str]]) -> None:
    node(*ADD, "--client-id", "portal")
    assert node("clients", "list", "--json").json[0]["client_id"] == "portal"
    assert node("clients", "remove", "portal").code == 0
    assert audit()[-1] == "client.removed"
    assert node("clients", "list", "--json").json == []
    for words in (("remove", "portal"), ("show", "portal")):
        gone = node("clients", *words)
        assert gone.code == 1
        assert gone.err == "manyou: there is no client portal; `manyou clients list` shows all\n"


def test_an_id_is_given_once(node: Run) -> None:
    assert node(*ADD, "--client-id", "portal").code == 0
    again = node(*ADD, "--client-id", "portal")
    assert (again.code, "is there already" in again.err, again.out) == (1, True, "")


REFUSED = {
    "a fragment": (
        "--redirect-uri",
        "https://x.example/cb#",
        "redirect_uris: https://x.example/cb# must not have a fragment",
    ),
    "a wildcard": ("--redirect-uri", "https://*.x.example/cb", "must not have a wildcard"),
    "http elsewhere": ("--redirect-uri", "http://x.example/cb", "must use https"),
    "a host that looks like localhost": ("--redirect-uri", "http://localhost.x.example/cb", "must use https"),
    "a user in the address": ("--redirect-uri", "https://a@x.example/cb", "must not carry a user name"),
    "a script": ("--redirect-uri", "javascript:alert(1)", "must be an absolute https URL"),
    "an app's scheme for a site": ("--redirect-uri", "cn.example.app:/cb", "must be an absolute https URL"),
    "a blank": ("--redirect-uri", "https://x.example/a b", "has characters that a URL may not have"),
    "a backslash": (
        "--redirect-uri",
        "https://x.example\\y.example/",
        "has characters that a URL may not have",
    ),
    "another alphabet": ("--redirect-uri", "https://例子.example/", "has characters that a URL may not have"),
    "no port": ("--redirect-uri", "https://x.example:p/", "is not a URL"),
    "a logout address over http": (
        "--backchannel-logout-uri",
        "http://x.example/",
        "backchannel_logout_uri: http://x.example/ must use https",
    ),
    "a return address over http": (
        "--post-logout-redirect-uri",
        "http://x.example/",
        "post_logout_redirect_uris: ",
    ),
    "a start address over http": ("--initiate-login-uri", "http://x.example/", "initiate_login_uri: "),
    "keys for a client with a secret": (
        "--jwks-uri",
        "https://x.example/",
        "client_secret_basic uses no keys",
    ),
    "private_key_jwt without keys": ("--auth-method", "private_key_jwt", "needs either jwks or jwks_uri"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_could_not_be_safe_is_refused(node: Run, case: str) -> None:
    option, value, said = REFUSED[case]
    refused = node(*ADD, option, value)
    assert (refused.code, refused.out) == (1, "")
    assert said in refused.err
    assert refused.err.count("\n") == 1
    assert node("clients", "list", "--json").json == []


def test_a_public_client_cannot_do_without_pkce(node: Run) -> None:
    refused = node(*ADD, "--auth-method", "none", "--no-pkce")
    assert (refused.code, "a public client cannot be exempted" in refused.err) == (1, True)
    assert node(*ADD, "--no-pkce").code == 0


BAD_KEYS = {
    "not JSON": "{",
    "not a set": [],
    "empty": {"keys": []},
    "a private key": {"keys": [{**KEY, "d": "x"}]},
    "a shared secret": {"keys": [{"kty": "oct", "k": "c2VjcmV0"}]},
    "of no kind we know": {"keys": [{"kty": "EC", "crv": "P-521", "x": "a", "y": "b"}]},
}


@pytest.mark.parametrize("case", BAD_KEYS)
def test_a_key_set_is_looked_at(node: Run, jwks: Callable[[Any], str], case: str) -> None:
    refused = node(*ADD, "--auth-method", "private_key_jwt", "--jwks", jwks(BAD_KEYS[case]))
    assert (refused.code, "keys" in refused.err) == (1, True)


def test_wrong_usage_is_2_and_no_settings_is_1(run: Run) -> None:
    assert run("clients", "add").code == 2
    assert run("clients", "add", "--auth-method", "psk", *ADD[2:]).code == 2
    assert run("nothing").code == 2
    lost = run("clients", "list")
    assert (lost.code, "manyou init" in lost.err) == (1, True)


def test_the_settings_file_can_be_named_by_option_or_environment(
    node: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert node("clients", "list").code == 1
    assert node("clients", "list", "--settings", "../manyou.toml").code == 0
    monkeypatch.setenv("MANYOU_SETTINGS", str(tmp_path / "manyou.toml"))
    assert node("clients", "list").code == 0
    monkeypatch.setenv("MANYOU_STOR__URL", "x")
    assert "write MANYOU_STORE__URL" in node("clients", "list").err


def test_records_that_do_not_answer_are_a_failure_with_advice(node: Run, tmp_path: Path) -> None:
    (tmp_path / "data" / "manyou.sqlite").write_bytes(b"not a database" * 100)
    for name in ("manyou.sqlite-wal", "manyou.sqlite-shm"):
        (tmp_path / "data" / name).unlink(missing_ok=True)
    broken = node("clients", "list")
    assert (broken.code, "[records] url" in broken.err) == (1, True)
    assert json.dumps(broken.err).count("Traceback") == 0


def test_a_client_chooses_among_the_algorithms_that_the_node_signs_with(node: Run) -> None:
    signed = ("--client-id", "signed", "--id-token-alg", "RS256", "--userinfo-alg", "ES256", "--json")
    made = node(*ADD, *signed).json
    assert (made["id_token_signed_response_alg"], made["userinfo_signed_response_alg"]) == ("RS256", "ES256")
    assert node("clients", "show", "signed", "--json").json["userinfo_signed_response_alg"] == "ES256"
    for option in ("--id-token-alg", "--userinfo-alg"):
        refused = node(*ADD, option, "ES384")
        assert refused.code == 1
        assert "write ES256 or RS256" in refused.err
        assert node(*ADD, option, "ML-DSA-65").code == 2


def test_an_algorithm_that_is_new_in_the_settings_waits_for_its_first_key(
    node: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MANYOU_KEYS__ALGORITHMS", "ES256,RS256,EdDSA")
    refused = node(*ADD, "--id-token-alg", "EdDSA")
    assert refused.code == 1
    assert "no key of EdDSA signs yet" in refused.err
    assert node(*ADD, "--id-token-alg", "RS256").code == 0


def test_a_site_is_registered_for_refresh_tokens(node: Run) -> None:
    assert node(*ADD, "--refresh", "--json").json["grant_types"] == ["authorization_code", "refresh_token"]
    assert node(*ADD, "--json").json["grant_types"] == ["authorization_code"]


def test_a_resource_server_needs_no_address_but_a_credential(node: Run) -> None:
    interface = ("clients", "add", "--name", "接口", "--client-id", "files")
    assert node(*interface).code == 1
    refused = node(*interface, "--introspect", "--auth-method", "none")
    assert refused.code == 1
    assert "without a credential" in refused.err
    assert node(*interface, "--introspect", "--json").json["manyou_introspection"] is True
    assert "files" in node("clients", "list").out
