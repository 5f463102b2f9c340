"""Refresh tokens as strings: who can make them, and who can tell."""

import pytest

from idp.generation import Generations

GID = "A" * 42 + "E"
MAKER = Generations(b"k" * 32)
FIRST = MAKER.first("the code", gid=GID, client_id="portal")


def test_a_token_names_its_grant() -> None:
    assert MAKER.read(FIRST, client_id="portal") == GID
    assert MAKER.read(MAKER.after(FIRST, gid=GID, client_id="portal"), client_id="portal") == GID


def test_the_next_token_is_always_the_same_and_another_one() -> None:
    following = MAKER.after(FIRST, gid=GID, client_id="portal")
    assert following == MAKER.after(FIRST, gid=GID, client_id="portal") != FIRST


def test_without_the_key_nobody_makes_the_next() -> None:
    stranger = Generations(b"x" * 32)
    assert stranger.after(FIRST, gid=GID, client_id="portal") != MAKER.after(
        FIRST, gid=GID, client_id="portal"
    )
    assert stranger.read(FIRST, client_id="portal") is None


def test_without_the_token_before_nobody_makes_the_next() -> None:
    one = MAKER.first("one code", gid=GID, client_id="portal")
    other = MAKER.first("other code", gid=GID, client_id="portal")
    assert one != other


def test_a_token_is_its_clients_alone() -> None:
    assert MAKER.read(FIRST, client_id="other") is None
    assert MAKER.after(FIRST, gid=GID, client_id="other") != MAKER.after(FIRST, gid=GID, client_id="portal")


@pytest.mark.parametrize("at", range(0, len(FIRST), 7))
def test_a_token_changed_in_one_place_was_never_ours(at: int) -> None:
    changed = FIRST[:at] + ("A" if FIRST[at] != "A" else "B") + FIRST[at + 1 :]
    assert MAKER.read(changed, client_id="portal") is None


@pytest.mark.parametrize(
    "junk", ["", "x", FIRST + "A", FIRST[:-1], FIRST + "=", "令" * len(FIRST), " " * len(FIRST), "A" * 5_000]
)
def test_junk_was_never_ours(junk: str) -> None:
    assert MAKER.read(junk, client_id="portal") is None


def test_a_second_spelling_of_the_same_bytes_is_not_taken() -> None:
    last = FIRST[-1]
    for other in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_":
        if other != last:
            assert MAKER.read(FIRST[:-1] + other, client_id="portal") is None
