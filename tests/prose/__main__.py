"""`python -m tests.prose`: fold every page, or say what of it is too long, or names nothing."""

import argparse
import sys
from pathlib import Path

from tests.prose.folding import WIDTH, fold, too_long
from tests.prose.links import INDEX, dead_links, without_row
from tests.prose.names import PAGES, missing_in

ROOT = Path(__file__).parent.parent.parent


def main(words: list[str] | None = None, root: Path = ROOT) -> int:
    """Fold the named pages, or all; with --check write nothing, return 1 if anything is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.prose", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 if wrong")
    parser.add_argument("pages", nargs="*", type=Path, help="these alone (all pages, if none)")
    arguments = parser.parse_args(words)
    chosen = arguments.pages or pages(root)
    if not arguments.check:
        for path in chosen:
            _fold(path)
        return 0
    problems = [f"{path}:{problem}" for path in chosen for problem in problems_of(path)]
    for problem in problems:
        print(problem.removeprefix(f"{root}/"), file=sys.stderr)
    return 1 if problems else 0


def problems_of(path: Path) -> list[str]:
    """What is wrong with a page, each in a sentence."""
    lines = too_long(path.read_text(encoding="utf-8"))
    found = [
        f"{line}: longer than {WIDTH} characters (run: python -m tests.prose)" for line in lines
    ]
    found += [f" nothing is at {link}" for link in dead_links(path)]
    if path in PAGES:
        found += [f" the code has no {name}" for name in missing_in(path)]
    if path == INDEX:
        found += [f" {name} has no row here" for name in without_row()]
    return found


def _fold(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if (folded := fold(text)) != text:
        path.write_text(folded, encoding="utf-8")
        print(f"folded {path}")


def pages(root: Path = ROOT) -> list[Path]:
    """Every Markdown page, but what lies in hidden folders or was installed."""
    return [
        path
        for path in sorted(root.rglob("*.md"))
        if not any(
            part.startswith(".") or part == "node_modules" for part in path.relative_to(root).parts
        )
    ]


if __name__ == "__main__":
    sys.exit(main())
