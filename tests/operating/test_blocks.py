"""How blocks of a page are read."""

from pathlib import Path

import pytest

from tests.operating.blocks import Block, NotABlock, blocks
from tests.operating.chapters import ROOT

PAGE = """Figures:

```text
# nothing to run
```

   1. Typed:

   ```console
   # one --with \\
     more
   printed
   $ cat <<'END'
   # not a command
   END
   # two() {
   > three
   > }
   [exit code 2]
   ```

All nodes read `/etc/prime/prime.env`:

```ini
A=1
```

```sql
SELECT 1;
```
"""


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Block]:
    monkeypatch.setattr("tests.operating.blocks.ROOT", tmp_path)
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    return blocks(page)


def test_commands_are_told_from_what_they_print(read: list[Block]) -> None:
    assert [(command.text, command.shown) for command in read[1].commands()] == [
        ("one --with \\\n  more", ["printed"]),
        ("cat <<'END'\n# not a command\nEND", []),
        ("two() {\nthree\n}", ["[exit code 2]"]),
    ]
    assert [command.line for command in read[1].commands()] == [10, 13, 16]


def test_a_file_is_written_where_the_line_above_says(read: list[Block]) -> None:
    file, statement = read[2].commands()[0], read[3].commands()[0]
    assert "cat > /etc/prime/prime.env <<'END'\nA=1\nEND" in file.text
    assert "SELECT 1;" in statement.text
    assert file.shown is None
    assert [block.is_run for block in read] == [False, True, True, True]


@pytest.mark.parametrize(
    "block",
    [
        Block(ROOT / "page.md", 1, "ini", ["A=1"], None),
        Block(ROOT / "page.md", 1, "", ["./run"], None),
        Block(ROOT / "page.md", 1, "console", ["printed by nobody"], None),
    ],
)
def test_a_block_that_nobody_could_run_is_refused(block: Block) -> None:
    with pytest.raises(NotABlock, match=r"page\.md:1: "):
        block.commands()
