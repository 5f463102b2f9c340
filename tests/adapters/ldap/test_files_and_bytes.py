"""LDIF files and BER bytes: what is read, and what is refused."""

import base64
import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.ldap import dn
from adapters.ldap.embedded import ber, ldif, match, secret, wire
from adapters.ldap.embedded.tree import SUBTREE, Tree
from tests.contracts.directory_places import LDIF


def read(folder: Path, text: str) -> list[ldif.Record]:
    path = folder / "a.ldif"
    path.write_text(text, encoding="utf-8")
    return list(ldif.read(path))


def test_folded_commented_and_encoded_lines_are_read(tmp_path: Path) -> None:
    name = base64.b64encode("cn=张伟,dc=c".encode()).decode()
    made = read(
        tmp_path,
        "version: 1\n\n# a comment\n#  folded\n  on\n"
        "dn: dc=c\ndescription: one\n  two\n\n\n"
        f"dn:: {name}\ncn:: 5byg5Lyf\n# inside\nsn:\n",
    )
    assert made == [
        ldif.Record("dc=c", (("description", b"one two"),)),
        ldif.Record("cn=张伟,dc=c", (("cn", "张伟".encode()), ("sn", b""))),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("cn: a\n", "does not begin with its dn"),
        ("dn: dc=c\nnothing\n", ":2: no attribute"),
        ("dn: dc=c\ncn:< file:///etc/passwd\n", "values from a URL"),
        ("dn: dc=c\ncn:: ***\n", "not Base64"),
        ("dn: dc=c\nchangetype: delete\n", "is a change"),
    ],
)
def test_what_is_not_an_entry_is_named(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ldif.BadLdif, match=words):
        read(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("dn: dc=c\n\ndn: DC=C\n", "written twice"),
        ("dn: dc=c\n\ndn: cn=a,ou=b,dc=c\n", "parent is not there"),
        ("dn: nothing\n", "no attribute"),
    ],
)
def test_a_tree_has_no_holes_and_no_doubles(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ldif.BadLdif, match=words):
        Tree(read(tmp_path, text))


def test_the_made_up_people_are_whole() -> None:
    tree = Tree.of(LDIF)
    people = [e for e in tree.below(dn.parse("ou=people,dc=gd,dc=example"), SUBTREE) if e.values("uid")]
    assert len(people) == 41
    seen: set[bytes] = set()
    for person in people:
        uid = person.values("uid")[0]
        assert secret.fits(person.values("userPassword"), b"Manyou-2026-" + uid)
        assert person.values("userPassword")[0].startswith(b"{SSHA512}")
        assert person.values("mail") == [uid + b"@gd.example"], "mail goes nowhere (RFC 2606)"
        assert all(v.startswith(b"+86 20 0") for v in person.values("telephoneNumber")), (
            "no such number exists"
        )
        assert b"cn=staff,ou=groups,dc=gd,dc=example" in person.values("memberOf")
        for name in ("cn", "sn", "givenName", "displayName", "employeeNumber", "departmentNumber"):
            assert person.values(name)
        seen |= {*person.values("entryUUID"), person.values("employeeNumber")[0], uid}
    assert len(seen) == 3 * 41, "identities, numbers and names are unique"


@pytest.mark.parametrize("algorithm", ["SSHA512", "ssha256", "SSHA"])
def test_salted_hashes_are_compared(algorithm: str) -> None:
    digest = {"SSHA512": "sha512", "ssha256": "sha256", "SSHA": "sha1"}[algorithm]
    raw = hashlib.new(digest, b"right" + b"salt").digest() + b"salt"
    held = [b"{" + algorithm.encode() + b"}" + base64.b64encode(raw)]
    assert secret.fits(held, b"right")
    assert not secret.fits(held, b"wrong")
    assert not secret.fits(held, b"")


@pytest.mark.parametrize("held", [b"{SSHA512}", b"{SSHA512}AAAA", b"{SSHA}***", b"{UNKNOWN}right", b""])
def test_a_broken_hash_lets_nobody_in(held: bytes) -> None:
    assert not secret.fits([held], b"right")
    assert not secret.fits([held], b"")


def test_plain_values_are_compared_and_nothing_is_nobody() -> None:
    assert secret.fits([b"old", b"right"], b"right")
    assert not secret.fits([], b"right")


@given(st.integers(-(2**62), 2**62), st.binary(max_size=400))
def test_what_is_packed_is_read_again(number: int, data: bytes) -> None:
    first, second = ber.elements(ber.number(number) + ber.octets(data))
    assert first.integer() == number
    assert second.value == data


@given(st.binary(max_size=80))
def test_any_bytes_are_a_message_or_refused(data: bytes) -> None:
    for start in (b"", b"\x30", b"\x30\x20\x02\x01\x01\x63"):
        try:
            wire.message(start + data)
            for part in ber.elements(data):
                match.read(part)
                wire.search(part)
        except ber.BadBer:
            continue


@pytest.mark.parametrize(
    "head",
    [
        b"\x30\x80",
        b"\x30\x85\x01\x01\x01\x01\x01",
        b"\x3f\x01",
        b"\x30\x83\x10\x00\x00",
        b"\x30\x84\xff\xff\xff\xff",
    ],
)
def test_lengths_that_are_too_much_are_refused(head: bytes) -> None:
    with pytest.raises(ber.BadBer):
        ber.span(head)


@pytest.mark.parametrize(
    ("head", "size"), [(b"\x30", None), (b"\x30\x00", 2), (b"\x30\x82\x01", None), (b"\x30\x82\x01\x00", 260)]
)
def test_lengths_are_read_as_soon_as_they_are_there(head: bytes, size: int | None) -> None:
    assert ber.span(head) == size
