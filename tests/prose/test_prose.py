"""Our pages are folded at one width, and the check says which line is not."""

from pathlib import Path

import pytest

from tests.prose.__main__ import main, pages
from tests.prose.folding import WIDTH, fold, too_long

ROOT = Path(__file__).parent.parent.parent

LONG = "word " * 60
PAGE = f"""# {LONG}

{LONG}
{LONG}
- **R1** {LONG}
  and a second line
1. {LONG}

       code behind an item {LONG}

| a row | {LONG} |

A paragraph.

    code {LONG}

```sh
- {LONG}
```
<!-- generated: a table -->

{LONG}

<!-- end -->
[a link of several words](https://example.org/{"x" * 150})
"""


def test_our_pages_have_no_line_that_is_too_long() -> None:
    assert {ROOT / "README.md", ROOT / "docs" / "decisions" / "README.md"} <= {*pages()}
    assert {str(path): too_long(path.read_text()) for path in pages()} == {
        str(path): [] for path in pages()
    }


def test_folding_keeps_every_word_and_is_done_once() -> None:
    folded = fold(PAGE)
    assert folded.split() == PAGE.split()
    assert fold(folded) == folded


def test_what_is_not_prose_stays_as_it_is() -> None:
    folded = fold(PAGE).split("\n")
    for line in PAGE.split("\n"):
        if line.startswith(("#", "|", "    ", "```", "<!--", "[a")):
            assert line in folded


def test_a_folded_item_hangs_under_its_text() -> None:
    lines = fold(f"- **R1** {LONG}\n- **R2** short\n\n12. {LONG}").split("\n")
    assert [line[:4] for line in lines] == ["- **", "  wo", "  wo", "- **", "", "12. "] + [
        "    "
    ] * 2


@pytest.mark.parametrize("word", ["-", "+", "#", "3.", "|", "> 5"])
def test_a_line_never_begins_with_what_would_open_a_block(word: str) -> None:
    for lead in range(100, 125):
        page = "x" * lead + f" {word} y"
        assert fold(fold(page)) == fold(page)
        assert not any(line.startswith(word) for line in fold(page).split("\n"))


@pytest.mark.parametrize("atom", ["`a code span`", "[a link](docs/faults.md)", "([why](x y)),"])
def test_a_code_span_and_a_link_stay_on_one_line(atom: str) -> None:
    for lead in range(100, 125):
        assert atom in fold("x" * lead + f" {atom} y")


def test_a_code_span_that_was_folded_is_one_again() -> None:
    assert fold("- say `./run\n  check` first") == "- say `./run check` first"


def test_only_what_could_be_folded_is_too_long() -> None:
    found = [PAGE.split("\n")[number - 1].split()[0] for number in too_long(PAGE)]
    assert found == ["#", "word", "word", "-", "1.", "code", "code", "-"]
    assert too_long("x" * WIDTH) == too_long("x" * 300) == too_long(f"```text\n{LONG}\n```") == []


def test_the_check_names_page_and_line_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "docs" / "page.md"
    page.parent.mkdir()
    page.write_text(f"short\n\n{LONG}\n")
    hidden = tmp_path / ".venv" / "theirs.md"
    hidden.parent.mkdir()
    hidden.write_text(LONG)
    assert main(["--check"], tmp_path) == 1
    assert capsys.readouterr().err == (
        "docs/page.md:3: longer than 120 characters (run: python -m tests.prose)\n"
    )
    assert page.read_text() == f"short\n\n{LONG}\n"
    assert main([], tmp_path) == 0
    assert main(["--check"], tmp_path) == 0
    assert hidden.read_text() == LONG
