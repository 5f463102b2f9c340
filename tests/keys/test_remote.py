"""Remote key sets: fetched seldom, never by two at once, and never lost to a bad answer."""

import json
import threading
from collections.abc import Callable

import pytest

from keys.remote import Ages, KeysUnavailable, RemoteKeys
from tests.keys.forge import NOW, key

URL = "https://portal.example/jwks"
ONE, TWO = dict(key().public), dict(key(name="two").public)


def body(*keys: object) -> bytes:
    return json.dumps({"keys": keys}).encode()


class Host:
    """A key set's host, its visitors' clock, and a count of visits."""

    def __init__(self, answer: bytes | Exception) -> None:
        self.answer = answer
        self.visits = 0
        self.now = NOW
        self.meanwhile: Callable[[], None] = lambda: None

    def get(self, url: str, *, limit: int) -> bytes:
        assert (url, limit) == (URL, 256 * 1024)
        self.visits += 1
        self.meanwhile()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def keys(self) -> RemoteKeys:
        return RemoteKeys(URL, self, lambda: self.now, Ages(ttl=300, pause=30, hard=3600))


def kids(remote: RemoteKeys, kid: str | None = None) -> set[object]:
    keys = remote.jwks(kid)["keys"]
    assert isinstance(keys, list)
    return {one["kid"] for one in keys}


def test_a_set_is_fetched_once_for_its_lifetime() -> None:
    host = Host(body(ONE))
    remote = host.keys()
    for host.now in (NOW, NOW + 1, NOW + 299):
        assert kids(remote, str(ONE["kid"])) == kids(remote) == {ONE["kid"]}
    assert host.visits == 1
    host.now, host.answer = NOW + 300, body(ONE, TWO)
    assert kids(remote) == {ONE["kid"], TWO["kid"]}
    assert host.visits == 2


def test_an_unknown_kid_fetches_once_more_after_the_pause() -> None:
    host = Host(body(ONE))
    remote = host.keys()
    remote.jwks()
    host.now, host.answer = NOW + 30, body(ONE, TWO)
    assert TWO["kid"] in kids(remote, str(TWO["kid"]))
    assert host.visits == 2


def test_ten_thousand_forged_kids_are_one_fetch_a_minute() -> None:
    host = Host(body(ONE))
    remote = RemoteKeys(URL, host, lambda: host.now, Ages(ttl=3600, pause=30, hard=7200))
    remote.jwks()
    for step in range(10_000):
        host.now = NOW + 30 + step / 50
        assert kids(remote, f"forged-{step}") == {ONE["kid"]}
    assert host.visits == 1 + 4, "two hundred seconds, and the first of them at once"


def test_forged_kids_do_not_put_off_what_is_due() -> None:
    host = Host(body(ONE))
    remote = host.keys()
    remote.jwks()
    host.now = NOW + 270
    assert kids(remote, "forged") == {ONE["kid"]}
    host.now, host.answer = NOW + 570, body(TWO)
    assert kids(remote, str(TWO["kid"])) == {TWO["kid"]}
    host.now, host.answer = NOW + 600, body(ONE, TWO)
    assert kids(remote, str(ONE["kid"])) == {ONE["kid"], TWO["kid"]}, "the fetch that was due counts for none"
    assert host.visits == 4


BAD: dict[str, bytes | Exception] = {
    "it does not answer": OSError("down"),
    "a page": b"<html>",
    "nothing": b"",
    "an empty set": body(),
    "no set": b"{}",
    "keys is an object": b'{"keys":{}}',
    "a set with a name twice": b'{"keys":[],"keys":[]}',
    "ten megabytes": body(ONE) + b" " * 10_000_000,
    "a byte too many": body(ONE).ljust(256 * 1024 + 1),
    "a key too many": body(*[ONE] * 101),
    "nested without end": b'{"keys":' + b"[" * 5000,
    "private keys only": body({**ONE, "d": ONE["x"]}),
    "shared secrets only": body({"kty": "oct", "kid": "x", "k": "AAAA"}),
    "keys for encryption only": body({**ONE, "use": "enc"}),
    "one name for two keys": body(ONE, {**TWO, "kid": ONE["kid"]}),
    "two keys without a name": body(*({m: v for m, v in key.items() if m != "kid"} for key in (ONE, TWO))),
    "a list": b"[]",
    "a string": b'"keys"',
    "half of a set": body(ONE)[:-9],
    "keys that are none": body({**ONE, "x": ONE["y"]}, "x", 1, None),
    "a kid that is a list": body({**ONE, "kid": ["x"]}),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_answer_leaves_the_last_good_set_until_its_end(case: str) -> None:
    host = Host(body(ONE))
    remote = host.keys()
    remote.jwks()
    host.answer = BAD[case]
    for host.now in (NOW + 400, NOW + 3599):
        assert kids(remote) == {ONE["kid"]}
    host.now = NOW + 3600
    with pytest.raises(KeysUnavailable):
        remote.jwks()
    host.now, host.answer = NOW + 3700, body(TWO)
    assert kids(remote) == {TWO["kid"]}


@pytest.mark.parametrize("case", BAD)
def test_without_a_good_set_there_is_none_and_the_host_is_left_in_peace(case: str) -> None:
    host = Host(BAD[case])
    remote = host.keys()
    for host.now in (NOW, NOW, NOW + 1, NOW + 29):
        with pytest.raises(KeysUnavailable):
            remote.jwks()
    assert host.visits == 1
    host.now, host.answer = NOW + 30, body(ONE)
    assert kids(remote) == {ONE["kid"]}


def test_one_bad_key_does_not_take_the_good_ones_with_it() -> None:
    odd = {"kty": "AKP", "kid": "pq", "alg": "ML-DSA-44", "pub": "AA"}
    host = Host(body({**TWO, "y": TWO["x"]}, odd, ONE))
    assert kids(host.keys()) == {ONE["kid"]}


def test_a_key_whose_private_half_is_told_is_left_out() -> None:
    assert kids(Host(body(ONE, {**TWO, "d": TWO["x"]})).keys()) == {ONE["kid"]}
    assert kids(Host(body(ONE, {"kty": "oct", "kid": "s", "k": "AAAA"})).keys()) == {ONE["kid"]}


def test_one_name_may_stand_for_keys_of_two_algorithms() -> None:
    other = {**key("RS256").public, "kid": ONE["kid"]}
    remote = Host(body(ONE, other, ONE)).keys()
    assert remote.jwks()["keys"] == [ONE, other]


@pytest.mark.parametrize("answer", [body(ONE).ljust(256 * 1024), body(*[ONE] * 100)])
def test_the_largest_sets_that_we_read(answer: bytes) -> None:
    assert kids(Host(answer).keys()) == {ONE["kid"]}


def test_a_clock_that_jumps_back_does_not_stop_fetching_for_ever() -> None:
    host = Host(OSError("down"))
    remote = host.keys()
    with pytest.raises(KeysUnavailable):
        remote.jwks()
    host.now, host.answer = NOW - 1000, body(ONE)
    assert kids(remote) == {ONE["kid"]}


def test_while_one_fetches_the_others_go_on_with_what_they_have() -> None:
    host = Host(body(ONE))
    remote = host.keys()
    remote.jwks()
    seen: list[set[object]] = []

    def ask() -> None:
        other = threading.Thread(target=lambda: seen.append(kids(remote)))
        other.start()
        other.join(10)

    host.now, host.answer, host.meanwhile = NOW + 300, body(TWO), ask
    assert kids(remote) == {TWO["kid"]}
    assert (seen, host.visits) == ([{ONE["kid"]}], 2)


def test_those_who_have_nothing_wait_for_the_one_fetch() -> None:
    host = Host(body(ONE))
    remote = host.keys()
    inside, seen = threading.Event(), list[set[object]]()
    threads = [threading.Thread(target=lambda: seen.append(kids(remote))) for _ in range(8)]
    host.meanwhile = lambda: assert_(inside.wait(10))
    for thread in threads:
        thread.start()
    inside.set()
    for thread in threads:
        thread.join(10)
    assert (len(seen), host.visits) == (8, 1)


def assert_(held: bool) -> None:
    assert held
