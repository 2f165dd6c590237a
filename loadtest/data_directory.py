"""Where a run keeps its data."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def data_directory(named_directory: Path | None, word: str) -> Iterator[Path]:
    """The directory named, or one that is gone afterwards."""
    if named_directory is not None:
        yield named_directory
        return
    with tempfile.TemporaryDirectory(prefix=f"prime-{word}-") as directory:
        yield Path(directory) / "data"
