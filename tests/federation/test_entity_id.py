"""Entity identifiers: https with a host, http on loopback only."""

import pytest

from federation.entity_id import configuration_url, is_entity_id

LAWFUL = [
    "https://gd.example",
    "https://gd.example/",
    "https://gd.example:8443/tenant/1",
    "https://gd.example/@region",
    "https://[2001:db8::1]/x",
    "http://localhost:8400",
    "http://gd.localhost:8410",
    "http://127.8.9.1:80",
    "http://[::1]:8400",
    "https://gd.example/".ljust(2048, "x"),
]
UNLAWFUL = {
    "no host": "https:///x",
    "no scheme": "gd.example",
    "another scheme": "ftp://gd.example",
    "http outside loopback": "http://gd.example",
    "http at a host that only begins like loopback": "http://localhost.example",
    "http at an address that only looks like loopback": "http://127.0.0.1.example",
    "a query": "https://gd.example/?x",
    "an empty query": "https://gd.example?",
    "a fragment": "https://gd.example/#x",
    "a user": "https://user@gd.example",
    "a user and a password": "https://user:word@gd.example",
    "a backslash": "https://gd.example\\@evil.example",
    "a blank": "https://gd.example/ x",
    "a line end": "https://gd.example\n",
    "a NUL": "https://gd.example\0",
    "letters outside ASCII": "https://广东.example",
    "a port that is none": "https://gd.example:port",
    "a port beyond all ports": "https://gd.example:99999",
    "half an address": "https://[::1",
    "another scheme on loopback": "ftp://localhost",
    "endless": "https://gd.example/".ljust(2049, "x"),
    "nothing": "",
}


@pytest.mark.spec("OIDF 1.2")
@pytest.mark.parametrize("text", LAWFUL)
def test_a_lawful_identifier(text: str) -> None:
    assert is_entity_id(text)


@pytest.mark.spec("OIDF 1.2")
@pytest.mark.parametrize("case", UNLAWFUL)
def test_what_is_no_identifier(case: str) -> None:
    assert not is_entity_id(UNLAWFUL[case])


@pytest.mark.spec("OIDF 9")
@pytest.mark.parametrize(
    ("entity_id", "url"),
    [
        ("https://gd.example", "https://gd.example/.well-known/openid-federation"),
        ("https://gd.example/", "https://gd.example/.well-known/openid-federation"),
        ("https://gd.example/a/b", "https://gd.example/a/b/.well-known/openid-federation"),
        ("https://gd.example/a//", "https://gd.example/a//.well-known/openid-federation"),
    ],
)
def test_the_configuration_lies_behind_the_path_and_one_slash_is_dropped(entity_id: str, url: str) -> None:
    assert configuration_url(entity_id) == url
