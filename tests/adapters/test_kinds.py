"""What is wrong with a directory's settings is said all at once, each with what to write."""

from pathlib import Path

import pytest

from adapters.kinds import open_source, problems
from tests.contracts.directory_places import config

WRONG: dict[str, tuple[dict[str, object], str]] = {
    "a name with blanks": ({"name": "civil service"}, "name:"),
    "the name of the local accounts": ({"name": "account"}, "name:"),
    "a level beyond five": ({"rl": 6}, "rl:"),
    "an unknown kind": ({"kind": "nis"}, "'ldap'"),
    "plain LDAP to another machine": ({"url": "ldap://ldap.example"}, "ldaps://ldap.example"),
    "a web address": ({"url": "https://ldap.example"}, "url:"),
    "a port that is none": ({"url": "ldap://127.0.0.1:x"}, "url:"),
    "a socket": ({"url": "ldapi://%2ftmp%2fx"}, "url:"),
    "StartTLS inside TLS": ({"url": "ldaps://ldap.example", "start_tls": True}, "start_tls:"),
    "a missing authority": ({"ca_file": "/nowhere.pem"}, "ca_file:"),
    "an authority that is none": ({"ca_file": __file__}, "ca_file:"),
    "a base that is no DN": ({"base": "people"}, "base:"),
    "no base": ({"base": ""}, "base:"),
    "no service account": ({"bind_dn": ""}, "bind_dn:"),
    "a service account without a password": ({"bind_password": ""}, "bind_password_file:"),
    "a filter without the name": ({"user_filter": "(uid=*)"}, "user_filter:"),
    "a filter that is none": ({"user_filter": "(uid={username}"}, "user_filter:"),
    "the name where an attribute belongs": ({"user_filter": "({username}=x)"}, "user_filter:"),
    "no time": ({"deadline": 0.0}, "deadline:"),
    "an hour": ({"deadline": 3600.0}, "deadline:"),
    "a rule that is none": ({"claims": {"name": 7}}, "claims:"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_problem_is_named(case: str) -> None:
    more, words = WRONG[case]
    found = problems(config(389, **more))
    assert len(found) == 1
    assert words in found[0]


def test_all_problems_are_named_at_once() -> None:
    assert len(problems(config(389, name="", rl=0, base="x", bind_password="", user_filter="x"))) == 5


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"url": "ldaps://ldap.example"},
        {"url": "ldap://ldap.example", "start_tls": True},
        {"url": "ldap://[::1]:389"},
        {"user_filter": "(&(objectClass=person)(|(uid={username})(mail={username}@gd.example)))"},
        {"claims": {"name": "cn"}},
    ],
)
def test_settings_without_problems(more: dict[str, object]) -> None:
    assert problems(config(389, **more)) == []
    assert open_source(config(389, **more)).name == "civil", "opened, and nothing connected yet"


def test_a_source_with_problems_is_not_opened() -> None:
    with pytest.raises(ValueError, match="rl: write"):
        open_source(config(389, rl=9))


def test_the_service_accounts_password_is_not_in_what_is_printed(tmp_path: Path) -> None:
    assert "Manyou-2026-service" not in repr(config(389))
