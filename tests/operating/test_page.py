"""docs/operating.md and its chapters: every block is run, in order, and prints what they show."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.operating.blocks import Block, blocks
from tests.operating.chapters import FIRST, ROOT, chapters
from tests.operating.not_run import NOT_RUN
from tests.operating.playing import BUILDS, IN_EACH, is_not_run, play
from tests.operating.scene import CannotSet, Shell, scene, why_not
from tests.prose.links import anchor_of

MOST_NOT_RUN = 5
FENCED = re.compile(r"^( *)```.*?^\1```$", re.M | re.S)


def all_blocks() -> list[Block]:
    return [block for page in chapters() for block in blocks(page)]


def to_run() -> list[Block]:
    return [block for block in all_blocks() if block.is_run and not is_not_run(block)]


def test_every_block_is_one_that_is_run() -> None:
    """By the way it is written: `commands` raises for one that nobody would know how to run."""
    assert len(to_run()) > 5
    assert [block.name for block in to_run() if not block.commands()] == []


COMMAND = re.compile(
    r"\s*(?:[$#] |\./run |systemctl |apt-get |psql |curl |kill |cp |ln |pip |podman )"
)


def test_no_command_hides_in_what_is_only_shown() -> None:
    """Neither in a block of figures nor in one that is indented, which is no block of ours."""
    shown = [block for block in all_blocks() if not block.is_run]
    hidden = [block.name for block in shown if any(map(COMMAND.match, block.lines))]
    assert hidden == []
    for page in chapters():
        text = FENCED.sub("", page.read_text(encoding="utf-8"))
        assert re.findall(r"\n\n {4,}[^-*|\s].*", text) == [], page


def test_what_is_not_run_is_a_handful_and_is_there() -> None:
    there = {(block.page.name, block.lines[0]) for block in all_blocks()}
    assert NOT_RUN.keys() - there == set()
    assert len(NOT_RUN) <= MOST_NOT_RUN
    assert all(NOT_RUN.values())


SQL = re.compile(r"\b(?:SELECT|UPDATE) [a-z]|\bpsql ")

REACHED = "## How to reach the embedded one"


def test_each_page_with_sql_leads_to_where_the_embedded_database_is_reached() -> None:
    """The chapter that builds has a PostgreSQL of its own, and its address."""
    anchor = "#" + anchor_of(REACHED.removeprefix("## "))
    pages = [*chapters(), ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    texts = {page: page.read_text(encoding="utf-8") for page in pages if page != BUILDS}
    with_sql = {page for page, text in texts.items() if SQL.search(text)}
    assert len(with_sql) > 4
    lost = [page for page in with_sql if not {anchor, REACHED} & set(_words(texts[page]))]
    assert lost == []


def _words(text: str) -> list[str]:
    """Anchors that it links, and its headings."""
    return re.findall(r"#[a-z-]+(?=\))|^## .*$", text, re.M)


def test_the_chapter_that_builds_comes_first() -> None:
    assert chapters()[1] == BUILDS


def test_the_first_page_says_what_each_chapter_begins_with() -> None:
    assert f"# {IN_EACH}\n" in FIRST.read_text(encoding="utf-8")


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    if (reason := why_not()) is not None:
        pytest.skip(reason)
    try:
        with scene(tmp_path) as made:
            yield made
    except CannotSet as error:
        pytest.skip(str(error))


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.redis
@pytest.mark.longest(60)
@pytest.mark.timeout(900)
def test_every_command_of_every_chapter_prints_what_the_page_shows(shell: Shell) -> None:
    played = [*play(shell, all_blocks())]
    wrong = [str(one) for one in played if one.problem is not None]
    assert not wrong, "\n".join(wrong)
    assert {one.block.name for one in played} == {block.name for block in to_run()}
