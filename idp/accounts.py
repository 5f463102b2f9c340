"""Accounts: owns signing in with a name and password that are kept here. Does not know throttling, sessions.

One more source beside the directories, of the same shape (`adapters.person.Source`). Imports passwords and
the form of a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from adapters.person import Person
from idp.errors import Unavailable
from idp.passwords import Passwords


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A citizen whose home is this node itself.

    Attributes:
        id: random, never given to another person.
        username: as `adapters.names.fold` writes it.
        password: PHC string.
        name: shown to the person.
        claims: OIDC claims by name.
        rl: identity level, 1 to 5.
        disabled: nobody signs in.
    """

    id: str
    username: str
    password: str = field(repr=False)
    name: str
    claims: Mapping[str, object] = field(default_factory=dict)
    rl: int = 1
    disabled: bool = False


class AccountStore(Protocol):
    """Whoever keeps accounts."""

    def find(self, username: str) -> Account | None:
        """The account of this name, in any spelling that `adapters.names.fold` makes equal."""
        ...

    def set_password(self, account_id: str, phc: str) -> bool:
        """Write a new hash; False: no such account."""
        ...


class LocalAccounts:
    """Local accounts as a source.

    Args:
        store: where they are.
        passwords: how they are compared.
        label: what a page calls this way in, by language.
    """

    name = "account"

    def __init__(self, store: AccountStore, passwords: Passwords, label: Mapping[str, str]) -> None:
        self._store = store
        self._passwords = passwords
        self.label = label

    def check(self, username: str, password: str) -> Person | None:
        """The person who has this name and password. The work is the same whether or not the name exists.

        Raises:
            idp.errors.Unavailable: the records or a turn at the hash.
        """
        account = self._store.find(username)
        same = self._passwords.check(password, account.password if account else None)
        if account is None or account.disabled or not same:
            return None
        if self._passwords.outdated(account.password):
            self._store.set_password(account.id, self._passwords.hash(password))
        return Person(local_id=account.id, attributes={"name": account.name, **account.claims}, rl=account.rl)

    def knows(self, username: str) -> bool:
        """Whether somebody here has this name; False as well while the records cannot say."""
        try:
            return self._store.find(username) is not None
        except Unavailable:
            return False
