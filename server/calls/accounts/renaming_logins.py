"""The call by which users name the devices that they are logged in on."""

from persistence.errors import NotFound
from persistence.tables import auth_sessions
from schema.accounts.audit_events import AuditEvent
from schema.calling.accounts.auth_session_calls import RenameLogin
from schema.calls import OF_TABLES
from server.calls.answer import Answer
from server.calls.caller import Caller
from server.calls.context import Context
from server.calls.rows.auth_sessions import get_login


async def rename(context: Context, caller: Caller, params: RenameLogin) -> object:
    """Call the device of a login by another name (rule A15)."""
    device = await auth_sessions.rename(context.db, params.auth_session, caller.user, params.name)
    if device is None:
        raise NotFound("there is no such login of yours")
    context.audit.note(
        AuditEvent.DEVICE_RENAMED, user=caller.user, auth_session=params.auth_session, device=device
    )
    context.announcer.rows_changed()
    get_params, _ = OF_TABLES["auth_sessions.get"]
    return await get_login(context, caller, get_params(auth_session=params.auth_session))


ANSWERS: dict[str, Answer] = {"auth_sessions.rename": rename}
