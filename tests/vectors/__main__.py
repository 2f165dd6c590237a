"""`python -m tests.vectors`: write schema/vectors/, check it, or make other sessions."""

import argparse
import sys
from pathlib import Path

from tests.vectors.files import COMMITTED, FOLDER, ROOT, STEPS, sessions, stale, tables, write


def main(words: list[str] | None = None, folder: Path = FOLDER) -> int:
    """Write what is stale; with --check only name it, and return 1 if there is any."""
    parser = argparse.ArgumentParser(prog="python -m tests.vectors", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 if stale")
    parser.add_argument("--seeds", help="make sessions of these (as 100-149) into --out")
    parser.add_argument("--steps", type=int, default=100, help="of each such session (default 100)")
    parser.add_argument("--out", type=Path, help="the folder for --seeds")
    arguments = parser.parse_args(words)
    if arguments.seeds:
        first, _, last = arguments.seeds.partition("-")
        seeds = range(int(first), int(last or first) + 1)
        write(arguments.out, sessions(seeds, arguments.steps))
        return 0
    made = tables() | sessions(COMMITTED, STEPS)
    changed = stale(folder, made) if arguments.check else write(folder, made)
    for path in changed:
        name = (folder / path).relative_to(ROOT) if folder == FOLDER else path
        if arguments.check:
            print(f"stale: {name} (run: python -m tests.vectors)", file=sys.stderr)
        else:
            print(f"wrote {name}")
    return 1 if arguments.check and changed else 0


if __name__ == "__main__":
    sys.exit(main())
