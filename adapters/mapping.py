"""Mapping: owns how attributes of a directory become OIDC claims. Rules are data, never code. Imports
nothing of ours.

A rule is written in settings as the attribute's name (`name = "cn"`), as several of which the first present
one counts (`name = ["displayName", "cn"]`), or as a table with more to say
(`email = {attribute = "mail", case = "lower"}`).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Values = Mapping[str, Sequence[str]]  # by attribute name in lower case

MAX_VALUE = 2048  # characters: longer ones are no claim, and would make a regular expression expensive

DEFAULTS: Mapping[str, object] = {
    "name": ["displayName", "cn"],
    "family_name": "sn",
    "given_name": "givenName",
    "preferred_username": "uid",
    "email": {"attribute": "mail", "case": "lower"},
    "phone_number": "telephoneNumber",
    "department": ["departmentNumber", "ou"],
    "employee_number": "employeeNumber",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How one claim is made.

    Attributes:
        attributes: where to look; the first that has a value counts.
        const: the claim's value for everybody, instead of looking.
        case: `lower`, `upper` or empty.
        split: separator at which each value is cut.
        match: regular expression; a value that it does not find is dropped, its first group (or all of the
        match)
            is kept.
        many: whether the claim is a list of all values instead of the first one.
    """

    attributes: tuple[str, ...] = ()
    const: str | bool | int | None = None
    case: str = ""
    split: str = ""
    match: re.Pattern[str] | None = None
    many: bool = False

    def value(self, values: Values) -> object | None:
        """The claim's value, None when the directory says nothing."""
        if self.const is not None:
            return self.const
        found = next((list(values[a]) for a in self.attributes if values.get(a)), [])
        made = [made for value in found for made in self._parts(value)]
        if self.many:
            return tuple(dict.fromkeys(made)) or None
        return made[0] if made else None

    def _parts(self, value: str) -> list[str]:
        if len(value) > MAX_VALUE:
            return []
        parts = value.split(self.split) if self.split else [value]
        made = [self._kept(part.strip()) for part in parts]
        return [part for part in made if part]

    def _kept(self, part: str) -> str:
        if self.match is not None:
            found = self.match.search(part)
            if found is None:
                return ""
            part = (found.group(1) if self.match.groups else found.group()) or ""
        if self.case == "lower":
            return part.lower()
        return part.upper() if self.case == "upper" else part


def claims(rules: Mapping[str, Rule], values: Values) -> Mapping[str, object]:
    """The claims that these values make; a claim without a value is left out (OIDC Core §5.3.2)."""
    made = {name: rule.value(values) for name, rule in rules.items()}
    return {name: value for name, value in made.items() if value is not None}


def attributes(rules: Mapping[str, Rule]) -> tuple[str, ...]:
    """Every attribute that the rules read, in lower case."""
    return tuple(dict.fromkeys(a for rule in rules.values() for a in rule.attributes))


def read(written: Mapping[str, object]) -> Mapping[str, Rule]:
    """The rules of a settings table; the usual ones when it is empty.

    Raises:
        ValueError: its text says which claim's rule is wrong and how to write it.
    """
    return {name: _rule(name, rule) for name, rule in (written or DEFAULTS).items()}


def _rule(claim: str, written: object) -> Rule:
    if not isinstance(written, Mapping):
        return Rule(attributes=_names(claim, written))
    unknown = set(written) - {"attribute", "const", "case", "split", "match", "many"}
    if unknown:
        raise ValueError(
            f"claim {claim!r}: no {', '.join(sorted(unknown))} in a rule; it knows attribute, const, "
            "case, split, match, many"
        )
    const, case = written.get("const"), written.get("case", "")
    if ("attribute" in written) == (const is not None):
        raise ValueError(f"claim {claim!r}: give either attribute or const")
    if const is not None and not isinstance(const, str | bool | int):
        raise ValueError(f"claim {claim!r}: const is a string, a number or true/false")
    if case not in ("", "lower", "upper"):
        raise ValueError(f'claim {claim!r}: case is "lower" or "upper"')
    return Rule(
        attributes=() if const is not None else _names(claim, written["attribute"]),
        const=const,
        case=str(case),
        split=str(written.get("split", "")),
        match=_pattern(claim, written.get("match")),
        many=bool(written.get("many", False)),
    )


def _names(claim: str, written: object) -> tuple[str, ...]:
    names = [written] if isinstance(written, str) else written
    if not isinstance(names, Sequence) or not names:
        raise ValueError(f'claim {claim!r}: write an attribute ("cn"), a list of them, or a table')
    if not all(isinstance(n, str) and re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", n) for n in names):
        raise ValueError(f"claim {claim!r}: an attribute's name has letters, digits and hyphens")
    return tuple(str(n).lower() for n in names)


def _pattern(claim: str, written: object) -> re.Pattern[str] | None:
    if written is None:
        return None
    try:
        return re.compile(str(written))
    except re.error as error:
        raise ValueError(f"claim {claim!r}: match is no regular expression ({error})") from error
