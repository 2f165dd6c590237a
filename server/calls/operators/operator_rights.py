"""Who may call what is for operators: users that are, and whoever has the socket on the machine."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from persistence.errors import BadCursor, NotFound
from persistence.pool import Executor
from persistence.tables import audit_log
from persistence.tables.internal import accounts_for_operators
from persistence.tables.operating import nodes
from persistence.tables.operating.nodes import Unaware
from persistence.tables.users import UserRow
from schema.accounts.audit_events import AuditEvent
from schema.errors import ErrorCode
from schema.text.id_beginnings import several_in_words, too_short_of_user
from server.calls.caller import Caller
from server.calls.context import Context
from server.control_plane.node_questions import ALIVE_SECONDS
from server.refused import Refused

Answer = Callable[[Context, Caller, Any], Awaitable[Any]]


def for_operators(answer: Answer) -> Answer:
    """The same answer, and `forbidden` to all others (rule R48)."""

    async def guarded(context: Context, caller: Caller, params: Any) -> Any:
        if not caller.machine and not await accounts_for_operators.is_operator(
            context.db, caller.user
        ):
            text = "this call is for operators of this server; you are none"
            raise Refused(ErrorCode.FORBIDDEN, text)
        return await answer(context, caller, params)

    return guarded


async def unaware(db: Executor) -> Unaware:
    """Nodes that what an operator says does not reach."""
    return await nodes.unaware(db, ALIVE_SECONDS)


async def note(
    tx: Executor,
    caller: Caller,
    event: AuditEvent,
    *,
    user: str | None = None,
    project: str | None = None,
    **details: Any,
) -> None:
    """What an operator does, in the transaction that does it (rule R49)."""
    if caller.machine:
        await audit_log.insert(tx, event, user=user, project=project, by=caller.machine, **details)
        return
    await audit_log.insert(
        tx,
        event,
        user=user,
        actor=caller.user,
        project=project,
        auth_session=caller.auth_session,
        address=caller.address,
        **details,
    )


def id_in(cursor: str) -> str:
    """The id that a page begins behind, as the database has it; raises `BadCursor`."""
    try:
        return str(UUID(cursor))
    except ValueError:
        raise BadCursor("cursor") from None


async def require_user(db: Executor, name_or_email: str) -> UserRow:
    """Whoever has this id, address or username; raises `NotFound`, `Refused` for several."""
    user, several = await accounts_for_operators.find_by_beginning(db, name_or_email)
    if several:
        text = several_in_words(name_or_email, several)
        raise Refused(ErrorCode.VALIDATION, text, field="user")
    if user is None:
        text = "there is no account with this id, address or username"
        raise NotFound(text + too_short_of_user(name_or_email))
    return user
