"""Whatever a look does, it is one line, and others are told."""

import asyncio

import pytest

from persistence.errors import Unfit
from server.commands.checks import finding as module
from server.commands.checks.finding import (
    CheckFailed,
    DoubtfulFinding,
    Finding,
    FindingState,
    finding,
)


@pytest.mark.parametrize(
    ("error", "state", "told"),
    [
        (CheckFailed("not\nso"), FindingState.FAILED, "not so"),
        (Unfit("not so"), FindingState.FAILED, "not so"),
        (DoubtfulFinding("perhaps"), FindingState.WARNING, "perhaps"),
        (KeyError("hunter22"), FindingState.FAILED, "a mistake of ours (KeyError)"),
    ],
)
async def test_an_error_is_a_line(error: Exception, state: FindingState, told: str) -> None:
    async def look() -> str:
        raise error

    found = await finding("it", look)
    assert (found.name, found.state) == ("it", state)
    assert told in found.text
    assert "\n" not in found.text
    assert "hunter22" not in found.text


async def test_what_does_not_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PROBE_SECONDS", 0.01)

    async def look() -> str:
        await asyncio.Event().wait()
        return "never"

    assert await finding("it", look) == Finding(
        "it", FindingState.FAILED, "no answer within 0.01 s"
    )


async def test_what_is_fine_is_told() -> None:
    async def look() -> str:
        return "fine"

    assert await finding("it", look) == Finding("it", FindingState.OK, "fine")
