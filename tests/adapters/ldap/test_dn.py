"""When two distinguished names are one, and when one lies below another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.ldap import dn

SAME = {
    "case and blanks": ("uid=a,ou=b,dc=c", " UID = A , OU=B,  DC=C "),
    "an escaped comma": ("cn=a\\,b,dc=c", "cn=a\\2cb,dc=c"),
    "Chinese, escaped as bytes": ("ou=民政厅,dc=c", "ou=\\E6\\B0\\91\\e6\\94\\bf\\E5\\8E\\85,dc=c"),
    "a quoted value": ('cn="a,b",dc=c', "cn=a\\,b,dc=c"),
    "several values in any order": ("cn=a+uid=b,dc=c", "uid=B+cn=A,dc=c"),
    "an escaped backslash before digits": ("cn=\\\\41,dc=c", "cn=\\5c41,dc=c"),
    "semicolons": ("cn=a;dc=c", "cn=a,dc=c"),
}


@pytest.mark.parametrize("case", SAME)
def test_one_name_in_two_spellings(case: str) -> None:
    one, other = SAME[case]
    assert dn.parse(one) == dn.parse(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("cn=a,dc=c", "cn=a"),
        ("cn=a\\,dc=c", "cn=a,dc=c"),
        ("cn=\\\\41", "cn=A"),
        ("cn=a", "uid=a"),
        ("cn=a,cn=b", "cn=b,cn=a"),
    ],
)
def test_two_names_that_look_alike(one: str, other: str) -> None:
    assert dn.parse(one) != dn.parse(other)


@pytest.mark.parametrize(
    "text", ["x", "=x", "cn=a,,dc=c", 'cn="a', "cn=\\E6,dc=c", "cn=#04", "cn=" + "a" * 9000, ",", "cn=a,"]
)
def test_what_is_no_name(text: str) -> None:
    with pytest.raises(dn.BadDn):
        dn.parse(text)


def test_within_is_at_or_below() -> None:
    base = dn.parse("ou=people,dc=c")
    assert dn.within(dn.parse("uid=a,OU=People,dc=c"), base)
    assert dn.within(base, base)
    assert not dn.within(dn.parse("dc=c"), base)
    assert not dn.within(dn.parse("uid=a,ou=people\\,dc=c"), base)
    assert not dn.within(dn.parse("ou=people,dc=c,dc=d"), base)


def test_a_leaf_is_as_it_is_written() -> None:
    assert dn.leaf("CN=窗口人员,ou=groups,dc=c") == "窗口人员"
    assert dn.leaf("cn=A\\, B+uid=x,dc=c") == "A, B"
    with pytest.raises(dn.BadDn):
        dn.leaf("nothing")


@given(st.text(max_size=60))
def test_whatever_is_read_is_a_name_or_refused(text: str) -> None:
    try:
        name = dn.parse(text)
    except dn.BadDn:
        return
    assert dn.within(name, name)
