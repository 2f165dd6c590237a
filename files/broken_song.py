"""The failure of all that reads or writes a project file."""

from pathlib import Path

from files.losses import printable


class BrokenSong(Exception):
    """A project file that cannot be read or written: which, where in it, and why (with what to
    do)."""

    def __init__(self, path: Path | str, where: str, why: str) -> None:
        message = f"{path}: {where}: {why}" if where else f"{path}: {why}"
        # What is quoted from a file may hold what no terminal can show, or should.
        super().__init__(printable(message).encode(errors="backslashreplace").decode())
        self.path = str(path)
        self.where = where
        self.why = why
