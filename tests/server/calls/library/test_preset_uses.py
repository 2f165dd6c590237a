"""Uses of presets are gathered, counted in order, and none is lost by a database that is away."""

import asyncio
from collections.abc import Collection
from typing import Any

import pytest

from persistence.errors import Unavailable
from persistence.library import plugin_presets
from server.calls.library import preset_uses
from server.calls.library.preset_uses import PresetUses


class Counted:
    """In place of the statement: notes what it was given, and can fail or wait."""

    def __init__(self) -> None:
        self.batches: list[list[tuple[str, str]]] = []
        self.fails = False
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, _: Any, uses: Collection[tuple[str, str]]) -> int:
        await self.gate.wait()
        if self.fails:
            raise Unavailable("broken by a test")
        self.batches.append(list(uses))
        return len(uses)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    made = Counted()
    monkeypatch.setattr(plugin_presets, "count_uses", made)
    return made


async def test_L9_many_uses_are_one_statement_and_the_same_twice_is_once(counted: Counted) -> None:
    uses = PresetUses(None)  # type: ignore[arg-type]
    for preset, user in (("b", "u"), ("a", "v"), ("a", "u"), ("b", "u")):
        uses.note(preset, user)
    await uses.flush()
    await uses.flush()
    assert counted.batches == [[("a", "u"), ("a", "v"), ("b", "u")]]


async def test_L9_what_could_not_be_counted_is_counted_the_next_time(counted: Counted) -> None:
    uses = PresetUses(None)  # type: ignore[arg-type]
    uses.note("a", "u")
    counted.fails = True
    with pytest.raises(Unavailable):
        await uses.flush()
    counted.fails = False
    uses.note("b", "u")
    await uses.flush()
    assert counted.batches == [[("a", "u"), ("b", "u")]]


async def test_L9_what_comes_while_one_statement_runs_goes_with_the_next(counted: Counted) -> None:
    uses = PresetUses(None)  # type: ignore[arg-type]
    uses.note("a", "u")
    counted.gate.clear()
    first = asyncio.create_task(uses.flush())
    await asyncio.sleep(0)
    uses.note("b", "u")
    last = asyncio.create_task(uses.flush_at_last())
    counted.gate.set()
    await asyncio.gather(first, last)
    assert counted.batches == [[("a", "u")], [("b", "u")]]


async def test_L9_a_statement_that_is_cut_off_loses_nothing(counted: Counted) -> None:
    uses = PresetUses(None)  # type: ignore[arg-type]
    uses.note("a", "u")
    counted.gate.clear()
    flushing = asyncio.create_task(uses.flush())
    await asyncio.sleep(0)
    flushing.cancel()
    await asyncio.gather(flushing, return_exceptions=True)
    counted.gate.set()
    await uses.flush()
    assert counted.batches == [[("a", "u")]]


async def test_a_node_that_stops_goes_on_stopping_without_the_database(
    counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preset_uses, "LAST_SECONDS", 0.01)
    uses = PresetUses(None)  # type: ignore[arg-type]
    uses.note("a", "u")
    counted.fails = True
    await uses.flush_at_last()
    counted.gate.clear()
    await uses.flush_at_last()
