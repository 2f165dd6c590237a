"""docs/operating.md names all its chapters, and a heading is in one place only."""

import re

import pytest

from tests.operating.chapters import FIRST, chapters, section, text


def test_the_first_page_names_every_chapter() -> None:
    named = chapters()
    assert named[0] == FIRST
    assert sorted(named[1:]) == sorted((FIRST.parent / "operating").glob("*.md"))


def test_a_heading_is_in_one_place_only() -> None:
    headings = re.findall(r"^#{1,2} (.+)$", text(), re.M)
    assert len(headings) > 15
    assert [heading for heading in {*headings} if headings.count(heading) > 1] == []


def test_a_section_ends_where_the_next_one_begins() -> None:
    assert "`PRIME_SECRET`" in section("Settings")
    assert "`prime_full`" in section("What to watch")
    assert "\n# " not in section("Sizing")
    with pytest.raises(IndexError):
        section("Nothing of that name")
