"""`python -m tests.operating [CHAPTER...]`: run a chapter's blocks, and those that build."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.operating.blocks import blocks
from tests.operating.chapters import chapters
from tests.operating.playing import BUILDS, play
from tests.operating.scene import CannotSet, scene, why_not


def main() -> int:
    """Say what is not as the page shows it; 1 if anything is not."""
    parser = argparse.ArgumentParser(prog="python -m tests.operating", description=__doc__)
    parser.add_argument("--print", action="store_true", help="all that each command printed")
    parser.add_argument("--then", metavar="COMMAND", help="a command to run at the end")
    parser.add_argument("chapters", nargs="*", type=Path, help="all, if none is named")
    args = parser.parse_args()
    if (reason := why_not()) is not None:
        print(reason, file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as scratch:
        return _play(Path(scratch), args)


def _play(scratch: Path, args: argparse.Namespace) -> int:
    named = [path.resolve() for path in args.chapters]
    chosen = [page for page in chapters() if not named or page in (BUILDS, *named)]
    failed = 0
    try:
        with scene(scratch) as shell:
            for played in play(shell, [block for page in chosen for block in blocks(page)]):
                failed += played.problem is not None
                if args.print or played.problem is not None:
                    print(played, flush=True)
            if args.then is not None:
                print(*shell.run(args.then).lines, sep="\n")
    except CannotSet as error:
        print(error, file=sys.stderr)
        return 1
    print(
        f"{failed} commands were not as shown"
        if failed
        else f"all as shown in {len(chosen)} chapters"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
