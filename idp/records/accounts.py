"""Accounts: owns where local accounts lie. Does not know how a password is compared."""

from dataclasses import fields, replace
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from adapters.names import fold
from idp.accounts import Account
from idp.records.database import Database
from idp.records.tables import accounts

_NAMES = tuple(field.name for field in fields(Account))


class Accounts:
    """The accounts of this node."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, username: str) -> Account | None:
        """The account of this name, in any spelling that `adapters.names.fold` makes equal."""
        with self._database.read() as sql:
            wanted = select(accounts).where(accounts.c.username == fold(username))
            row = sql.execute(wanted).one_or_none()
        return None if row is None else _account(row)

    def list(self) -> tuple[Account, ...]:
        """All of them, by name."""
        with self._database.read() as sql:
            return tuple(_account(row) for row in sql.execute(select(accounts).order_by(accounts.c.username)))

    def add(self, account: Account) -> bool:
        """Keep a new account; False: the name or id is taken.

        Raises:
            ValueError: an empty name.
        """
        account = replace(account, username=fold(account.username))
        if not account.username:
            raise ValueError("an account needs a name")
        with self._database.write() as sql:
            same = (accounts.c.username == account.username) | (accounts.c.id == account.id)
            if sql.execute(select(accounts.c.id).where(same)).first() is not None:
                return False
            row = {name: getattr(account, name) for name in _NAMES}
            sql.execute(insert(accounts).values(row | {"claims": dict(account.claims)}))
        return True

    def set_password(self, account_id: str, phc: str) -> bool:
        """Write a new hash; False: no such account."""
        return self._set(account_id, password=phc)

    def set_disabled(self, account_id: str, disabled: bool) -> bool:
        """Close an account or open it again; False: no such account."""
        return self._set(account_id, disabled=disabled)

    def remove(self, account_id: str) -> bool:
        """Delete an account; False: there was none."""
        with self._database.write() as sql:
            return sql.execute(delete(accounts).where(accounts.c.id == account_id)).rowcount == 1

    def _set(self, account_id: str, **values: object) -> bool:
        with self._database.write() as sql:
            change = update(accounts).where(accounts.c.id == account_id).values(**values)
            return sql.execute(change).rowcount == 1


def _account(row: Row[Any]) -> Account:
    return Account(**row._mapping)
