"""Links between our pages, and the index of decisions."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
DECISIONS = ROOT / "docs" / "decisions"
INDEX = DECISIONS / "README.md"

_ROW = re.compile(
    r"^\| \[(?P<number>\d{4})\]\((?P<name>[^)]+)\) \| .+"
    r" \| (?:in force|superseded by (?P<later>\d{4})(?:, but for [^|]+)?) \|$",
    re.M,
)
_LINK = re.compile(r"(?<!`)\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"^```.*?^```$", re.M | re.S)


def records() -> list[str]:
    """The files of all decisions, by number."""
    return sorted(path.name for path in DECISIONS.glob("[0-9]*.md"))


def rows() -> list[tuple[str, str, str | None]]:
    """Of the index: number, file, and the number of the decision that replaced it."""
    page = INDEX.read_text(encoding="utf-8")
    return [(row["number"], row["name"], row["later"]) for row in _ROW.finditer(page)]


def without_row() -> list[str]:
    """Decisions that the index does not name."""
    named = {name for _, name, _ in rows()}
    return [name for name in records() if name not in named]


def dead_links(page: Path) -> list[str]:
    """Links of a page to a file or a heading of ours that is not there."""
    text = _CODE.sub("", page.read_text(encoding="utf-8"))
    return [link for link in _LINK.findall(text) if not _leads_somewhere(page, link)]


def _leads_somewhere(page: Path, link: str) -> bool:
    if "://" in link:
        return True
    name, _, anchor = link.partition("#")
    target = (page.parent / name).resolve() if name else page
    return target.exists() and (not anchor or anchor in _anchors(target))


def _anchors(page: Path) -> set[str]:
    """What GitHub calls the headings of a page."""
    text = _CODE.sub("", page.read_text(encoding="utf-8"))
    heads = re.findall(r"^#+ (.+)$", text, re.M)
    return {anchor_of(head) for head in heads}


def anchor_of(heading: str) -> str:
    """What GitHub calls a heading, which is given without its `#`."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
