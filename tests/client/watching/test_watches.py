"""Messages of watches go to whoever iterates, and those that nobody hears are ended."""

import asyncio
from typing import Any

import pytest

from prime_client.failures import CallFailed, CallInterrupted, ConnectionOver
from prime_client.watching.row_events import RowChanged, RowEntered, Rows, RowsResynced
from prime_client.watching.watch import CHANGES_BUFFERED, Watch
from prime_client.watching.watches import EARLY_MESSAGES, Watches

Answer = dict[str, Any] | Exception


class Server:
    """Answers calls with what a test says, and notes them."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.called: list[tuple[str, dict[str, Any]]] = []
        self.ended: list[str] = []
        self.watches = Watches(self.ended.append)

    async def call(self, method: str, **params: Any) -> Any:
        self.called.append((method, params))
        if method == "watch.end":
            return {}
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        for message in answer.pop("meanwhile", ()):
            self.watches.receive(message)
        return answer

    def watch(self, **params: Any) -> Watch[Any]:
        watch = Watch[Any]("presets", params, self.call, self.watches)
        self.watches.add(watch)
        return watch


async def some_turns() -> None:
    """Enough for what is under way to come to where it waits."""
    for _ in range(9):
        await asyncio.sleep(0)


def began(*rows: str, watch: str = "w1", **more: Any) -> dict[str, Any]:
    shown = [{"id": row} for row in rows]
    first = {"watch": watch, "presets": shown, "position": "p1"}
    return first | {"resumed": False, "left": [], "reason": None} | more


def rows(*ids: str, watch: str = "w1", position: str | None = "p2") -> dict[str, Any]:
    changes = [{"change": "changed", "id": id, "row": {"id": id, "n": 2}} for id in ids]
    return {"t": "rows", "watch": watch, "changes": changes, "position": position}


async def test_what_comes_before_the_reply_is_looked_at_is_not_lost() -> None:
    server = Server(began("a", meanwhile=[rows("a"), rows("b", position="p3")]))
    watch = server.watch()
    assert await anext(watch) == Rows({"a": {"id": "a"}})
    assert watch.rows == {"a": {"id": "a"}}
    assert await anext(watch) == RowChanged("a", {"id": "a", "n": 2})
    assert await anext(watch) == RowEntered("b", {"id": "b", "n": 2})
    assert watch.rows.keys() == {"a", "b"}


async def test_a_moment_is_whole_before_anything_of_it_is_told() -> None:
    server = Server(began("a"), began(watch="w2", resumed=True))
    watch = server.watch()
    await anext(watch)
    waiting = asyncio.ensure_future(anext(watch))
    server.watches.receive(rows("a", position=None))
    await asyncio.sleep(0)
    assert not waiting.done()
    server.watches.receive(rows("b", position="p9"))
    assert await waiting == RowChanged("a", {"id": "a", "n": 2}, more=True)
    server.watches.receive(rows("a", position=None))
    server.watches.interrupt()  # the rest of it comes with the next position
    assert isinstance(await anext(watch), RowEntered)
    waiting = asyncio.ensure_future(anext(watch))
    await some_turns()
    assert server.called[-1] == ("presets.watch", {"from": "p9"})
    server.watches.receive(rows("a", watch="w2"))
    assert await waiting == RowChanged("a", {"id": "a", "n": 2})


async def test_it_goes_on_after_the_connection_was_cut_and_ends_with_the_client() -> None:
    server = Server(
        CallInterrupted("presets.watch"),
        began("a"),
        CallInterrupted("presets.watch"),
        began("b", watch="w2", reason="too_old"),
        ConnectionOver(None, "closed"),
    )
    watch = server.watch(where={"plugin": "OTT"})
    assert isinstance(await anext(watch), Rows)
    server.watches.interrupt()
    assert await anext(watch) == RowsResynced({"b": {"id": "b"}}, "too_old")
    server.watches.finish()
    assert [event async for event in watch] == []
    params = {"where": {"plugin": "OTT"}, "from": "p1"}
    assert server.called[-1] == ("presets.watch", params)


async def test_what_the_server_refuses_is_raised_and_nobody_asks_again() -> None:
    server = Server(CallFailed("validation", "no"))
    with pytest.raises(CallFailed, match="validation"):
        await anext(server.watch())
    assert len(server.called) == 1


async def test_a_resync_reads_all_rows_anew_and_says_why(monkeypatch: Any) -> None:
    monkeypatch.setattr("prime_client.watching.watch.RETRY_SECONDS", 0.0)
    server = Server(began("a"), began("b", watch="w2"))
    watch = server.watch()
    await anext(watch)
    server.watches.receive({"t": "resync", "watch": "w1", "reason": "behind"})
    assert await anext(watch) == RowsResynced({"b": {"id": "b"}}, "behind")
    assert server.called[-1] == ("presets.watch", {})


async def test_what_waits_for_who_does_not_iterate_is_bounded(monkeypatch: Any) -> None:
    monkeypatch.setattr("prime_client.watching.watch.RETRY_SECONDS", 0.0)
    server = Server(began("a"), began("b", watch="w2"))
    watch = server.watch()
    await anext(watch)
    for n in range(CHANGES_BUFFERED):
        server.watches.receive(rows("a", position=f"q{n}"))
    assert isinstance(await anext(watch), RowChanged)
    for n in range(2):
        server.watches.receive(rows("a", position=f"r{n}"))
    assert await anext(watch) == RowsResynced({"b": {"id": "b"}}, "behind")


async def test_what_nobody_hears_any_more_is_ended() -> None:
    server = Server(began("a"))
    watch = server.watch()
    await anext(watch)
    await watch.close()
    await watch.close()
    assert server.called[-1] == ("watch.end", {"watch": "w1"})
    assert [event async for event in watch] == []
    server.watches.receive(rows("a"))
    assert server.ended == ["w1"]
    server.watches.expect()
    for n in range(EARLY_MESSAGES + 1):
        server.watches.receive(rows("a", watch="w9", position=f"q{n}"))
    assert server.ended == ["w1", "w9"]


async def test_a_reply_with_the_close_right_behind_it_begins_anew() -> None:
    answers: list[asyncio.Future[dict[str, Any]]] = []

    async def call(method: str, **params: Any) -> Any:
        answers.append(asyncio.get_running_loop().create_future())
        return await answers[-1]

    watches = Watches(lambda id: None)
    watch: Watch[Any] = Watch("presets", {}, call, watches)
    watches.add(watch)
    iterating = asyncio.ensure_future(anext(watch))
    await some_turns()
    answers[0].set_result(began("a"))
    watches.interrupt()  # in the same turn
    assert await iterating == Rows({"a": {"id": "a"}})
    iterating = asyncio.ensure_future(anext(watch))
    await some_turns()
    answers[1].set_result(began("b", watch="w2", resumed=True))
    assert isinstance(await iterating, RowEntered)


async def test_who_gives_up_while_it_begins_leaves_nothing_on_the_server() -> None:
    server = Server(began("a"))
    go_on, real = asyncio.Event(), server.call

    async def call(method: str, **params: Any) -> Any:
        answer = await real(method, **params)
        await go_on.wait()
        return answer

    watch: Watch[Any] = Watch("presets", {}, call, server.watches)
    server.watches.add(watch)
    iterating = asyncio.ensure_future(anext(watch))
    await some_turns()
    iterating.cancel()
    await asyncio.wait([iterating])
    go_on.set()
    assert await anext(watch) == Rows({"a": {"id": "a"}})  # of the first call
    assert len(server.called) == 1
    iterating = asyncio.ensure_future(anext(watch))
    await asyncio.sleep(0)
    await watch.close()
    assert server.called[-1] == ("watch.end", {"watch": "w1"})
    with pytest.raises(StopAsyncIteration):
        await iterating


async def test_another_user_is_told_nothing_of_the_list_of_the_one_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("prime_client.watching.watch.RETRY_SECONDS", 0.0)
    server = Server(began("a"), began("b", watch="w2"))
    watch = server.watch()
    await anext(watch)
    server.watches.receive(rows("a"))
    server.watches.other_user()
    assert server.ended == ["w1"]
    assert await anext(watch) == RowsResynced({"b": {"id": "b"}}, "access")
    assert server.called[-1] == ("presets.watch", {})
