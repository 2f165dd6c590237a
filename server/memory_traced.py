"""`python -m server.memory_traced`: a node that can say what its memory is made of, but slower.

SIGUSR2 writes the sources of memory to the file PRIME_TRACE_FILE: what each holds now, and by how
much it has grown since the first SIGUSR2. For `./run soak --trace`.
"""

import gc
import json
import os
import signal
import sys
import tracemalloc
from pathlib import Path

from server.__main__ import main
from server.running.signals import ALSO

SOURCES = 40


class Tracer:
    """Compares what is allocated at a signal with what was at the first one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._first_snapshot: tracemalloc.Snapshot | None = None

    def tell(self) -> None:
        """Write the file; whole or not at all."""
        gc.collect()
        now = tracemalloc.take_snapshot()
        first = self._first_snapshot = self._first_snapshot or now
        statistics = now.compare_to(first, "lineno")[:SOURCES]
        growth = [
            {
                "where": f"{_short(entry.traceback[0].filename)}:{entry.traceback[0].lineno}",
                "grown_kb": round(entry.size_diff / 1024, 1),
                "held_kb": round(entry.size / 1024, 1),
                "grown_count": entry.count_diff,
            }
            for entry in statistics
        ]
        unfinished = self._path.with_suffix(".new")
        unfinished.write_text(json.dumps(growth))
        unfinished.replace(self._path)


def _short(filename: str) -> str:
    return "/".join(Path(filename).parts[-2:])


if __name__ == "__main__":
    tracemalloc.start()  # a source is a line: none of the frames above it is asked for
    ALSO[signal.SIGUSR2] = Tracer(Path(os.environ["PRIME_TRACE_FILE"])).tell
    sys.exit(main())
