"""Who has an account is told by mail of each new way in, and of each that is gone (rule A68)."""

from persistence.pool import Executor
from persistence.tables import mail_outbox, users
from persistence.tables.mail_outbox import MailKind


async def tell(tx: Executor, kind: MailKind, user_id: str, **more_payload: str) -> None:
    """Have the mail sent once the change is committed; `more_payload`: beside the name."""
    user = await users.by_id(tx, user_id)
    if user is None:
        return  # the account is being deleted: nobody is left to be told
    payload = {"name": user.name or user.username, **more_payload}
    await mail_outbox.put(tx, recipient=user.email, kind=kind, payload=payload, user_id=user.id)
