"""Census: owns the list of everybody who can sign in somewhere in the country.

Imports `directory` for its records. Guangdong's people stand in its directory, Zhejiang's are local accounts.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from idp.demo.directory import Resident, residents

_ACCOUNTS = Path(__file__).parent / "data" / "zhejiang.json"
ACCOUNTS_REGION = "330000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A local account to be made.

    Attributes:
        username: unique at its node.
        password: to be hashed there.
        rl: 1 to 5.
        claims: OIDC claims by name.
    """

    username: str
    password: str
    rl: int
    claims: Mapping[str, Any]


def accounts() -> tuple[Account, ...]:
    """Zhejiang's citizens."""
    return tuple(Account(**entry) for entry in json.loads(_ACCOUNTS.read_text("utf-8")))


def everybody() -> tuple[Resident, ...]:
    """All of them, as the board and `demo.json` show them."""
    return residents() + tuple(
        Resident(
            username=account.username,
            password=account.password,
            name=account.claims["name"],
            home=ACCOUNTS_REGION,
            source="account",
            level=f"RL{account.rl}",
        )
        for account in accounts()
    )
