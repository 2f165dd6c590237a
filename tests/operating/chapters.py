"""The chapters of docs/operating.md, in its order, as one text."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
FIRST = ROOT / "docs" / "operating.md"

_FENCED = re.compile(r"^( *)```.*?^\1```$", re.M | re.S)


def chapters() -> list[Path]:
    """The first page, then those that its table of contents names, in that order."""
    named = re.findall(r"^\| \[[^\]]+\]\((operating/[\w-]+\.md)\) \|", _read(FIRST), re.M)
    return [FIRST, *(FIRST.parent / name for name in named)]


def text() -> str:
    """All of them, one after the other; root's prompt is `$ ` too, as `# ` begins a heading."""
    joined = "\n".join(_read(page) for page in chapters())
    return _FENCED.sub(lambda block: re.sub(r"^( *)# ", r"\1$ ", block[0], flags=re.M), joined)


def section(heading: str) -> str:
    """What is under a heading `## ...` of any chapter; IndexError if there is none."""
    without_blocks = _FENCED.sub("", text())  # what root types begins with `# `, too
    return re.split(r"\n##? ", without_blocks.split(f"\n## {heading}\n")[1])[0]


def _read(page: Path) -> str:
    return page.read_text(encoding="utf-8")
