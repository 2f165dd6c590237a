"""Attacks on roles: tracks of others by every kind of op, invitations, what is taken away."""

import asyncio
import secrets
from typing import Any

from loadtest.attack.catalogue import attack, code_of, must
from loadtest.attack.raw_client import Message, RawClient
from loadtest.attack.target import Target, new_project, result

OWN, FOREIGN, FOLDER = "track-of-mine", "track-of-yours", "folder-of-yours"
NOT_VALID = "auth_failed"


def _insert(col: str, id: str, **entity: Any) -> Message:
    return {"op": "insert", "col": col, "id": id, "entity": entity}


def _set(col: str, id: str, **props: Any) -> Message:
    return {"op": "set", "col": col, "id": id, "props": props}


def _move(col: str, id: str, **where: Any) -> Message:
    return {"op": "move", "col": col, "id": id, **where}


SONG: list[Message] = [
    _insert("channels", "ch-of-mine", dest="ch_master"),
    _insert("channels", "ch-of-yours", dest="ch_master"),
    _insert("tracks", FOLDER, content=["tracks"]),
    _insert("tracks", OWN, channel="ch-of-mine"),
    _insert("tracks", FOREIGN, channel="ch-of-yours", parent=FOLDER),
    _insert("devices", "dev-of-mine", channel="ch-of-mine", params={"cutoff": 0.5}),
    _insert("devices", "dev-of-yours", channel="ch-of-yours", params={"cutoff": 0.5}),
    _insert("sends", "send-of-yours", channel="ch-of-yours", dest="ch-of-mine"),
    _insert("clips", "clip-of-mine", track=OWN, time=0, duration=4),
    _insert("clips", "clip-of-yours", track=FOREIGN, time=0, duration=4),
    _insert("clips", "alias-of-yours", track=FOREIGN, time=8, duration=4, ref="clip-of-mine"),
    _insert("notes", "note-of-mine", clip="clip-of-mine", time=0, duration=1, key=60),
    _insert("notes", "note-of-yours", clip="clip-of-yours", time=0, duration=1, key=60),
    _insert("lanes", "lane-of-mine", track=OWN, target="channels/ch-of-mine/volume"),
    _insert("lanes", "lane-of-yours", track=FOREIGN, target="channels/ch-of-yours/volume"),
    _insert("points", "point-of-yours", lane="lane-of-yours", time=0, value=1),
    _insert("media", "media-of-yours", name="take.wav"),
    _insert("scenes", "scene-of-yours"),
    _insert("slots", "slot-of-yours", scene="scene-of-yours", track=FOREIGN),
    _insert("markers", "marker-of-yours", time=8),
]
"""A song of two tracks, of which the contributor has one."""

REACHES: list[Message] = [
    *(
        {"op": "delete", "col": col, "id": id}
        for col, id in (
            ("tracks", FOREIGN),
            ("tracks", OWN),
            ("tracks", FOLDER),
            ("channels", "ch-of-mine"),
            ("devices", "dev-of-yours"),
            ("sends", "send-of-yours"),
            ("clips", "clip-of-yours"),
            ("clips", "clip-of-mine"),  # the alias of another track falls with it
            ("notes", "note-of-yours"),
            ("lanes", "lane-of-yours"),
            ("points", "point-of-yours"),
            ("media", "media-of-yours"),
            ("scenes", "scene-of-yours"),
            ("slots", "slot-of-yours"),
            ("markers", "marker-of-yours"),
        )
    ),
    _set("project", "project", name="mine now"),
    _set("transport", "transport", loopOn=True),
    _set("tempo", "tempo_start", bpm=200),
    _set("tracks", FOREIGN, name="mine now"),
    _set("tracks", OWN, channel="ch-of-yours"),
    _set("tracks", OWN, channel=None),
    _set("channels", "ch_master", volume=0),
    _set("channels", "ch-of-yours", volume=0),
    _set("channels", "ch-of-mine", dest="ch-of-yours"),
    _set("devices", "dev-of-yours", params={"cutoff": 1}),
    _set("clips", "clip-of-mine", ref="clip-of-yours"),
    _set("lanes", "lane-of-mine", target="devices/dev-of-yours/params/cutoff"),
    _set("lanes", "lane-of-mine", track=None),
    _set("points", "point-of-yours", value=0),
    _move("tracks", OWN, parent=FOLDER),
    _move("tracks", OWN, order="a9"),
    _move("tracks", FOREIGN, parent=None),
    _move("clips", "clip-of-mine", parent=FOREIGN),
    _move("clips", "clip-of-yours", parent=OWN),
    _move("notes", "note-of-mine", parent="clip-of-yours"),
    _move("notes", "note-of-yours", parent="clip-of-mine"),
    _move("devices", "dev-of-mine", parent="ch-of-yours"),
    _move("devices", "dev-of-yours", parent="ch-of-mine"),
    _insert("tracks", "track-new", name="one more"),
    _insert("channels", "channel-new"),
    _insert("sends", "send-new", channel="ch-of-mine", dest="ch-of-yours"),
    _insert("sends", "send-new", channel="ch-of-yours", dest="ch-of-mine"),
    _insert("clips", "clip-new", track=FOREIGN, time=0, duration=1),
    _insert("lanes", "lane-new", track=OWN, target="tempo/tempo_start/bpm"),
    _insert("notes", "note-new", clip="clip-of-yours", time=0, duration=1, key=1),
    _insert("markers", "marker-new", time=1),
    _insert("signatures", "signature-new", time=4),
]
"""What a contributor to the one track must not do, whatever the kind of op."""


async def _contribute(owner: RawClient, target: Target, tracks: list[str]) -> str:
    project = await new_project(owner, "a contributor's")
    await owner.join(project)
    must((await owner.edit(project, SONG))["t"] == "ack", "the song cannot be made")
    await _grant(owner, target, project, tracks)
    return project


async def _grant(owner: RawClient, target: Target, project: str, tracks: list[str]) -> None:
    params = {"project": project, "email": target.stranger.email, "role": "contributor"}
    result(await owner.call("members.grant", params | {"tracks": tracks}))


@attack("A15", "a contributor who reaches for other tracks, by every kind of op")
async def foreign_tracks(target: Target) -> str:
    async with await target.enter(target.owner) as owner:
        project = await _contribute(owner, target, [OWN])
        async with await target.enter_room(target.stranger, project) as wire:
            own_op = _set("tracks", OWN, name="a fine one")
            for op in REACHES:
                answer = await wire.edit(project, [own_op, op])
                code = code_of(answer)
                must(code == "forbidden", f"{op} was answered {code}")
                must(answer["details"].get("op") == 1, f"{op}: the wrong op is named")
            for entity in (FOREIGN, "ch_master"):
                values = {entity: {"col": "tracks", "props": {"name": "x"}}}
                gesture = {"t": "gesture", "project": project, "id": "g", "values": values}
                wire.send(gesture)
                code = code_of(await wire.until(id="g"))
                must(code in ("forbidden", "op_invalid"), f"a gesture was answered {code}")
            must((await wire.edit(project, [own_op]))["t"] == "ack", "its own track is refused")
            owner_role = {"project": project, "email": target.stranger.email, "role": "owner"}
            code = code_of(await wire.call("members.grant", owner_role))
            must(code == "forbidden", f"a role for oneself was answered {code}")
            params = {"project": project, "role": "editor"}
            code = code_of(await wire.call("invitations.create", params))
            must(code == "forbidden", f"an invitation for oneself was answered {code}")
    return f"{len(REACHES)} ops: forbidden, with the op"


@attack("A16", "deltas on their way while a contributor's tracks are taken away")
async def tracks_taken(target: Target) -> str:
    own_ops = [_set("tracks", OWN, name="late")]
    async with await target.enter(target.owner) as owner:
        project = await _contribute(owner, target, [OWN])
        async with await target.enter_room(target.stranger, project) as wire:
            delta_ids = [wire.propose(project, own_ops) for _ in range(40)]
            await _grant(owner, target, project, [])
            head = (await owner.join(project))["head"]
            delta_ids += [wire.propose(project, own_ops) for _ in range(40)]
            late_answers = [await _answer(wire, delta_id) for delta_id in delta_ids]
            after = [
                answer for answer in late_answers if answer["t"] == "ack" and answer["seq"] > head
            ]
            must(not after, f"{len(after)} deltas were stored by tracks of before")
            code = code_of(await _again(wire, project, own_ops))
            must(code == "forbidden", f"a delta after that was answered {code}")
    return "nothing stored after it; forbidden"


async def _again(wire: RawClient, project: str, ops: list[Message]) -> Message:
    """As a good client does: the first one that was refused for now comes first (D12)."""
    answer = await wire.edit(project, ops)
    for _ in range(20):
        if code_of(answer) != "unavailable":
            break
        await asyncio.sleep(answer["details"]["retry_after_ms"] / 1_000)
        first = answer["details"].get("after") or answer["id"]
        answer = await wire.edit(project, ops, id=first)
    return answer


async def _answer(wire: RawClient, delta_id: str) -> Message:
    for message in list(wire.received):
        if message.get("id") == delta_id and message["t"] in ("ack", "error"):
            return message
    while (answer := await wire.until(id=delta_id))["t"] not in ("ack", "error"):
        pass
    return answer


@attack("A15", "invitations that are used up, withdrawn, mailed to others, made up")
async def invitations(target: Target) -> str:
    async with (
        await target.enter(target.owner) as owner,
        await target.enter(target.stranger) as wire,
        await target.enter(target.watcher) as other_wire,
    ):
        project = await new_project(owner, "by invitation")
        params = {"project": project, "role": "viewer"}
        first_invitation = result(await owner.call("invitations.create", params))
        accepting = [
            invited_wire.call("invitations.accept", {"token": first_invitation["token"]})
            for invited_wire in (wire, other_wire)
        ]
        codes = [code_of(answer) for answer in await asyncio.gather(*accepting)]
        must(sorted(codes) == ["(reply)", NOT_VALID], f"two who accept one were answered {codes}")
        outside = (wire, other_wire)[codes.index(NOT_VALID)]  # members may look at any (R31)
        second_invitation = result(await owner.call("invitations.create", params))
        withdrawn = {"invitation": second_invitation["id"]}
        code = code_of(await wire.call("invitations.withdraw", withdrawn))
        must(code in ("forbidden", "not_found"), f"withdrawing others' was answered {code}")
        result(await owner.call("invitations.withdraw", withdrawn))
        mailed = result(
            await owner.call("invitations.create", params | {"email": "nobody@attack.example"})
        )
        must(mailed["token"] is None, "the token of a mailed one is told to who has made it")
        for token in (second_invitation["token"], secrets.token_urlsafe(32), "x", "\u202e'--"):
            for method in ("invitations.accept", "invitations.look"):
                code = code_of(await outside.call(method, {"token": token}))
                must(code == NOT_VALID, f"{method} of {token!r} was answered {code}")
        as_owner = await owner.call("invitations.create", params | {"role": "owner"})
        must(code_of(as_owner) == "validation", f"an owner was invited: {code_of(as_owner)}")
        keyed = {"t": "call", "id": "keyed", "method": "invitations.create", "params": params}
        owner.send(keyed | {"idempotency_key": "keep the token"})
        code = code_of(await owner.until(id="keyed"))
        must(code == "validation", f"a key that would keep the token was answered {code}")
    return f"{NOT_VALID}, alike"
