"""Deleting one's account: what becomes of its projects is said first, and done after a while."""

import time
from dataclasses import dataclass
from functools import partial

from persistence.errors import GuestOwner, LeavingOwner, NotFound
from persistence.pool import Executor
from persistence.tables import (
    audit_log,
    auth_credentials,
    mail_outbox,
    one_time_tokens,
    project_members,
    studio_projects,
    users,
)
from persistence.tables.internal import account_deletions, guests, taken_roles
from persistence.tables.internal.account_deletions import OwnedProject
from persistence.tables.mail_outbox import MailKind
from persistence.tables.one_time_tokens import Purpose, TakenToken
from persistence.tables.users import UserRow
from rooms.roles import Grant
from schema.accounts.audit_events import AuditEvent
from schema.calling.accounts.account_deletion_calls import (
    DeleteAccount,
    Deletion,
    DeletionPreview,
    PreviewDeletion,
    ProjectFate,
    RequestDeletion,
)
from schema.calling.params import Done
from schema.errors import ErrorCode
from schema.limits import MAX_PROJECTS_SHOWN
from server.accounts.password_logins import PasswordProof
from server.calls.accounts.ending_logins import end_logins, tell_ended
from server.calls.accounts.recent_login import require_recent
from server.calls.accounts.self_service.mailed_tokens import count_mail, take_code, use_up
from server.calls.accounts.self_service.password_and_email import require_password, require_still
from server.calls.answer import Answer
from server.calls.caller import Caller
from server.calls.context import Context
from server.refused import Refused, too_often

DAY = 86_400_000

AGAIN_SECONDS = 60.0
"""After a code that is not sent, as too many were."""


@dataclass(frozen=True, slots=True)
class _ClosedAccount:
    """What an account that was closed had, to be told once this is committed."""

    owned_projects: list[OwnedProject]
    """Its projects, the first of them."""
    total: int
    brought_back: list[str]
    """Those that were archived, and come back with it."""
    ended_logins: list[str]
    """Its logins."""


async def preview(context: Context, caller: Caller, params: PreviewDeletion) -> DeletionPreview:
    """What would become of each project (rule A28)."""
    owned_projects, total = await account_deletions.owned(
        context.db, caller.user, MAX_PROJECTS_SHOWN
    )
    return DeletionPreview(
        [_fate(project) for project in owned_projects], total, context.grace_days
    )


async def delete(context: Context, caller: Caller, params: DeleteAccount) -> Deletion:
    """Close the account; it and what is its own are erased after the grace time (rule A28)."""
    delete_account = _by_login if params.code is None else _by_code
    closed_account = await delete_account(context, caller, params)
    for project_id, heir in params.projects.items():
        context.announcer.role_changed(project_id, heir, Grant("owner"))
    await tell_projects(context, closed_account.brought_back)
    tell_ended(context, closed_account.ended_logins)
    erase_at = time.time() * 1_000 + context.grace_days * DAY
    shown_projects = closed_account.owned_projects[:MAX_PROJECTS_SHOWN]
    return Deletion([_fate(project) for project in shown_projects], closed_account.total, erase_at)


async def request_deletion(context: Context, caller: Caller, params: RequestDeletion) -> Done:
    """A mail with a code, for who knows no password (rule A73)."""
    if await guests.is_guest(context.db, caller.user):
        raise Refused(ErrorCode.FORBIDDEN, "a guest has no address: call auth.delete_account")
    count_mail(context, caller)
    async with context.db.transaction() as tx:
        user = await users.by_id(tx, caller.user)
        if user is None:
            raise NotFound("this account is gone")
        if not await context.asked_mails.put_code(tx, Purpose.DELETE_ACCOUNT, user):
            raise too_often(AGAIN_SECONDS, "so many codes were asked for that none is sent now")
        address = caller.address
        await audit_log.insert(tx, AuditEvent.DELETION_REQUESTED, user=user.id, address=address)
    return Done()


async def _by_login(context: Context, caller: Caller, params: DeleteAccount) -> _ClosedAccount:
    """By the password, or a login of a moment ago."""
    proof = await _who_deletes(context, caller, params.password)
    async with context.db.transaction() as tx:
        await account_deletions.lock_owned(tx, proof.user.id)
        await require_still(context, tx, proof)
        return await _close(context, caller, tx, proof.user, params.projects)


async def _by_code(context: Context, caller: Caller, params: DeleteAccount) -> _ClosedAccount:
    """By the code of a mail; one that is wrong is counted."""
    if params.password is not None:
        text = "give the `password`, or the `code` of the mail, and not both"
        raise Refused(ErrorCode.VALIDATION, text, field="code")
    closed_accounts: list[_ClosedAccount] = []

    async def take(tx: Executor) -> TakenToken | None:
        await account_deletions.lock_owned(tx, caller.user)  # first, as above
        return await take_code(context, tx, caller.user, Purpose.DELETE_ACCOUNT, params.code)

    async def close(tx: Executor, user: UserRow, _taken_token: TakenToken) -> None:
        closed_accounts.append(await _close(context, caller, tx, user, params.projects))

    await use_up(context, caller, Purpose.DELETE_ACCOUNT, take, close)
    return closed_accounts[0]


async def _close(
    context: Context, caller: Caller, tx: Executor, user: UserRow, heirs: dict[str, str]
) -> _ClosedAccount:
    owned_projects, total = await _hand_on(context, tx, user, heirs)
    archived = [project for project in owned_projects if _fate(project).becomes == "archived"]
    await studio_projects.set_all_archived(tx, [project.id for project in archived], True)
    brought_back = [project.id for project in archived if not project.archived]
    await account_deletions.put(tx, user.id, brought_back, context.grace_days)
    await one_time_tokens.void(tx, user.id)
    await taken_roles.void_invitations(tx, user.id)
    ended_ids = await end_logins(context, tx, user.id, reason="account deleted")
    await _tell_owner(context, tx, caller, user)
    return _ClosedAccount(owned_projects, total, brought_back, ended_ids)


async def _who_deletes(context: Context, caller: Caller, password: str | None) -> PasswordProof:
    """By the password, or where there is none by a login of a moment ago; raises `Refused`."""
    if password is not None:
        return await require_password(context, caller, password)
    if await auth_credentials.password_of(context.db, caller.user) is not None:
        text = "password: give it, as this account has one"
        raise Refused(ErrorCode.VALIDATION, text, field="password")
    if not await guests.is_guest(context.db, caller.user):  # who cannot log in once more
        await require_recent(context, caller)
    user = await users.by_id(context.db, caller.user)
    if user is None:
        raise NotFound("this account is gone")
    return PasswordProof(user, None)


async def cancel(context: Context, tx: Executor, user: UserRow) -> list[str]:
    """Whoever logs in stays; all nodes hear of the projects once this is committed; which they are.

    Raises `Refused` for an account that is being erased: it is no account any more.
    """
    archived = await account_deletions.cancel(tx, user.id)
    if archived is None:
        if await account_deletions.is_erasing(tx, user.id):
            raise Refused(ErrorCode.AUTH_FAILED, "the e-mail address or the password is wrong")
        return []
    await studio_projects.set_all_archived(tx, archived, False)
    for project, version, is_archived in await studio_projects.versions_among(tx, archived):
        announcement = partial(context.announcer.project_changed, project, version, is_archived)
        tx.when_committed(announcement)
    await audit_log.insert(tx, AuditEvent.ACCOUNT_REOPENED, user=user.id)
    return archived


async def tell_projects(context: Context, projects: list[str]) -> None:
    """These were archived, or brought back: all nodes hear of it."""
    for project, version, archived in await studio_projects.versions_among(context.db, projects):
        context.announcer.project_changed(project, version, archived)


async def _hand_on(
    context: Context, tx: Executor, user: UserRow, heirs: dict[str, str]
) -> tuple[list[OwnedProject], int]:
    """Give projects to the members named; those of the user as they are then."""
    most = int(min(context.usage.limits.projects_per_user, 100_000))
    own_ids = {project.id for project in (await account_deletions.owned(tx, user.id, most))[0]}
    for project, heir in sorted(heirs.items()):
        if project not in own_ids:
            raise _unfit(f"{project} is no project that you own")
        role = await project_members.role_of(tx, project, heir)
        if heir == user.id or role is None:
            raise _unfit(f"{heir} is no other member of {project}; name one who is, or none")
        try:
            await project_members.grant(tx, project, heir, "owner", actor=user.id)
        except (GuestOwner, LeavingOwner) as error:
            raise _unfit(str(error)) from None
    owned_projects, total = await account_deletions.owned(tx, user.id, most)
    return owned_projects, total


def _unfit(text: str) -> Refused:
    return Refused(ErrorCode.VALIDATION, f"projects: {text}", field="projects")


async def _tell_owner(context: Context, tx: Executor, caller: Caller, user: UserRow) -> None:
    payload = {"name": user.name, "days": round(context.grace_days)}
    await mail_outbox.put(
        tx,
        recipient=user.email,
        kind=MailKind.ACCOUNT_DELETED,
        payload=payload,
        user_id=user.id,
    )
    await audit_log.insert(tx, AuditEvent.ACCOUNT_CLOSED, user=user.id, address=caller.address)


def _fate(project: OwnedProject) -> ProjectFate:
    becomes = "kept" if project.owners else "archived" if project.others else "erased"
    return ProjectFate(project.id, project.name, project.others, becomes)


ANSWERS: dict[str, Answer] = {
    "auth.deletion_preview": preview,
    "auth.request_deletion": request_deletion,
    "auth.delete_account": delete,
}
