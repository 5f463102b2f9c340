"""The page about trust chains has every reason of the code, in its order, with its section and sentence."""

import re

from federation.chain import LONGEST
from federation.errors import Reason
from federation.form import UNDERSTOOD
from federation.statement import LEEWAY
from keys.jose import STATEMENT
from tests.docs.pages import REFERENCE, read

PAGE = REFERENCE / "trust-chains.md"


def test_every_reason_has_a_line_in_the_order_of_the_rules() -> None:
    lines = re.findall(r"^\| `([A-Z_]+)` \| ([0-9.]+) \| (.+) \|$", read(PAGE), re.MULTILINE)
    assert lines == [(one.name, one.section, one.sentence) for one in Reason]


def test_the_bounds_are_those_of_the_code() -> None:
    text = " ".join(read(PAGE).split())
    assert f"Clocks may differ by {LEEWAY:g} seconds." in text
    assert f"at most {STATEMENT.size // 1024} KiB, nested at most {STATEMENT.depth} levels" in text
    assert f"at most {LONGEST} statements" in text
    assert f"`crit` may name: {', '.join(f'`{name}`' for name in sorted(UNDERSTOOD))}." in text
