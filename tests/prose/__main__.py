"""`python -m tests.prose`: fold every page, or say which lines are too long, which names gone."""

import argparse
import sys
from pathlib import Path

from tests.prose.folding import WIDTH, fold, too_long
from tests.prose.names import PAGES, missing_in

ROOT = Path(__file__).parent.parent.parent


def main(words: list[str] | None = None, root: Path = ROOT) -> int:
    """Fold the named pages, or all; with --check write nothing, return 1 if anything is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.prose", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 if wrong")
    parser.add_argument("pages", nargs="*", type=Path, help="these alone (all pages, if none)")
    arguments = parser.parse_args(words)
    failed = 0
    for path in arguments.pages or pages(root):
        text = path.read_text(encoding="utf-8")
        if arguments.check:
            for name in missing_in(path) if path in PAGES else ():
                failed = 1
                print(f"{path.relative_to(root)}: the code has no {name}", file=sys.stderr)
            for line in too_long(text):
                failed = 1
                print(
                    f"{path.relative_to(root)}:{line}: longer than {WIDTH} characters"
                    " (run: python -m tests.prose)",
                    file=sys.stderr,
                )
        elif (folded := fold(text)) != text:
            path.write_text(folded, encoding="utf-8")
            print(f"folded {path}")
    return failed


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
