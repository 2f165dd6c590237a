"""The kinds of calls that `./run loadtest calls` makes, and the rows that each caller makes first.

A kind gives the parameters of its n-th call. The token stands for an id that is new with each call.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from loadtest.bare.bare_prime import BarePrime

TOKEN = "00000000-0000-4000-8000-00000000beef"
PLUGIN = "Speed"
CATEGORY = "load test"
ROWS_OF_EACH = 40
"""Rows that each caller makes of each table, beside those that others have."""

Params = dict[str, Any]


@dataclass(slots=True)
class Caller:
    """A user with some rows, and some connections."""

    number: int
    user: str
    primes: list[BarePrime]
    project: str = ""
    presets: list[str] = field(default_factory=list)
    """Ids; the last is the one that is updated."""
    version: int = 1
    """Of that one, at first."""

    async def make_rows(self) -> None:
        """A project with audio files, presets, and uses to suggest from."""
        project = await self.primes[0].call("projects.create", name=f"Calls {self.number}")
        self.project = project["id"]
        for n in range(ROWS_OF_EACH):
            values = {"cutoff": 100 * n, "filter": {"type": "low" if n % 4 else "high"}}
            preset = await self.primes[0].call(
                "presets.create", plugin=PLUGIN, name=f"Dub {n}", parameters=values, tags=["dub"]
            )
            self.presets.append(preset["id"])
            await self.primes[0].call(
                "audio_files.create", project=self.project, name=f"Take {n}.wav"
            )
        uses = [{"id": str(uuid.uuid4()), "key": f"choice {n % 12}"} for n in range(ROWS_OF_EACH)]
        await self.primes[0].call("recall.observe", category=CATEGORY, uses=uses)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of call."""

    name: str
    method: str
    params: Callable[[Caller, int], Params]


def _list(where: Params, **other_params: Any) -> Callable[[Caller, int], Params]:
    return lambda caller, n: {"where": where, "limit": 20, **other_params}


def _update(caller: Caller, n: int) -> Params:
    changes = {"category": f"take {n % 10}"}
    return {"preset": caller.presets[-1], "version": caller.version, **changes}


def _create(caller: Caller, n: int) -> Params:
    return {"plugin": PLUGIN, "name": f"New {TOKEN}", "parameters": {"cutoff": 1.5}}


def _observe(caller: Caller, n: int) -> Params:
    use = {"id": TOKEN, "key": f"choice {n % 12}", "context": {"genre": "dub"}}
    return {"category": CATEGORY, "uses": [use]}


KINDS = (
    Kind("get", "presets.get", lambda caller, n: {"preset": caller.presets[n % ROWS_OF_EACH]}),
    Kind("list: own by name", "presets.list", lambda caller, n: _own_params(caller, ["name"])),
    Kind("list: newest", "presets.list", _list({})),
    Kind(
        "list: files of a project",
        "audio_files.list",
        lambda caller, n: {"where": {"project": caller.project}, "order": ["name"], "limit": 20},
    ),
    Kind("count: own", "presets.count", lambda caller, n: {"where": {"owner": caller.user}}),
    Kind(
        "search: tag",
        "presets.list",
        lambda caller, n: _filter_params("tags", "overlap", [f"rare {n % 200}"]),
    ),
    Kind(
        "search: name",
        "presets.list",
        lambda caller, n: _filter_params("name", "ilike", f"%{n % 900_000} %"),
    ),
    Kind(
        "search: parameters",
        "presets.list",
        lambda caller, n: _filter_params(
            "parameters", "contains", {"filter": {"cutoff": n % 20_000}}
        ),
    ),
    Kind("create", "presets.create", _create),
    Kind("update", "presets.update", _update),
    Kind("recall: observe", "recall.observe", _observe),
    Kind("recall: suggest", "recall.suggest", lambda caller, n: {"category": CATEGORY}),
)


def _own_params(caller: Caller, order: list[str]) -> Params:
    where = {"owner": caller.user, "plugin": PLUGIN}
    return {"where": where, "order": order, "limit": 20}


def _filter_params(column: str, operator: str, value: Any) -> Params:
    return {"where": {column: {operator: value}}, "limit": 20}
