"""Attacks on rows: those of others by id, columns that are nobody's to write, hostile keys."""

from typing import Any

from loadtest.attack.attacks.rights import NOWHERE
from loadtest.attack.catalogue import attack, code_of, must
from loadtest.attack.raw_client import Message, RawClient
from loadtest.attack.target import Target, result
from schema.tables.all_tables import TABLES
from schema.tables.description import Table, Verb

REFUSED = ("validation", "bad_message")

MADE: dict[str, Message] = {
    "presets": {"plugin": "OTT", "name": "of the owner", "parameters": {"mix": 0.5}},
    "audio_files": {"name": "of the owner.wav"},
}
"""First part of the calls -> what makes a row, beside the project."""

HOSTILE = ("__proto__", "constructor", "__class__", "../../etc/passwd", "id; DROP TABLE x --")

DEPTH = 4_000

WATCHES, WRITES = 100, 60
"""Of one user, on one connection."""


async def _own_rows(wire: RawClient, project: str) -> dict[str, str]:
    """Of each table that has a call for it a row that is made: its id."""
    rows = {}
    for calls, row_values in MADE.items():
        extra_params = {"project": project} if calls == "audio_files" else {}
        name = f"{row_values['name']} {wire.new_id()}"
        created = result(
            await wire.call(f"{calls}.create", row_values | extra_params | {"name": name})
        )
        rows[calls] = str(created["id"])
    return rows


def _written() -> list[Table]:
    return [table for table in TABLES.values() if table.calls in MADE]


@attack("A14", "other people's rows, by their ids, in every table")
async def foreign_rows(target: Target) -> str:
    async with (
        await target.enter(target.owner) as owner,
        await target.enter(target.stranger) as wire,
    ):
        rows = await _own_rows(owner, target.project)
        for table in _written():
            changes: Message = {"version": 1, "name": "mine now"}
            for verb, extra_params in ((Verb.GET, {}), (Verb.UPDATE, changes)):
                method = f"{table.calls}.{verb}"
                answers = [
                    await wire.call(method, {table.param: id, **extra_params})
                    for id in (rows[table.calls], NOWHERE)
                ]
                codes = [code_of(answer) for answer in answers]
                must(codes == ["not_found"] * 2, f"{method} was answered {codes}")
                messages = {answer["message"] for answer in answers}
                must(len(messages) == 1, f"{method} tells what exists: {messages}")
            await wire.call(f"{table.calls}.delete", {table.param: rows[table.calls]})
            own_row = await owner.call(f"{table.calls}.get", {table.param: rows[table.calls]})
            must(own_row["t"] == "reply", f"a stranger deleted a row of {table.calls}")
            for where in ({"id": rows[table.calls]}, {"or": [{"id": rows[table.calls]}]}):
                page = result(await wire.call(f"{table.calls}.list", {"where": where}))
                must(page[table.calls] == [], f"{table.calls}.list shows a row of another")
    return "not_found, as for what does not exist; nothing is listed or deleted"


@attack("A15", "columns that no client writes, and rows that a viewer changes")
async def columns_of_nobody(target: Target) -> str:
    async with (
        await target.enter(target.owner) as owner,
        await target.enter(target.viewer) as viewer,
    ):
        rows = await _own_rows(owner, target.project)
        for table in _written():
            offered = {column.name for column in table.changes}
            for column in table.columns:
                if column.name in offered | {table.version, "id"}:
                    continue
                params = {table.param: rows[table.calls], "version": 1, column.name: NOWHERE}
                code = code_of(await owner.call(f"{table.calls}.update", params))
                must(code in REFUSED, f"{table.calls}.update took {column.name}: {code}")
        file = {"audio_file": rows["audio_files"]}
        calls: dict[str, Message] = {
            "audio_files.create": {"project": target.project, "name": "of the viewer.wav"},
            "audio_files.update": {**file, "version": 1, "name": "of the viewer.wav"},
            "audio_files.delete": file,
        }
        for method, params in calls.items():
            code = code_of(await viewer.call(method, params))
            must(code == "forbidden", f"{method} of a viewer was answered {code}")
    return "validation and forbidden"


@attack("A19", "keys of maps that mean something to a language, and maps without a bottom")
async def hostile_keys(target: Target) -> str:
    async with await target.enter(target.owner) as wire:
        for word in HOSTILE:
            calls: list[Message] = [
                {"where": {word: 1}},
                {"where": {"name": {word: 1}}},
                {"order": [word]},
                {"fields": [word]},
                {"embed": [word]},
            ]
            for params in calls:
                code = code_of(await wire.call("presets.list", params))
                must(code in REFUSED, f"{params} was answered {code}")
        for parameters in ({"__proto__": {"is_public": True}}, {"a": {"__class__": 1}}):
            code = await _preset_made_with(wire, parameters)
            must(code in REFUSED, f"{parameters} was answered {code}")
    async with await target.enter(target.owner) as wire:
        bottomless: Any = 1
        for _ in range(DEPTH // 10):
            bottomless = {"a": bottomless}
        code = await _preset_made_with(wire, bottomless)
        must(code in REFUSED, f"{DEPTH // 10} maps in each other were answered {code}")
        at = ["a"] * DEPTH
        where = {"parameters": {"path": {"at": at, "eq": 1}}}
        code = code_of(await wire.call("presets.list", {"where": where}))
        must(code in REFUSED, f"a path of {DEPTH} keys was answered {code}")
    return "validation, with the place"


@attack("A25", "a key of a write that another write, or another user, has")
async def keys_of_writes(target: Target) -> str:
    async with (
        await target.enter(target.owner) as owner,
        await target.enter(target.stranger) as stranger,
    ):
        key = f"attack-{owner.new_id()}-{target.project[:8]}"
        row_values = {"plugin": "OTT", "name": f"once {key}"}
        created = result(await _keyed(owner, key, row_values))
        second_answer = result(await _keyed(owner, key, row_values))
        must(second_answer == created, "a write that was sent again was done again")
        answer = await _keyed(owner, key, row_values | {"name": f"other {key}"})
        must(answer["t"] == "error", "another write got through under the key")
        code = code_of(answer)
        must(code == "id_reused", f"another write under the key was answered {code}")
        created_by_stranger = result(await _keyed(stranger, key, row_values))
        must(created_by_stranger["id"] != created["id"], "a stranger was told what another wrote")
    return "id_reused; another user's key is another key"


async def _keyed(wire: RawClient, key: str, row_values: Message) -> Message:
    id = wire.new_id()
    call = {"t": "call", "id": id, "method": "presets.create", "params": row_values}
    wire.send(call | {"idempotency_key": key})
    return await wire.until(id=id)


async def _preset_made_with(wire: RawClient, parameters: Any) -> str:
    params = {"plugin": "OTT", "name": f"odd {wire.new_id()}", "parameters": parameters}
    return code_of(await wire.call("presets.create", params))


@attack("A18", "watches that cost much with every row that changes")
async def costly_watches(target: Target) -> str:
    """As many as one may have, each as dear as it may be; and then their rows change."""
    dear = {"or": [{"name": {"ilike": f"%{'a%' * 6}{n}%"}} for n in range(40)]}
    refusal_codes: set[str] = set()
    watched = 0
    async with await target.enter(target.stranger) as watching:
        for _ in range(WATCHES):
            answer = await watching.call("presets.watch", {"where": dear})
            watched += answer["t"] == "reply"
            refusal_codes |= {code_of(answer)} - {"(reply)"}
        must(watched and refusal_codes, f"{watched} watches of that cost were taken")
        must(refusal_codes <= {"limit_reached", "rate_limited"}, f"answered {refusal_codes}")
        await _write_many(target)
    return f"{sorted(refusal_codes)} after {watched}; others did not notice"


async def _write_many(target: Target) -> None:
    async with await target.enter(target.stranger) as wire:
        for number in range(WRITES):
            name = f"{'a' * 60}{number}{wire.new_id()}"
            await wire.call("presets.create", {"plugin": "OTT", "name": name})
            if number % 10 == 0:
                problem = await target.witness.problem()
                must(not problem, problem)
