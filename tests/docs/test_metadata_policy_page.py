"""The page about metadata policy has the operators and the pairs of the code, in their order."""

import re

from federation.policy.operators import STANDARD, TOGETHER
from tests.docs.pages import REFERENCE, read


def rows(heading: str) -> list[str]:
    """The first cells of the table under a heading."""
    part = read(REFERENCE / "metadata-policy.md").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| (`[^|]+) \|", part, re.MULTILINE)


def test_every_operator_has_a_line_in_the_order_in_which_they_act() -> None:
    assert rows("Operators") == [f"`{one.name}`" for one in STANDARD]


def test_every_pair_that_has_a_rule_has_a_line() -> None:
    assert rows("Combinations") == [f"`{first}`, `{second}`" for first, second in TOGETHER]
