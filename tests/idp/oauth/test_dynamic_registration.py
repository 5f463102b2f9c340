"""Who may register, how often, and what a registration can do about itself."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from idp.audit import Entry
from idp.client import Client
from idp.consent import Consent
from idp.dynamic import digest
from idp.errors import WireError
from idp.oauth.wire import WireRequest
from tests.idp.oauth.registry import ISSUER, WANTED, Registry, Told, bearer, body, challenge


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path)


def refused(call: Callable[[], Any]) -> WireError:
    with pytest.raises(WireError) as caught:
        call()
    return caught.value


@pytest.mark.spec("RFC 6750 3")
def test_whoever_shows_no_token_is_told_how_and_nothing_else(registry: Registry) -> None:
    wire = WireRequest(method="POST", headers={"content-type": "application/json"})
    one = registry.register()
    for call in (
        lambda: registry.desk.register(wire, body(WANTED)),
        lambda: registry.desk.read(wire, one["client_id"]),
        lambda: registry.desk.update(wire, one["client_id"], body(WANTED)),
        lambda: registry.desk.remove(wire, one["client_id"]),
    ):
        error = refused(call)
        assert (error.status, challenge(error)) == (401, "Bearer")


@pytest.mark.spec("RFC 6750 2.3")
def test_a_token_in_a_url_is_never_taken(registry: Registry) -> None:
    wire = WireRequest(
        method="POST", query={"access_token": registry.leave}, headers={"content-type": "application/json"}
    )
    error = refused(lambda: registry.desk.register(wire, body(WANTED)))
    assert (error.code, error.status) == ("invalid_request", 400)


def test_a_token_registers_while_it_is_live_and_not_a_moment_longer(registry: Registry) -> None:
    token, kept = registry.token(uses=2, life=60)
    registry.clock.now += 59
    assert registry.register(token)
    registry.clock.now += 1
    error = refused(lambda: registry.register(token))
    assert (error.code, error.status) == ("invalid_token", 401)
    assert 'error="invalid_token"' in challenge(error)
    assert error.cause == f"initial access token {kept.id}: expired"
    assert token not in f"{error.cause} {error.public} {challenge(error)}"


def test_a_token_that_nobody_gave_opens_nothing(registry: Registry) -> None:
    one = registry.register()
    for made_up in ("x", registry.leave[:-1], registry.kept.sha256, registry.kept.id, one["client_secret"]):
        assert refused(lambda token=made_up: registry.register(token)).status == 401  # type: ignore[misc]
    assert refused(lambda: registry.register(one["registration_access_token"])).status == 401


def test_a_revoked_token_registers_nobody_and_those_who_registered_stay(registry: Registry) -> None:
    token, kept = registry.token(uses=5)
    one = registry.register(token)
    entry = Entry(at=registry.clock(), event="client.token_revoked")
    assert registry.rows.initial.revoke(kept.id, entry)
    assert not registry.rows.initial.revoke(kept.id, entry), "once"
    assert "revoked" in refused(lambda: registry.register(token)).cause
    assert registry.read(one)["client_id"] == one["client_id"]


def test_a_token_registers_as_many_as_it_says(registry: Registry) -> None:
    token, _ = registry.token(uses=2)
    first, second = registry.register(token), registry.register(token)
    assert first["client_id"] != second["client_id"]
    assert "used up" in refused(lambda: registry.register(token)).cause
    registry.remove(first)
    assert refused(lambda: registry.register(token)).status == 401, "a removed one counts"


def test_a_registration_that_is_refused_uses_nothing_up(registry: Registry) -> None:
    token, _ = registry.token(uses=1)
    for _ in range(3):
        assert refused(lambda: registry.register(token, redirect_uris=[])).code == "invalid_redirect_uri"
    assert registry.register(token)


def test_many_at_once_register_no_more_than_the_token_allows(registry: Registry) -> None:
    token, _ = registry.token(uses=1)

    def attempt(_: int) -> bool:
        try:
            return bool(registry.register(token))
        except WireError as error:
            return error.status != 401

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(attempt, range(16))) == 1
    assert len(registry.clients.list()) == 1


def test_a_minute_has_so_many_registrations_of_a_token_wherever_it_begins(registry: Registry) -> None:
    for _ in range(20):
        registry.register()
        registry.clock.now += 2
    error = refused(registry.register)
    assert (error.code, error.status, error.headers["Retry-After"]) == ("temporarily_unavailable", 429, "20")
    other, _ = registry.token(uses=1)
    assert registry.register(other), "another token is not held back"
    registry.clock.now += 19
    assert refused(registry.register).status == 429
    registry.clock.now += 1
    registry.register()
    assert refused(registry.register).status == 429


def test_what_is_refused_counts_too_so_that_nobody_tries_without_end(registry: Registry) -> None:
    for _ in range(20):
        assert refused(lambda: registry.register(redirect_uris=[])).status == 400
    assert refused(registry.register).status == 429


def test_one_registration_is_changed_so_often_and_others_are_not_held_back(registry: Registry) -> None:
    one, other = registry.register(), registry.register()
    for _ in range(20):
        registry.read(one)
    assert refused(lambda: registry.update(one)).status == 429
    assert refused(lambda: registry.remove(one)).status == 429
    assert registry.read(other)


def test_only_hashes_are_kept_and_nothing_is_logged(
    registry: Registry, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        one = registry.register()
        registry.read(one)
        registry.update(one)
    registry.database.engine.dispose()
    kept = b"".join(path.read_bytes() for path in registry.database.file.parent.glob("manyou.sqlite*"))  # type: ignore[union-attr]
    client = registry.clients.find(one["client_id"])
    assert client is not None
    assert client.secret_sha256 == digest(one["client_secret"])
    assert digest(one["registration_access_token"]).encode() in kept
    secrets = (one["client_secret"], one["registration_access_token"], registry.leave)
    assert not [secret for secret in secrets if secret.encode() in kept or secret in caplog.text]
    assert not [secret for secret in secrets if secret in str(registry.store._held)]


@pytest.mark.spec("RFC 7591 3.2.1")
def test_every_registration_has_tokens_and_a_secret_of_its_own(registry: Registry) -> None:
    names = ("client_id", "client_secret", "registration_access_token", "registration_client_uri")
    one, other = registry.register(), registry.register()
    assert not {one[name] for name in names} & {other[name] for name in names}
    assert one["registration_client_uri"] == f"{ISSUER}/register/{one['client_id']}"


@pytest.mark.spec("RFC 7592 2.1")
def test_reading_says_what_is_registered_but_the_secret(registry: Registry) -> None:
    one = registry.register()
    assert registry.read(one) == {
        name: value
        for name, value in one.items()
        if name not in ("client_secret", "client_secret_expires_at")
    }


@pytest.mark.spec("RFC 7592 2.2")
def test_what_an_update_leaves_out_is_as_if_it_never_was(registry: Registry) -> None:
    one = registry.register(client_uri="https://tax.example/", scope="openid", application_type="web")
    changed = registry.update(one, redirect_uris=["https://tax.example/cb2"])
    assert changed["redirect_uris"] == ["https://tax.example/cb2"]
    assert "client_uri" not in changed
    assert changed["scope"] == "openid profile email phone address"
    assert changed["client_id_issued_at"] == one["client_id_issued_at"]
    assert changed["registration_access_token"] == one["registration_access_token"]
    assert registry.read(one) == changed
    found = registry.clients.find(one["client_id"])
    assert found is not None
    assert found.redirect_uris == ("https://tax.example/cb2",), "at once"


BAD_UPDATES: dict[str, tuple[dict[str, Any], str]] = {
    "no client_id": ({"client_id": None}, "client_id must be there"),
    "another's client_id": ({"client_id": "other"}, "client_id must be there"),
    "a client_id that is no text": ({"client_id": ["x"]}, "client_id must be there"),
    "its token": ({"registration_access_token": "x"}, "leave registration_access_token out"),
    "its address": ({"registration_client_uri": "x"}, "leave registration_client_uri out"),
    "its secret's end": ({"client_secret_expires_at": 0}, "leave client_secret_expires_at out"),
    "its beginning": ({"client_id_issued_at": 1}, "leave client_id_issued_at out"),
    "another secret": ({"client_secret": "mine"}, "client_secret is not the current one"),
    "a secret that is a number": ({"client_secret": 7}, "client_secret is not the current one"),
}


@pytest.mark.spec("RFC 7592 2.2")
@pytest.mark.parametrize("case", BAD_UPDATES)
def test_an_update_must_not_say_what_is_ours(registry: Registry, case: str) -> None:
    one = registry.register()
    changes, said = BAD_UPDATES[case]
    error = refused(lambda: registry.update(one, **changes))
    assert (error.code, error.status) == ("invalid_request", 400)
    assert said in error.public
    assert registry.read(one)["redirect_uris"] == one["redirect_uris"]


def test_an_update_may_show_the_current_secret(registry: Registry) -> None:
    one = registry.register()
    assert "client_secret" not in registry.update(one, client_secret=one["client_secret"])
    assert _matches(registry, one)


def test_an_update_is_judged_as_a_registration_is_and_changes_nothing_when_refused(
    registry: Registry,
) -> None:
    one = registry.register()
    for changes, code in (
        ({"redirect_uris": ["http://x.example/"]}, "invalid_redirect_uri"),
        ({"subject_type": "public"}, "invalid_client_metadata"),
        ({"token_endpoint_auth_method": "private_key_jwt"}, "invalid_client_metadata"),
    ):
        assert refused(lambda sent=changes: registry.update(one, **sent)).code == code  # type: ignore[misc]
    assert registry.read(one)["redirect_uris"] == one["redirect_uris"]
    assert registry.events().count("client.changed") == 0


def test_a_new_secret_comes_with_a_method_that_had_none(registry: Registry) -> None:
    one = registry.register()
    public = registry.update(one, token_endpoint_auth_method="none")
    assert "client_secret" not in public
    assert not _matches(registry, one), "the old one is gone"
    again = registry.update(one, token_endpoint_auth_method="client_secret_post")
    assert again["client_secret"] != one["client_secret"]
    assert _matches(registry, again)


def test_what_an_operator_relaxed_stays_relaxed(registry: Registry) -> None:
    one = registry.register()
    found = registry.clients.find(one["client_id"])
    assert found is not None
    assert registry.clients.replace(replace(found, consent="implied", pkce=False))
    changed = registry.update(one, consent="ask")
    assert (changed["consent"], changed["require_pkce"]) == ("implied", False)


LOOKS: dict[str, tuple[dict[str, Any], bool]] = {
    "another name": ({"client_name": "Bank"}, True),
    "another host": ({"redirect_uris": ["https://bank.example/cb"]}, True),
    "another page": ({"client_uri": "https://bank.example/"}, True),
    "another path": ({"redirect_uris": ["https://tax.example/cb2"]}, False),
    "the same": ({}, False),
}


@pytest.mark.parametrize("case", LOOKS)
def test_citizens_are_asked_again_when_a_site_looks_like_another(registry: Registry, case: str) -> None:
    changes, again = LOOKS[case]
    one, other = registry.register(), registry.register()
    for client_id in (one["client_id"], other["client_id"]):
        registry.consents.give(_consent(client_id))
    registry.update(one, **changes)
    assert (registry.consents.find("s", "l", one["client_id"]) is None) == again
    assert registry.consents.find("s", "l", other["client_id"]) is not None


@pytest.mark.spec("RFC 7592 2.3")
def test_a_removed_registration_is_gone_with_all_that_belongs_to_it(registry: Registry) -> None:
    one = registry.register()
    registry.consents.give(_consent(one["client_id"]))
    answer = registry.remove(one)
    assert (answer.status, answer.body) == (204, "")
    assert ("Cache-Control", "no-store") in answer.headers
    assert registry.clients.find(one["client_id"]) is None
    assert registry.consents.find("s", "l", one["client_id"]) is None
    for call in (registry.read, registry.update, registry.remove):
        error = refused(lambda call=call: call(one))  # type: ignore[misc]
        assert (error.code, error.status) == ("invalid_token", 401)


def test_a_registration_opens_itself_alone(registry: Registry) -> None:
    one, other = registry.register(), registry.register()
    crossed = {**one, "registration_access_token": other["registration_access_token"]}
    for call in (registry.read, registry.update, registry.remove):
        assert refused(lambda call=call: call(crossed)).status == 401  # type: ignore[misc]
    wire = bearer(registry.leave)
    assert refused(lambda: registry.desk.read(wire, one["client_id"])).status == 401
    assert registry.read(one)


def test_an_operators_clients_are_nobodys_to_change(registry: Registry) -> None:
    registry.clients.add(Client(client_id="portal", name={}, redirect_uris=("https://p.example/",)))
    one = registry.register()
    for token in (registry.leave, one["registration_access_token"], ""):
        wire = bearer(token)
        assert refused(lambda wire=wire: registry.desk.remove(wire, "portal")).status == 401  # type: ignore[misc]
    assert registry.clients.find("portal") is not None


def test_what_an_operator_removed_is_not_opened_by_its_old_token(registry: Registry) -> None:
    one = registry.register()
    assert registry.clients.remove(one["client_id"])
    assert refused(lambda: registry.read(one)).status == 401
    registry.clients.add(Client(client_id=one["client_id"], name={}, redirect_uris=("https://p.example/",)))
    assert refused(lambda: registry.remove(one)).status == 401
    assert registry.clients.find(one["client_id"]) is not None


def test_each_change_is_told_and_names_no_secret(registry: Registry) -> None:
    one = registry.register()
    registry.update(one)
    registry.remove(one)
    told = [chained.entry for chained in registry.audit.tail(3)]
    assert [entry.event for entry in told] == ["client.added", "client.changed", "client.removed"]
    assert {entry.client for entry in told} == {one["client_id"]}
    assert {entry.details["by"] for entry in told} == {"itself"}
    assert told[0].details["token"] == registry.kept.id
    assert not any(secret in str(told) for secret in (registry.leave, one["client_secret"]))
    assert registry.audit.verify() == ()


def _matches(registry: Registry, one: Told) -> bool:
    client = registry.clients.find(one["client_id"])
    assert client is not None
    return client.secret_matches(one["client_secret"])


def _consent(client_id: str) -> Consent:
    return Consent(source="s", local_id="l", client_id=client_id, scopes=("openid",), given_at=1.0)
