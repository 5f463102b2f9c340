"""Superior views: owns keeping what our superiors state about us. Implements `idp.superiors.Views`."""

from collections.abc import Mapping
from dataclasses import asdict

from sqlalchemy import and_, insert, select, update

from idp.records.database import Database
from idp.records.key_tables import superior_views
from idp.superiors import View


class SuperiorViews:
    """One row a superior: what it stated last."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> Mapping[str, View]:
        """By superior.

        Raises:
            Unavailable: `records`.
        """
        with self._database.read() as sql:
            rows = sql.execute(select(superior_views)).mappings().all()
        return {row["superior"]: View(**{**row, "kids": tuple(row["kids"])}) for row in rows}

    def put(self, view: View) -> None:
        """Keep it, unless a newer one is kept."""
        row = {**asdict(view), "kids": list(view.kids)}
        same = superior_views.c.superior == view.superior
        with self._database.write() as sql:
            older = and_(same, superior_views.c.issued <= view.issued)
            if sql.execute(update(superior_views).where(older).values(row)).rowcount:
                return
            if sql.execute(select(superior_views.c.issued).where(same)).first() is None:
                sql.execute(insert(superior_views).values(row))
