"""Pages of the documentation lead to each other, and name nothing of the machine that they were written on."""

import re
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, PAGES, ROOT, anchors, name, prose, read

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HOME = re.compile(r"(?<![\w.<])/(?:work|root|home|Users|tmp)/")
REGISTRIES = ("pypi.org", "pythonhosted", "npmjs", "artifactory", "nexus", "index-url", "mirrors.")


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    broken = []
    for link in LINK.findall(prose(page)):
        if re.match(r"[a-z]+:", link):
            continue
        file, _, part = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        if (
            not target.exists()
            or ROOT not in target.parents
            or (part and target.suffix == ".md" and part not in anchors(target))
        ):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_no_page_names_this_machine_or_a_registry(page: Path) -> None:
    text = read(page)
    assert HOME.findall(text) == []
    assert [host for host in REGISTRIES if host in text] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_page_has_one_title_and_no_trailing_blanks(page: Path) -> None:
    assert len(re.findall(r"^# ", prose(page), re.MULTILINE)) == 1
    assert [line for line in read(page).splitlines() if line != line.rstrip()] == []


@pytest.mark.parametrize("page", [page for page in PAGES if DOCS in page.parents], ids=name)
def test_the_index_leads_to_every_page(page: Path) -> None:
    index = DOCS / "README.md"
    linked = {(DOCS / link.partition("#")[0]).resolve() for link in LINK.findall(read(index))}
    assert page == index or page in linked


@pytest.mark.parametrize("page", sorted((DOCS / "decisions").glob("*.md")), ids=name)
def test_a_decision_is_dated_and_keeps_the_losers(page: Path) -> None:
    assert re.match(r"\d{4}-\d{2}-\d{2}-[a-z-]+$", page.stem)
    assert "Turned down" in read(page)
    assert "change our mind" in read(page)
