"""docs/decisions/README.md names every record, and every link between our pages leads somewhere."""

from pathlib import Path

import pytest

from tests.prose.__main__ import pages
from tests.prose.links import DECISIONS, ROOT, anchor_of, dead_links, records, rows, without_row


def test_the_index_names_every_record_once_and_in_order() -> None:
    assert without_row() == []
    assert [name for _, name, _ in rows()] == records()
    assert [number for number, *_ in rows()] == [name[:4] for name in records()]


def test_a_record_is_superseded_by_a_later_one() -> None:
    later = {number: by for number, _, by in rows() if by}
    assert {number: by for number, by in later.items() if by <= number} == {}
    assert set(later.values()) <= {name[:4] for name in records()}


def test_every_record_is_headed_by_its_number() -> None:
    heads = {name: (DECISIONS / name).read_text(encoding="utf-8")[:7] for name in records()}
    assert {name: head for name, head in heads.items() if head != f"# {name[:4]} "} == {}


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    assert dead_links(page) == []


def test_an_anchor_is_what_github_makes_of_a_heading() -> None:
    heading = "How to reach `run_once`: the embedded one"
    assert anchor_of(heading) == "how-to-reach-run_once-the-embedded-one"


def test_a_dead_link_is_found(tmp_path: Path) -> None:
    (tmp_path / "there.md").write_text("# One heading, `two`\n")
    page = tmp_path / "page.md"
    page.write_text(
        "# Here\n[a](there.md) [b](there.md#one-heading-two) [c](#here) [d](https://example.org)"
        " [e](gone.md) [f](there.md#three) [g](#there) `[h](gone.md)`\n```\n[i](gone.md)\n```\n"
    )
    assert dead_links(page) == ["gone.md", "there.md#three", "#there"]
