"""Bounds of what an op may cost."""

import asyncio
from collections.abc import Callable
from itertools import pairwise
from typing import Any, cast

from persistence.errors import BadQuery
from persistence.rows.conditions import read_where
from persistence.rows.pages import read_order
from persistence.rows.reading import count
from persistence.rows.row_lanes import RowLanes
from persistence.rows.statements import StatementTexts
from rooms.document.document import Document
from schema import limits
from schema import server_limits as limits_of_server
from schema.bounds import Instead, Past
from schema.errors import ErrorCode
from schema.messages import Error, ProposeDelta
from schema.ops import Insert, Set
from schema.tables.plugin_presets import PLUGIN_PRESETS
from server.calls.failures import as_error
from server.refused import Refused
from server.states.document_slots import DocumentSlots
from tests.bounds.cases import Seen, case
from tests.rooms.bench import PROJECT, Bench
from tests.rooms.songs import blank


@case("MAX_DOCUMENT_CALLS_WAITING")
def document_calls_waiting() -> Seen:
    most = limits_of_server.MAX_DOCUMENT_CALLS_WAITING
    return Seen(asyncio.run(_last_of(most)), asyncio.run(_last_of(most + 1)))


async def _last_of(waiting: int) -> Past | None:
    """What the last of so many calls is told, while one more has its turn."""
    slots, is_over, refused = DocumentSlots(), asyncio.Event(), []

    async def call() -> None:
        try:
            async with slots.slot("ada"):
                await is_over.wait()
        except Refused as refusal:
            refused.append(refusal.code)

    calls = [asyncio.ensure_future(call()) for _ in range(waiting + 1)]
    await asyncio.sleep(0)
    is_over.set()
    await asyncio.gather(*calls)
    return refused[0] if refused else None


@case("MAX_ROUTE_LINKS")
def route_links() -> Seen:
    most = limits.MAX_ROUTE_LINKS // 2 - 1
    return Seen(_joined(most), _joined(most + 1))


@case("MAX_LOOKED_BACK")
def looked_back() -> Seen:
    most = limits_of_server.MAX_LOOKED_BACK // 2
    return Seen(_told_of_a_mistake(most), _told_of_a_mistake(most + 1))


def _told_of_a_mistake(entries: int) -> Past | None:
    """After so many entries of others since its base, each of one change."""
    bench = Bench()
    bench.join("ada")
    bench.join("ben")
    for _ in range(entries):
        bench.propose("ben", Set("markers", "marker_one", {"name": "x"}))
        bench.commit()
    wrong = Insert("markers", "marker_one", {"time": 0})
    bench.run(bench.room.edits.propose("ada", ProposeDelta(PROJECT, "a-mistake", [wrong], base=0)))
    bench.commit()
    is_refused = isinstance(bench.last("ada"), Error)
    return None if is_refused else Instead.COUNTS_AS_OVERTAKEN


@case("MAX_PARAMS_BYTES")
def params_bytes() -> Seen:
    """The header of the map has 3 bytes, a key of 6 characters one more, a text of 1,000 three."""
    room = limits.MAX_PARAMS_BYTES - 3 - 128 * (7 + 3)
    return Seen(_set_params(room), _set_params(room + 1))


def _set_params(characters: int) -> Past | None:
    bench = Bench()
    bench.join("ada")
    bench.edit("ada", Set("devices", "dev_synth", {"params": {"cutoff": None, "res": None}}))
    lengths = [characters // 128 + (n < characters % 128) for n in range(128)]
    params: dict[str, Any] = {f"leaf{n:02x}": "x" * length for n, length in enumerate(lengths)}
    bench.edit("ada", Set("devices", "dev_synth", {"params": params}))
    return _told(bench)


def _joined(links: int) -> Past | None:
    """What is said of a link from the end of one chain of channels to the start of another."""
    bench = Bench(document=_two_chains(links))
    bench.join("ada")
    bench.edit("ada", Set("channels", "this_0000", {"dest": f"that_{links:04}"}))
    return _told(bench)


def _told(bench: Bench) -> Past | None:
    told = bench.last("ada")
    return ErrorCode(told.code) if isinstance(told, Error) else None


def _two_chains(links: int) -> Document:
    document = blank()
    for chain in ("this", "that"):
        channels = [None, *(f"{chain}_{n:04}" for n in range(links + 1))]
        for dest, channel in pairwise(channels):
            assert channel is not None
            assert not document.apply([Insert("channels", channel, {"dest": dest})]).drops
    return document


# What is asked of rows.


def _asked(where: dict[str, Any] | None = None, order: list[str] | None = None) -> Past | None:
    """Whether such a query of presets is taken."""
    try:
        read_where(PLUGIN_PRESETS, where)
        read_order(PLUGIN_PRESETS, order)
    except BadQuery as error:
        refused = as_error("1", error)
        assert str(refused.details["field"]).startswith(("where", "order"))
        return ErrorCode(refused.code)
    return None


def _nested(depth: int) -> dict[str, Any]:
    where: dict[str, Any] = {"plugin": "OTT"}
    for _ in range(depth - 1):
        where = {"not": where}
    return where


def _path(keys: int) -> dict[str, Any]:
    return {"parameters": {"path": {"at": ["k"] * keys, "eq": 1}}}


def _leaves(leaves: int) -> dict[str, Any]:
    """Some are empty lists and maps, which are leaves too."""
    held: dict[str, Any] = {f"k{n}": (n, {}, [])[n % 3] for n in range(leaves)}
    return {"parameters": {"contains": held}}


def _by_bound(bound: int, where: Callable[[int], dict[str, Any]]) -> Seen:
    return Seen(_asked(where(bound)), _asked(where(bound + 1)))


@case("MAX_WHERE_DEPTH")
def where_depth() -> Seen:
    return _by_bound(limits.MAX_WHERE_DEPTH, _nested)


@case("MAX_WHERE_NODES")
def where_nodes() -> Seen:
    """One that asks for nothing is one, too."""
    return _by_bound(
        limits.MAX_WHERE_NODES,
        lambda n: {"or": [{"plugin": "OTT"}] * (n // 2) + [{}] * (n - 1 - n // 2)},
    )


@case("MAX_IN")
def values_in() -> Seen:
    return _by_bound(limits.MAX_IN, lambda n: {"plugin": {"in": ["OTT"] * n}})


@case("MAX_TEXT_ASKED")
def text_asked() -> Seen:
    return _by_bound(limits.MAX_TEXT_ASKED, lambda n: {"plugin": "x" * n})


@case("MAX_PATTERN_LENGTH")
def pattern_length() -> Seen:
    return _by_bound(limits.MAX_PATTERN_LENGTH, lambda n: {"name": {"like": "x" * n}})


@case("MAX_PATTERN_WILDCARDS")
def pattern_wildcards() -> Seen:
    return _by_bound(limits.MAX_PATTERN_WILDCARDS, lambda n: {"name": {"ilike": "x%" * n}})


@case("MAX_PATH_KEYS")
def path_keys() -> Seen:
    return _by_bound(limits.MAX_PATH_KEYS, _path)


@case("MAX_LEAVES_ASKED")
def leaves_asked() -> Seen:
    return _by_bound(limits.MAX_LEAVES_ASKED, _leaves)


@case("MAX_ORDER")
def order_columns() -> Seen:
    names = ["name", "-created_at", "updated_at", "id"]
    return Seen(
        _asked(order=names[: limits.MAX_ORDER]), _asked(order=names[: limits.MAX_ORDER + 1])
    )


class _Many:
    """An `Executor` that counts as many as it is asked for, of a number of rows."""

    def __init__(self, rows: int) -> None:
        self.rows = rows

    async def fetchval(self, query: str, *args: Any) -> int:
        return int(min(self.rows, args[-1]))


@case("MAX_COUNTED")
def counted() -> Seen:
    def of(rows: int) -> Past | None:
        access = RowLanes(cast("Any", _Many(rows)), cast("Any", _Many(rows)))
        found = asyncio.run(count(access, PLUGIN_PRESETS, "ada"))
        assert found.count == limits.MAX_COUNTED
        return None if found.exact else Instead.CLIPPED

    return Seen(of(limits.MAX_COUNTED), of(limits.MAX_COUNTED + 1))


@case("MAX_STATEMENT_TEXTS")
def statement_texts() -> Seen:
    def of(shapes: int) -> Past | None:
        texts = StatementTexts()
        for n in range(shapes):
            texts.get(PLUGIN_PRESETS, str(n), str)
        texts.get(PLUGIN_PRESETS, "0", str)
        return None if texts.made_count == shapes else Instead.OLDEST_FORGOTTEN

    most = limits_of_server.MAX_STATEMENT_TEXTS
    return Seen(of(most), of(most + 1))
