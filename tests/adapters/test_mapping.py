"""How attributes become claims: the table is the specification."""

import re

import pytest

from adapters import mapping
from adapters.mapping import MAX_VALUE, Values

CASES: dict[str, tuple[object, Values, object]] = {
    "an attribute is taken as it is": ("cn", {"cn": ["张伟"]}, "张伟"),
    "its name may be written in any case": ("displayName", {"displayname": ["张伟"]}, "张伟"),
    "an attribute that is not there makes no claim": ("cn", {}, None),
    "an empty value makes no claim": ("cn", {"cn": ["", "  "]}, None),
    "the first of several attributes that is there counts": (["displayName", "cn"], {"cn": ["张伟"]}, "张伟"),
    "the first of several attributes wins": (["displayName", "cn"], {"displayname": ["a"], "cn": ["b"]}, "a"),
    "the first of several values counts": ("cn", {"cn": ["欧阳雪", "Ouyang Xue"]}, "欧阳雪"),
    "all values make a list": ({"attribute": "cn", "many": True}, {"cn": ["a", "b", "a"]}, ("a", "b")),
    "no values make no list": ({"attribute": "cn", "many": True}, {}, None),
    "case is lowered": (
        {"attribute": "mail", "case": "lower"},
        {"mail": ["Zhang@GD.example"]},
        "zhang@gd.example",
    ),
    "case is raised": ({"attribute": "c", "case": "upper"}, {"c": ["cn"]}, "CN"),
    "a value is cut": ({"attribute": "ou", "split": ";", "many": True}, {"ou": ["a; b;;"]}, ("a", "b")),
    "a constant is the same for all": ({"const": "zh-CN"}, {}, "zh-CN"),
    "a constant may be a yes": ({"const": True}, {}, True),
    "a constant may be a no": ({"const": False}, {}, False),
    "an expression keeps its group": (
        {"attribute": "memberOf", "match": "^cn=([^,]+)", "many": True},
        {"memberof": ["cn=窗口人员,ou=groups", "ou=x"]},
        ("窗口人员",),
    ),
    "an expression without a group keeps what it finds": (
        {"attribute": "tel", "match": r"\+[\d ]+"},
        {"tel": ["tel +86 20 0000 0101"]},
        "+86 20 0000 0101",
    ),
    "a value that an expression does not find is dropped": (
        {"attribute": "cn", "match": "^x(.*)$"},
        {"cn": ["abc", "xyz"]},
        "yz",
    ),
    "a value beyond reason is dropped": ("cn", {"cn": ["x" * (MAX_VALUE + 1), "y"]}, "y"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_rule(case: str) -> None:
    written, values, expected = CASES[case]
    made = mapping.claims(mapping.read({"claim": written}), values)
    assert made == ({} if expected is None else {"claim": expected})


WRONG: dict[str, tuple[object, str]] = {
    "a number": (7, "write an attribute"),
    "an empty list": ([], "write an attribute"),
    "a name that is none": ("cn)(x=*", "letters, digits and hyphens"),
    "neither attribute nor constant": ({}, "either attribute or const"),
    "attribute and constant": ({"attribute": "cn", "const": "x"}, "either attribute or const"),
    "an unknown word": ({"attribute": "cn", "lower": True}, "no lower in a rule"),
    "an unknown case": ({"attribute": "cn", "case": "title"}, "lower"),
    "a constant that is a table": ({"const": {}}, "const is a string"),
    "a broken expression": ({"attribute": "cn", "match": "("}, "no regular expression"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_rule_is_named_with_what_to_write(case: str) -> None:
    written, words = WRONG[case]
    with pytest.raises(ValueError, match=re.escape(words)) as caught:
        mapping.read({"nickname": written})
    assert "nickname" in str(caught.value)


def test_without_rules_the_usual_attributes_make_the_usual_claims() -> None:
    rules = mapping.read({})
    assert set(rules) >= {"name", "family_name", "given_name", "email", "phone_number", "department"}
    assert {"displayname", "cn", "sn", "givenname", "mail", "employeenumber"} <= set(
        mapping.attributes(rules)
    )
