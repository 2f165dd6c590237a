"""Attacks on what is not one's own: other people's projects, roles that do not allow it."""

import secrets
from typing import Any

from loadtest.attack.catalogue import attack, code_of, must
from loadtest.attack.raw_client import Message, RawClient
from loadtest.attack.target import Target, new_project, result
from schema.calls import METHODS

NOWHERE = "00000000-0000-4000-8000-00000000dead"

PARAMETERS: dict[str, dict[str, Any]] = {
    "audio_files.create": {"name": "mine.wav"},
    "projects.create": {"name": "mine"},
    "projects.update": {"version": 1, "name": "mine now"},
    "members.grant": {"email": "someone@attack.example", "role": "owner"},
    "invitations.create": {"role": "viewer"},
    "members.revoke": {"user": NOWHERE},
    "history.blame": {"entity": "project", "property": "name"},
    "history.at": {"seq": 0},
    "snapshots.get": {"snapshot": NOWHERE},
    "snapshots.state": {"snapshot": NOWHERE},
    "snapshots.update": {"snapshot": NOWHERE, "version": 1, "name": "mine now"},
    "snapshots.diff": {"before": NOWHERE},
    "snapshots.restore": {"snapshot": NOWHERE, "id": "attack-restore"},
    "snapshots.fork": {"snapshot": NOWHERE, "name": "mine now"},
    "snapshots.delete": {"snapshot": NOWHERE},
    "operator.close_room": {"reason": "It is mine."},
    "timeline.between": {"start": 0, "end": 16},
    "timeline.seconds": {"beats": [1]},
    "timeline.beats": {"seconds": [1]},
}
"""What a call needs beside the project."""

_NAMES_A_PROJECT = sorted(
    name for name, (params, _) in METHODS.items() if "project" in params.__struct_fields__
)

OF_PROJECTS = [name for name in _NAMES_A_PROJECT if not name.endswith(".watch")]

WATCHED = [name for name in _NAMES_A_PROJECT if name.endswith(".watch")]
"""A list that goes on: what is not yours to see is not in it."""


FOR_EDITORS = ("snapshots.create", "snapshots.restore", "snapshots.update")
FOR_OWNERS = ("projects.update", "projects.archive", "members.grant")
FOR_OPERATORS = (
    "whole_audit.list",
    "whole_audit.count",
    "operator.events",
    "operator.room",
    "operator.close_room",
    "operator.open_room",
)

SET_NAME: Message = {"op": "set", "col": "project", "id": "project", "props": {"name": "mine now"}}


async def _fitting(wire: RawClient, method: str, project: str) -> Message:
    params = {"project": project, **PARAMETERS.get(method, {})}
    return await wire.call(method, params)


def _is_empty(answer: Message) -> bool:
    """Whether it is a page without a row, or a count of none."""
    if answer["t"] != "reply":
        return False
    values = {name: value for name, value in answer["result"].items() if name != "exact"}
    return not any(values.values())


@attack("A14", "other people's projects, by every call there is")
async def foreign_projects(target: Target) -> str:
    async with await target.enter(target.stranger) as wire:
        for method in OF_PROJECTS:
            answer = await _fitting(wire, method, target.project)
            absent = code_of(await _fitting(wire, method, NOWHERE))
            code = code_of(answer)
            if not _is_empty(answer):
                expected_code = "forbidden" if method in FOR_OPERATORS else "not_found"
                must(code == expected_code, f"{method} was answered {code}")
            must(absent == code, f"{method} tells what exists: {absent} where there is nothing")
        for method in WATCHED:
            for project in (target.project, NOWHERE):
                rows = result(await _fitting(wire, method, project))[method.split(".")[0]]
                must(rows == [], f"{method} showed {len(rows)} rows")
        code = code_of(await wire.join(target.project))
        must(code == "not_found", f"join was answered {code}")
        code = code_of(await wire.edit(target.project, [SET_NAME]))
        must(code == "not_joined", f"a delta was answered {code}")
        for kind in ("undo", "redo"):
            wire.send({"t": kind, "id": f"attack-{kind}", "project": target.project})
            code = code_of(await wire.until(id=f"attack-{kind}"))
            must(code == "not_joined", f"{kind} was answered {code}")
        wire.send({"t": "presence", "project": target.project, "tool": "crowbar"})
        await wire.ping()
    return f"{len(OF_PROJECTS)} calls: not_found, as for what does not exist"


@attack("A15", "a viewer who edits, restores, gives roles")
async def escalation(target: Target) -> str:
    async with await target.enter_room(target.viewer, target.project) as wire:
        code = code_of(await wire.edit(target.project, [SET_NAME]))
        must(code == "forbidden", f"a delta was answered {code}")
        for kind in ("undo", "redo"):
            wire.send({"t": kind, "id": wire.new_id(), "project": target.project})
            answer = await wire.until(t="error")
            must(code_of(answer) == "forbidden", f"{kind} was answered {code_of(answer)}")
        values = {"ch_master": {"col": "channels", "props": {"volume": 1.0}}}
        gesture = {"t": "gesture", "project": target.project, "id": "attack-g", "values": values}
        wire.send(gesture)
        code = code_of(await wire.until(id="attack-g"))
        must(code == "forbidden", f"a gesture was answered {code}")
        for method in (*FOR_EDITORS, *FOR_OWNERS):
            code = code_of(await _fitting(wire, method, target.project))
            must(code in ("forbidden", "not_found"), f"{method} was answered {code}")
        owner_role = {"project": target.project, "email": target.viewer.email, "role": "owner"}
        code = code_of(await wire.call("members.grant", owner_role))
        must(code == "forbidden", f"a role for oneself was answered {code}")
    return "forbidden"


@attack("A16", "deltas on their way while the role is taken away")
async def role_taken(target: Target) -> str:
    async with await target.enter(target.owner) as owner:
        project = await new_project(owner, "a role is taken")
        await target.let_in(owner, project, target.stranger, "editor")
        async with await target.enter_room(target.stranger, project) as editor:
            delta_ids = [editor.propose(project, [SET_NAME]) for _ in range(40)]
            revoked = {"project": project, "user": target.stranger.user}
            await owner.call("members.revoke", revoked)
            delta_ids += [editor.propose(project, [SET_NAME]) for _ in range(40)]
            late_delta = editor.propose(project, [SET_NAME])
            while (answer := await editor.next()).get("id") != late_delta and answer["t"] != "left":
                pass  # what is under way when one is put out is answered behind `left` (D23)
            if answer["t"] == "left":
                answer = await editor.edit(project, [SET_NAME])
            code = code_of(answer)
            must(code in ("forbidden", "not_joined"), f"a delta after that was answered {code}")
            code = code_of(await editor.join(project))
            must(code == "not_found", f"joining after that was answered {code}")
    return "forbidden or not_joined, and not_found"


@attack("A25", "an id used twice, for other ops and by someone else")
async def ids(target: Target) -> str:
    async with (
        await target.enter_room(target.owner, target.project, "one") as first_wire,
        await target.enter_room(target.owner, target.project, "two") as second_wire,
    ):
        delta_id = first_wire.new_id()
        ack = await first_wire.edit(target.project, [SET_NAME], id=delta_id)
        other_op = {**SET_NAME, "props": {"name": "another"}}
        code = code_of(await second_wire.edit(target.project, [other_op], id=delta_id))
        must(code == "id_reused", f"other ops under the id were answered {code}")
        second_answer = await second_wire.edit(target.project, [SET_NAME], id=delta_id)
        must(second_answer.get("seq") == ack["seq"], f"the same again was answered {second_answer}")
        twice = first_wire.new_id()
        first_wire.propose(target.project, [SET_NAME], id=twice)
        second_wire.propose(target.project, [SET_NAME], id=twice)
        answers = [await _answer(wire, twice) for wire in (first_wire, second_wire)]
        seqs = {answer.get("seq") for answer in answers}
        must(len(seqs) == 1 and None not in seqs, f"two connections were answered {answers}")
        first_wire.send(
            {
                "t": "delta",
                "id": first_wire.new_id(),
                "project": target.project,
                "ops": [],
                "seq": 5,
            }
        )
        must(code_of(await first_wire.until(t="error")) == "bad_message", "a client may give seqs")
    return "id_reused; the same twice is one seq; seq is the server's"


@attack("A25", "one id for a delta and for restores of two snapshots")
async def ids_of_restores(target: Target) -> str:
    async with await target.enter_room(target.owner, target.project, "one") as wire:
        snapshot_ids = [await _snapshot(wire, target.project, name) for name in ("first", "second")]
        await wire.edit(target.project, [{**SET_NAME, "props": {"name": secrets.token_hex(4)}}])
        restore_id = wire.new_id()
        params = {"project": target.project, "id": restore_id}
        first_params, second_params = (
            {**params, "snapshot": snapshot} for snapshot in snapshot_ids
        )
        reply = await wire.call("snapshots.restore", first_params)
        must(reply["t"] == "reply", f"a restore was answered {code_of(reply)}")
        code = code_of(await wire.call("snapshots.restore", second_params))
        must(code == "id_reused", f"another snapshot under the id was answered {code}")
        code = code_of(await wire.edit(target.project, [SET_NAME], id=restore_id))
        must(code == "id_reused", f"a delta under the id was answered {code}")
    return "id_reused"


async def _snapshot(wire: RawClient, project: str, name: str) -> str:
    created = await wire.call("snapshots.create", {"project": project, "name": name})
    return str(result(created)["id"])


async def _answer(wire: RawClient, delta_id: str) -> Message:
    for message in list(wire.received):
        if message.get("id") == delta_id and message["t"] in ("ack", "error"):
            return message
    while (answer := await wire.until(id=delta_id))["t"] not in ("ack", "error"):
        pass
    return answer
