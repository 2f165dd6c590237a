"""What a look at one thing has found; no look keeps another from being told."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from persistence.errors import PersistenceError
from schema.text.one_line import one_line
from server.accounts.mail.smtp_connection import in_one_line

PROBE_SECONDS = 12.0
"""What one look may take: the longest connects, encrypts and logs in within ten."""


class FindingState(StrEnum):
    """How it is with one thing."""

    OK = "ok"
    WARNING = "warning"
    """A server starts with it, and somebody will be surprised."""
    FAILED = "failed"
    """No server starts with it, or a part of it does not work."""
    NOT_LOOKED_AT = "not looked at"
    """It hangs on something that has failed."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the answer; `text`: what was seen, and what to do where it is not ok."""

    name: str
    state: FindingState
    text: str


class CheckFailed(Exception):
    """What was looked at is not right; the message says what to do."""


class DoubtfulFinding(Exception):
    """It may be right; the message says in which case not."""


async def finding(name: str, look: Callable[[], Awaitable[str]]) -> Finding:
    """What `look` returns is ok; of what it raises the message is told."""
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            return Finding(name, FindingState.OK, await look())
    except DoubtfulFinding as error:
        return Finding(name, FindingState.WARNING, in_one_line(error))
    except PersistenceError as error:
        return Finding(name, FindingState.FAILED, one_line(error.in_full))
    except CheckFailed as error:
        return Finding(name, FindingState.FAILED, in_one_line(error))
    except TimeoutError:
        return Finding(name, FindingState.FAILED, f"no answer within {PROBE_SECONDS:g} s")
    except Exception as error:  # others are told all the same
        text = f"cannot be looked at, by a mistake of ours ({type(error).__name__}); report it"
        return Finding(name, FindingState.FAILED, text)


def not_looked_at(name: str, why: str) -> Finding:
    """It hangs on something else."""
    return Finding(name, FindingState.NOT_LOOKED_AT, why)
