"""What every process sent, was answered, and saw, in the order of one clock, as JSON lines."""

import json
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Any, TextIO


class What(StrEnum):
    """What happened; `row_` is about the project's row, the others about deltas."""

    INVOKE = "invoke"
    OK = "ok"
    FAIL = "fail"
    UNKNOWN = "unknown"
    """The connection ended before the answer."""
    AGAIN = "again"
    """Sent once more, by another device of the same user."""
    READ = "read"
    """Someone else's delta arrived."""
    STATE = "state"
    """A whole state came, of `seq`; what follows on it comes before `SYNCED`."""
    SYNCED = "synced"
    """Joined, and everything up to `seq` is here."""
    GAP = "gap"
    DIVERGED = "diverged"
    ROW_INVOKE = "row_invoke"
    ROW_OK = "row_ok"
    ROW_FAIL = "row_fail"
    ROW_UNKNOWN = "row_unknown"
    ROW_READ = "row_read"
    LOST_BY_FAILOVER = "lost_by_failover"
    """An `ok` of what an asynchronous standby had not had when it was promoted."""
    FAULT = "fault"
    HEALED = "healed"


@dataclass(frozen=True, slots=True)
class Happening:
    """One line. `at`: monotonic seconds. `delta`: the id of a delta, or the mark of an update.

    `version`: of the row; of `row_invoke` the one that the update expects to find.
    """

    what: What
    process: str
    at: float
    delta: str = ""
    seq: int = 0
    node: str = ""
    version: int = 0
    ops: str = ""
    """A hash of the ops that took effect."""
    fresh: bool = False
    text: str = ""
    epoch: str = ""
    """Of the copy, where `seq` is about it."""
    digest: str = ""
    """What the copy of who tells this comes to, if it stands at `seq`."""

    def line(self) -> str:
        """As JSON, without what says nothing."""
        defaults = {field.name: field.default for field in fields(self)}
        changed_fields = {name: v for name, v in asdict(self).items() if v != defaults[name]}
        return json.dumps(changed_fields | {"at": round(self.at, 6)})


class History:
    """Notes what happens, in memory and in a file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.happenings: list[Happening] = []
        self._file: TextIO | None = None

    def __enter__(self) -> "History":
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self.path.open("w")
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def note(self, kind: What, process: str, *, at: float | None = None, **fields: Any) -> None:
        """It happens now, or happened `at`."""
        happening = Happening(kind, process, time.monotonic() if at is None else at, **fields)
        self.happenings.append(happening)
        if self._file is not None:
            self._file.write(happening.line() + "\n")


def read_history(lines: Iterable[str]) -> list[Happening]:
    """What a file of `History` holds."""
    fields_of_each = (json.loads(line) for line in lines)
    return [Happening(**{**fields, "what": What(fields["what"])}) for fields in fields_of_each]
