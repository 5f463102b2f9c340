"""Very many subordinates: pages walk indexes, and the measure of it measures what others ask for."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.dialects import sqlite

from federation.authority.listing import Filters, Place
from idp.records.authority_tables import subordinates
from idp.records.database import Database
from idp.records.subordinate_lists import fitting
from tests.bench.crowd import measure

HERE = Place(updated=5.0, entity_id="http://e001.localhost")


@pytest.mark.parametrize(
    "filters",
    [
        Filters(),
        Filters(entity_types=("openid_provider",)),
        Filters(entity_types=("openid_provider", "openid_relying_party")),
        Filters(intermediate=True),
        Filters(trust_marked=True),
        Filters(mark_types=("https://a.example",)),
        Filters(updated_after=5),
        Filters(updated_after=5, updated_before=9, entity_types=("openid_provider",)),
    ],
)
def test_no_page_walks_the_whole_table_or_sorts_it(database: Database, filters: Filters) -> None:
    asked = fitting(subordinates, filters, HERE, 0.0).limit(10)
    text = str(asked.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))
    with database.read() as sql:
        plan = [row[3] for row in sql.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]
    assert plan
    assert not [step for step in plan if step.startswith("SCAN") or "TEMP B-TREE" in step], plan


def test_a_crowd_is_filled_signed_and_asked(tmp_path: Path) -> None:
    figures: Any = measure(tmp_path, count=1100, fetches=20)
    assert figures.subordinates == 1100
    assert len(figures.fetch) == 20
    assert len(figures.pages) == 2, "a thousand on a page"
    assert figures.changed == 100
    assert min(figures.fill, figures.sign, figures.crawl, *figures.fetch, *figures.pages) > 0
    assert list(figures.pages) == sorted(figures.pages)
