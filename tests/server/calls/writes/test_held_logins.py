"""Every call that writes, by a login that is revoked before its COMMIT: it writes nothing."""

import asyncio
import uuid
from functools import partial
from typing import Any

import asyncpg
import msgspec
import pytest

from schema.calling.writing_calls import WRITES
from schema.calls import METHODS, WITHOUT_LOGIN
from schema.operating.operator_calls import OPERATOR_METHODS
from server.calls.caller import Caller
from server.calls.dispatch import dispatch
from server.calls.failures import as_error
from server.encoding.codec import JSON
from server.identity import Identity
from tests.server.calls.writes.test_held_roles import Shared, is_waiting, shared
from tests.server.conftest import Node, eventually

pytestmark = pytest.mark.postgres

READING = (
    "count", "get", "list", "watch", "stems", "at", "blame", "ops", "diff", "state", "beats",
    "between", "seconds", "suggest", "export", "history", "deletion_preview", "identities", "end",
    "second_factor_state",
)  # fmt: skip

IS_READ = {
    method for method in METHODS if method not in WRITES and method.split(".")[-1] in READING
}

OF_A_CHALLENGE = {"auth.totp_begin", "auth.totp_confirm"}
"""Need no login, and go by it where they are given no challenge."""

NOT_BY_DATABASE = {"auth.link_begin"}
"""Refused on a server without providers, as this one is: `test_held_links.py` has some."""

NOT_OF_A_CALL = {
    "audit_log", "auth_sessions", "change_log", "idempotency_keys", "login_tries", "nodes",
    "server_nodes",
}  # fmt: skip
"""What is noted besides, or is changed by the test."""

TABLES = """
SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""

SHOWN = """
SELECT '{0}' AS name, md5(string_agg(t::text, ' ' ORDER BY t::text)) AS rows FROM {0} AS t
"""

REVOKE = "UPDATE auth_sessions SET revoked_at = now(), revoked_reason = 'x' WHERE user_id = $1"
GIVE_BACK = "UPDATE auth_sessions SET revoked_at = NULL, revoked_reason = NULL WHERE user_id = $1"
LOGIN = "SELECT id FROM auth_sessions WHERE user_id = $1"


class Asked(Shared):
    """All calls that write, of one who owns a project and a preset."""

    preset = str(uuid.uuid4())

    def asked(self) -> dict[str, dict[str, Any]]:
        file, preset = {"audio_file": self.audio_file}, {"preset": self.preset}
        secret, code = "x" * 43, "123456"
        login = {"auth_session": str(uuid.uuid4())}
        one = {"category": "eq"}
        use = {"id": str(uuid.uuid4()), "key": "key", "context": {}}
        words = {"password": "correct horse"}
        device = {"user_code": "BCDF-GHJK"}
        new: dict[str, Any] = {"name": "x", "plugin": "eq", "parameters": {}}
        create = {"method": "presets.create", "params": new}
        return super().asked() | {
            "batch": {"calls": [create], "atomic": True},
            "projects.create": {"name": "New"},
            "members.join": {"project": self.project},
            "invitations.accept": {"token": secret},
            "invitations.create": {"project": self.project, "role": "viewer"},
            "account.update": {"version": 1, "name": "Other"},
            "auth_sessions.rename": login | {"name": "Studio"},
            "auth_sessions.revoke": login,
            "presets.create": new,
            "presets.update": preset | {"version": 1, "name": "Other"},
            "presets.delete": preset,
            "presets.copy": preset | {"name": "Copy"},
            "presets.publish": preset,
            "presets.unpublish": preset,
            "presets.use": preset,
            "recall.observe": one | {"uses": [use]},
            "recall.correct": one | {"id": str(uuid.uuid4()), "key": "key"},
            "recall.update": {"recall": str(uuid.uuid4()), "version": 1, "data": {}},
            "recall.forget": one,
            "recall.erase": {"confirm": "erase"},
            "recall.settings": one | {"remembers": True},
            "audio_files.set_status": file | {"status": "uploading"},
            "auth.change_email": words | {"email": "new@example.org"},
            "auth.change_password": words | {"new_password": "violet anvil"},
            "auth.delete_account": words,
            "auth.device_look": device,
            "auth.device_approve": device,
            "auth.device_deny": device,
            "auth.link_finish": {"flow": secret, "state": secret, "code": code},
            "auth.logout": {},
            "auth.request_deletion": {},
            "auth.recovery_codes": {"code": code},
            "auth.totp_begin": {},
            "auth.totp_confirm": {"code": code},
            "auth.totp_disable": {"code": code},
            "auth.totp_remove": {"app": str(uuid.uuid4()), "code": code},
            "auth.upgrade_guest": words | {"email": "new@example.org", "username": "new"},
            "auth.unlink": {"identity": str(uuid.uuid4())},
        }


def test_every_call_that_writes_is_named_here() -> None:
    nobody = Asked(None, "", "", "", "", "", "")  # type: ignore[arg-type]
    writes = set(METHODS) - WITHOUT_LOGIN - IS_READ - NOT_BY_DATABASE | OF_A_CHALLENGE
    assert writes - OPERATOR_METHODS.keys() == nobody.asked().keys()


async def as_it_is(db: Any) -> dict[str, str]:
    names = [row["relname"] for row in await db.fetch(TABLES)]
    text = " UNION ALL ".join(SHOWN.format(n) for n in sorted(set(names) - NOT_OF_A_CALL))
    return {row["name"]: row["rows"] for row in await db.fetch(text)}


async def code_of(node: Node, caller: Caller, method: str, params: dict[str, Any]) -> str:
    """The error's code, or `done`."""
    read = JSON.params(msgspec.Raw(msgspec.json.encode(params)), METHODS[method][0])
    try:
        answer = await dispatch(node.context, caller, method, read)
    except Exception as error:
        return str(as_error(None, error).code)
    return "auth_required" if "auth_required" in str(answer) else "done"


async def test_A50_a_login_that_is_revoked_while_a_call_waits_for_it_writes_nothing(
    node: Node, database_url: str
) -> None:
    made = await shared(node)
    all_of_it = Asked(**vars(made))
    new = {"name": "x", "plugin": "eq", "parameters": {}}
    all_of_it.preset = (await made.ben.result("presets.create", **new))["id"]
    await made.ben.result("snapshots.create", project=made.project, name="stores the state")
    user = made.ben.user
    gate, watch = [await asyncpg.connect(database_url) for _ in range(2)]
    try:
        [row] = await watch.fetch(LOGIN, user)
        identity = Identity(user, "ben", "ben", str(row["id"]))
        caller = Caller("one call", "192.0.2.1", "laptop", identity)
        for method, params in all_of_it.asked().items():
            await node.server.write_behind.run_once()
            before = await as_it_is(watch)
            revoking = gate.transaction()
            await revoking.start()
            await gate.execute(REVOKE, user)
            call = asyncio.create_task(code_of(node, caller, method, params))
            await eventually(partial(is_waiting, call, watch))
            assert not call.done(), f"{method} did not wait: {call.result()}"
            await revoking.commit()
            assert await call == "auth_required", method
            after = await as_it_is(watch)
            assert {name for name in after if after[name] != before[name]} == set(), method
            await gate.execute(GIVE_BACK, user)
    finally:
        await gate.close()
        await watch.close()
