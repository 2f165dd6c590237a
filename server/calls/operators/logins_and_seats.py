"""Answers to operators about people: their logins, and ending logins and seats."""

from typing import Any

from persistence.errors import NotFound
from persistence.pool import Executor
from persistence.tables import auth_sessions
from persistence.tables.internal import accounts_for_operators
from schema.accounts.audit_events import AuditEvent
from schema.errors import ErrorCode
from schema.operating.operator_calls import Kick, Kicked, ListUserLogins, LoginRow, LoginRows
from schema.text.id_beginnings import MOST_NAMED, FoundId
from server.calls.answer import Answer
from server.calls.caller import Caller
from server.calls.context import Context
from server.calls.operators.named_by_id import login_named, the_one
from server.calls.operators.operator_rights import note, require_user, unaware
from server.refused import Refused

MEMBER_ID_LENGTH = 16
"""Characters of a whole one (rule J7)."""


async def list_logins(context: Context, caller: Caller, params: ListUserLogins) -> LoginRows:
    """Those that go on, and where each is connected."""
    user = await require_user(context.db, params.user)
    logins = await accounts_for_operators.logins(context.db, user.id)
    question = await context.node_questions.ask("logins", logins=[login.id for login in logins])
    rows = [
        LoginRow(
            login=login.id,
            device=login.device,
            device_name=login.device_name,
            created_at=login.created_at * 1_000,
            last_used_at=login.last_used_at * 1_000,
            nodes=[
                node
                for node, counts in sorted(question.answers.items())
                for _ in range((counts or {}).get(login.id, 0))
            ],
        )
        for login in logins
    ]
    return LoginRows(user.id, user.username, rows, question.silent)


async def kick(context: Context, caller: Caller, params: Kick) -> Kicked:
    """Logins are over when this is answered; of a member the seats, on whatever node."""
    given_ids = [params.user, params.login, params.member]
    if sum(given_id is not None for given_id in given_ids) != 1:
        text = "name one of user, login and member, and no other"
        raise Refused(ErrorCode.VALIDATION, text, field="user")
    if params.member is not None:
        member = await _member_named(context, params.member)
        return await _kick_member(context, caller, member, params.reason)
    login = None if params.login is None else await login_named(context.db, params.login)
    async with context.db.transaction() as tx:
        user, ended_ids = await _end(tx, params, login or "")
        if ended_ids:
            whom = "user" if params.user is not None else f"login {login}"
            audit_details: dict[str, Any] = {
                "reason": params.reason,
                "whom": whom,
                "ended": len(ended_ids),
            }
            await note(tx, caller, AuditEvent.KICKED, user=user, **audit_details)
    for ended_id in ended_ids:
        context.announcer.session_revoked(ended_id, params.reason)
    unaware_nodes = await unaware(context.db)
    return Kicked(len(ended_ids), 0, unaware_nodes.connections, unaware_nodes.silent)


async def _end(tx: Executor, params: Kick, login: str) -> tuple[str, list[str]]:
    """The user's id, and the logins that ended; raises `NotFound`."""
    reason = f"{auth_sessions.BY_OPERATOR}{params.reason}"
    if params.user is not None:
        user = (await require_user(tx, params.user)).id
        return user, await auth_sessions.revoke_all(tx, user, None, reason)
    owner = await auth_sessions.user_of(tx, login)
    if owner is None:
        raise NotFound("there is no such login")
    return owner, await auth_sessions.revoke_of(tx, login, owner, reason) or []


async def _member_named(context: Context, text: str) -> str:
    """The member whose id it is, or begins so; raises `NotFound`, `Refused` for several."""
    text = text.lower()
    if len(text) >= MEMBER_ID_LENGTH:
        return text
    question = await context.node_questions.ask("members", beginning=text, limit=MOST_NAMED + 1)
    names = {member: name for found in question.answers.values() for member, name in found or ()}
    found = [FoundId(member, name) for member, name in sorted(names.items())]
    return the_one(text, found, "member", "operator.room lists those in a room").id


async def _kick_member(context: Context, caller: Caller, member: str, reason: str) -> Kicked:
    """Looked for, noted, then sent out: nobody is of which the audit does not know."""
    member_question = await context.node_questions.ask("member", member=member)
    seat_found = next((seat for _, seat in sorted(member_question.answers.items()) if seat), None)
    if seat_found is None:
        unaware_nodes = await unaware(context.db)
        return Kicked(
            0,
            0,
            unaware_nodes.connections,
            sorted({*unaware_nodes.silent, *member_question.silent}),
        )
    async with context.db.transaction() as tx:
        audit_details = {"reason": reason, "whom": f"member {member}"}
        await note(tx, caller, AuditEvent.KICKED, **seat_found, **audit_details)
    question = await context.node_questions.ask("kick", member=member, message=reason)
    unaware_nodes = await unaware(context.db)
    seats = sum(seats or 0 for seats in question.answers.values())
    return Kicked(
        0,
        seats,
        unaware_nodes.connections,
        sorted({*unaware_nodes.silent, *member_question.silent, *question.silent}),
    )


ANSWERS: dict[str, Answer] = {"operator.logins": list_logins, "operator.kick": kick}
