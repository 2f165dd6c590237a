"""docs/decisions/README.md names every record, and every link between our pages leads somewhere."""

import re
from pathlib import Path

import pytest

from tests.prose.__main__ import pages

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "decisions"
RECORDS = sorted(path.name for path in FOLDER.glob("[0-9]*.md"))
ROW = re.compile(
    r"^\| \[(\d{4})\]\(([^)]+)\) \| (.+) \| (in force|superseded by (\d{4})) \|$", re.M
)
LINK = re.compile(r"(?<!`)\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"^```.*?^```$", re.M | re.S)


def test_the_index_names_every_record_once_and_in_order() -> None:
    rows = ROW.findall((FOLDER / "README.md").read_text(encoding="utf-8"))
    assert [name for _, name, *_ in rows] == RECORDS
    assert [number for number, *_ in rows] == [name[:4] for name in RECORDS]


def test_a_record_is_superseded_by_a_later_one() -> None:
    rows = ROW.findall((FOLDER / "README.md").read_text(encoding="utf-8"))
    later = {number: by for number, *_, by in rows if by}
    assert {number: by for number, by in later.items() if by <= number} == {}
    assert set(later.values()) <= {name[:4] for name in RECORDS}


def test_every_record_is_headed_by_its_number() -> None:
    heads = {name: (FOLDER / name).read_text(encoding="utf-8").split("\n")[0] for name in RECORDS}
    assert {name: head for name, head in heads.items() if head[:7] != f"# {name[:4]} "} == {}


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    text = CODE.sub("", page.read_text(encoding="utf-8"))
    assert [link for link in LINK.findall(text) if not _leads_somewhere(page, link)] == []


def _leads_somewhere(page: Path, link: str) -> bool:
    if "://" in link:
        return True
    name, _, anchor = link.partition("#")
    target = (page.parent / name).resolve() if name else page
    return target.exists() and (not anchor or anchor in _anchors(target))


def _anchors(page: Path) -> set[str]:
    """What GitHub calls the headings of a page."""
    text = CODE.sub("", page.read_text(encoding="utf-8"))
    heads = re.findall(r"^#+ (.+)$", text, re.M)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}
