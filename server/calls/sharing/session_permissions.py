"""What the host of a session lets its members do (rules R38, R39)."""

from msgspec import UNSET

from persistence.tables import audit_log, collaboration_sessions
from rooms.presence.session_permissions import NOTHING_AGREED, WHY, DeniedActions, denied_actions
from schema.accounts.audit_events import AuditEvent
from schema.calling.params import Done
from schema.calling.session_permission_calls import PermitInSession
from schema.errors import ErrorCode
from server.calls.answer import Answer
from server.calls.caller import Caller
from server.calls.context import Context, require_editor
from server.refused import Refused


async def permit(context: Context, caller: Caller, params: PermitInSession) -> Done:
    """Say who has which permission; the room is told at once, on every node (rule R38)."""
    changes = {name: getattr(params, name) for name in WHY}
    changes = {name: users for name, users in changes.items() if users is not UNSET}
    async with context.db.transaction() as tx:
        permitting = await collaboration_sessions.permit_by(
            tx, params.session, caller.user, changes
        )
        if not permitting.is_allowed:
            text = "the host of the session, while it may edit, or an owner says who may what"
            raise Refused(ErrorCode.FORBIDDEN, text)
        if not permitting.is_done:
            text = "this session has ended; sessions.list shows the one that goes on"
            raise Refused(ErrorCode.CONFLICT, text)
        counts = {name: None if users is None else len(users) for name, users in changes.items()}
        await audit_log.insert(
            tx,
            AuditEvent.PERMISSIONS_CHANGED,
            user=caller.user,
            project=permitting.project,
            session=params.session,
            permissions=counts,
        )
    context.announcer.session_permitted(permitting.project, params.session)
    return Done()


async def require_permitted(context: Context, project: str, user: str) -> DeniedActions:
    """As `require_editor`, and where the host of the session that goes on lets this user edit."""
    role = await require_editor(context, project, user)
    permits = await collaboration_sessions.permits_among(context.db, [project])
    allowance = denied_actions(permits.get(project, NOTHING_AGREED), user, role)
    if allowance.edit is not None:
        raise Refused(ErrorCode.FORBIDDEN, allowance.edit)
    return allowance


ANSWERS: dict[str, Answer] = {"sessions.permit": permit}
