"""Held: owns keeping the trust marks that others issued to us. Implements `idp.authority.held.Keeps`."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import ColumnElement, and_, delete, insert, select

from idp.authority.held import HeldMark
from idp.records.authority_tables import held_marks
from idp.records.database import Database


class HeldRecords:
    """The marks that this node holds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> Sequence[HeldMark]:
        """Every mark, by type.

        Raises:
            Unavailable: `records`; as every verb here.
        """
        with self._database.read() as sql:
            rows = sql.execute(select(held_marks).order_by(held_marks.c.type)).mappings()
            return [HeldMark(**row) for row in rows]

    def put(self, mark: HeldMark) -> None:
        """Keep a mark in the place of the one of its type and issuer."""
        with self._database.write() as sql:
            sql.execute(delete(held_marks).where(_same(mark.type, mark.issuer)))
            sql.execute(insert(held_marks).values(asdict(mark)))

    def remove(self, mark_type: str, issuer: str) -> None:
        """Forget a mark; harmless when there is none."""
        with self._database.write() as sql:
            sql.execute(delete(held_marks).where(_same(mark_type, issuer)))


def _same(mark_type: str, issuer: str) -> ColumnElement[bool]:
    return and_(held_marks.c.type == mark_type, held_marks.c.issuer == issuer)
