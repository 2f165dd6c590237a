"""Who has an account is told of a login on a device that it was never logged in on (rule A60)."""

from datetime import UTC, datetime

from persistence.pool import Executor
from persistence.tables import auth_sessions, mail_outbox
from persistence.tables.auth_sessions import AuthSession
from persistence.tables.mail_outbox import MailKind
from persistence.tables.users import UserRow
from server.accounts.guessing.networks import network_of
from server.calls.caller import Caller


async def tell_of_new_device(
    tx: Executor, caller: Caller, user: UserRow, session: AuthSession
) -> None:
    """Have the mail sent once this login is committed, unless it is the first of the account."""
    if not await auth_sessions.is_on_new_device(tx, session):
        return
    await mail_outbox.put(
        tx,
        recipient=user.email,
        kind=MailKind.NEW_LOGIN,
        payload={
            "name": user.name or user.username,
            "device": caller.device_said.name or session.device or caller.device_said.client,
            "place": network_of(caller.address),
            "time": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        },
        user_id=user.id,
    )
