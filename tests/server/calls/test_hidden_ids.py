"""What is not yours to see is answered as what does not exist, by every call that takes an id."""

import uuid
from typing import Any

import pytest
from msgspec.structs import fields

from schema.calls import METHODS, WITHOUT_LOGIN
from tests.server.conftest import Node, create_project, eventually
from tests.server.wire import Wire

pytestmark = [pytest.mark.postgres, pytest.mark.node]

HIDDEN_FROM_MEMBERS = ("preset", "auth_session", "invitation")
"""Only who made it sees it, or owners."""

HIDDEN_FROM_STRANGERS = (*HIDDEN_FROM_MEMBERS, "audio_file", "session")

BESIDE: dict[str, Any] = {
    "version": 1,
    "name": "mine now",
    "status": "uploading",
    "edit": [],
    "user": str(uuid.uuid4()),
    "device": "phone",
}
"""What calls need beside the id."""


async def _hidden_ids(ann: Wire, project: str) -> dict[str, str]:
    await ann.join(project)

    async def sessions() -> list[Any]:
        found: list[Any] = (await ann.result("sessions.list", project=project))["sessions"]
        return found

    created = {
        "preset": await ann.result("presets.create", plugin="synth", name="Secret"),
        "invitation": await ann.result("invitations.create", project=project, role="viewer"),
        "audio_file": await ann.result("audio_files.create", project=project, name="a.wav"),
        "auth_session": (await ann.result("auth_sessions.list"))["auth_sessions"][0],
        "session": (await eventually(sessions))[0],
    }
    return {kind: row["id"] for kind, row in created.items()}


def _calls_of(kind: str) -> list[tuple[str, dict[str, Any]]]:
    """Each call that needs the id of one, and what it needs beside it."""
    needed = {
        method: {field.name for field in fields(params) if field.required}
        for method, (params, _) in METHODS.items()
    }
    return [
        (method, {name: BESIDE[name] for name in names - {kind}})
        for method, names in needed.items()
        if kind in names and method not in WITHOUT_LOGIN
    ]


async def test_C6_an_id_that_is_not_yours_to_see_is_answered_as_one_of_nothing(node: Node) -> None:
    ann, ben, cid = [await node.musician(name) for name in ("ann", "ben", "cid")]
    project = await create_project(ann)
    ids = await _hidden_ids(ann, project)
    for role in ("viewer", "editor"):
        await ann.result("members.grant", project=project, email="ben@example.org", role=role)
        for wire, kinds in ((ben, HIDDEN_FROM_MEMBERS), (cid, HIDDEN_FROM_STRANGERS)):
            for kind in kinds:
                calls = _calls_of(kind)
                assert len(calls) > 1, kind
                for method, beside in calls:
                    hidden, absent = [
                        await wire.call(method, **beside, **{kind: id})
                        for id in (ids[kind], str(uuid.uuid4()))
                    ]
                    told = hidden.get("code"), hidden.get("message"), hidden.get("details")
                    nothing = absent.get("code"), absent.get("message"), absent.get("details")
                    assert told == nothing, (method, role)
                    assert hidden.get("code") != "validation", (method, hidden)
