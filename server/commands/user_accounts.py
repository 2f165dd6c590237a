"""What `./run users` does, straight on the database; nodes that run see it within a second."""

import hashlib
import secrets
from dataclasses import dataclass

import msgspec

from persistence.errors import Taken
from persistence.pool import Executor
from persistence.tables import (
    audit_log,
    auth_credentials,
    auth_sessions,
    mail_outbox,
    one_time_tokens,
    users,
)
from persistence.tables.internal import accounts_for_operators
from persistence.tables.internal.accounts_for_operators import Account, AccountMembership, Login
from persistence.tables.logging_in import login_challenges, second_factors
from persistence.tables.mail_outbox import MailKind
from persistence.tables.one_time_tokens import Hashes, Purpose, TokenOutcome
from persistence.tables.users import UserRow
from schema.accounts.audit_events import AuditEvent
from schema.calling.accounts.registration_and_login_calls import Email, Username
from schema.columns.types import PlainName
from schema.text.account_names import NoName, checked_name, checked_username
from schema.text.email_addresses import NoAddress, as_kept, key_of
from schema.text.id_beginnings import several_in_words, too_short_of_user
from schema.text.text_rules import in_words
from server.accounts import signing_keys
from server.accounts.hashing.hashes import Hashes as PasswordHashes
from server.accounts.password_rules import checked
from server.refused import Refused

BY = "command line"
"""Who did it, in the audit."""

LINK_SECONDS = 86_400.0
"""How long a link that an operator hands on is good."""

TOO_MANY_LINKS = (
    "so many links were made for this account today that the last one must be used first, or waited"
    " for: an hour at most"
)


class NotDone(Exception):
    """What was asked for is refused; the message is one sentence for the operator."""


class NewAccount(msgspec.Struct, frozen=True):
    """Bounded as in `auth.register`."""

    email: Email
    username: Username
    name: PlainName = ""


@dataclass(frozen=True, slots=True)
class WholeAccount:
    """All that an operator sees of an account."""

    account: Account
    logins: list[Login]
    projects: list[AccountMembership]


async def require(db: Executor, name_or_email: str) -> UserRow:
    """Whoever is named so; raises `NotDone`."""
    user, several = await accounts_for_operators.find_by_beginning(db, name_or_email)
    if several:
        raise NotDone(several_in_words(name_or_email, several))
    if user is None:
        raise NotDone(
            f"there is no account with the id, address or username {name_or_email!r}; "
            f"./run users list names all{too_short_of_user(name_or_email)}"
        )
    return user


def bounded(email: str, username: str, name: str) -> NewAccount:
    """Raises `NotDone` for what no account may have."""
    fields_given = {"email": as_kept(email), "username": username, "name": name or username}
    try:
        key_of(email)
        checked_username(username)
        fields_given["name"] = checked_name(fields_given["name"])
        return msgspec.convert(fields_given, NewAccount)
    except NoAddress as error:
        if "@" in username:
            raise NotDone("the address comes first, then the username") from None
        raise NotDone(f"email: {error}") from None
    except NoName as error:
        raise NotDone(f"no account can have that: {error}") from None
    except msgspec.ValidationError as error:
        raise NotDone(f"no account can have that: {in_words(str(error))}") from None


def hashed(password: str, new_account: NewAccount) -> str:
    """What is stored of a password; raises `NotDone`. Takes tens of milliseconds."""
    try:
        form = checked(password, new_account.email, new_account.username)
    except Refused as refusal:
        raise NotDone(str(refusal)) from None
    return PasswordHashes().make(form)


async def create(
    db: Executor, new_account: NewAccount, password_hash: str | None, *, is_operator: bool = False
) -> UserRow:
    """Make an account, all of it or nothing; raises `NotDone`.

    With a password its address counts as proved; without one it is proved by the link.
    """
    async with db.transaction() as tx:
        try:
            user = await users.create(
                tx, email=new_account.email, username=new_account.username, name=new_account.name
            )
        except Taken as error:
            raise NotDone(str(error)) from None
        await audit_log.insert(tx, AuditEvent.ACCOUNT_MADE, user=user.id, by=BY)
        if password_hash is not None:
            await auth_credentials.create_password(tx, user.id, password_hash)
            await users.verify_email(tx, user.id, user.email)
        if is_operator:
            await _set_operator(tx, user, is_operator=True)
    return user


async def show(db: Executor, name_or_email: str) -> WholeAccount:
    """Raises `NotDone`."""
    user = await require(db, name_or_email)
    account = await accounts_for_operators.account(db, user.id)
    if account is None:
        raise NotDone(f"{name_or_email!r} was deleted just now")
    logins = await accounts_for_operators.logins(db, user.id)
    return WholeAccount(account, logins, await accounts_for_operators.memberships(db, user.id))


async def reset_token(db: Executor, user: UserRow, *, by_mail: bool = False) -> str:
    """The token of a link with which to set a password, once; raises `NotDone`.

    `by_mail`: the link is mailed to the user as well.
    """
    token = secrets.token_urlsafe(32)
    stored_hashes = Hashes(hashlib.sha256(token.encode()).digest(), secrets.token_bytes(32))
    async with db.transaction() as tx:
        outcome = await one_time_tokens.put(
            tx,
            user.id,
            Purpose.RESET_PASSWORD,
            user.email,
            stored_hashes,
            seconds=LINK_SECONDS,
            code_seconds=0,
        )
        if outcome is TokenOutcome.NOT_YET:
            raise NotDone(TOO_MANY_LINKS)
        if by_mail:
            await _mail(tx, user, token)
        way = "mail" if by_mail else "link"
        await audit_log.insert(tx, AuditEvent.RESET_REQUESTED, user=user.id, by=BY, way=way)
    return token


async def _mail(tx: Executor, user: UserRow, token: str) -> None:
    minutes = int(LINK_SECONDS / 60)
    payload = {"name": user.name, "token": token, "code": "", "token_minutes": minutes}
    is_put = await mail_outbox.put(
        tx,
        recipient=user.email,
        kind=MailKind.RESET_PASSWORD,
        payload=payload | {"code_minutes": 0},
        user_id=user.id,
    )
    if not is_put:
        raise NotDone(
            "this account was sent so many mails within the hour that no more are sent; without"
            " --mail there is a link to hand on"
        )


async def revoke(db: Executor, user: UserRow) -> int:
    """End all logins of an account; how many there were."""
    async with db.transaction() as tx:
        await auth_sessions.hold_user(tx, user.id)
        await login_challenges.end_all(tx, user.id)
        ended_ids = await auth_sessions.revoke_all(tx, user.id, None, "ended by an operator")
        for auth_session in ended_ids:
            await audit_log.insert(
                tx, AuditEvent.SESSION_REVOKED, user=user.id, auth_session=auth_session, by=BY
            )
    return len(ended_ids)


async def drop_second_factor(db: Executor, user: UserRow) -> bool:
    """For who has lost it and all recovery codes; False: there was none."""
    async with db.transaction() as tx:
        await auth_sessions.hold_user(tx, user.id)
        if not await second_factors.is_confirmed(tx, user.id):
            return False
        await second_factors.remove(tx, user.id)
        kind, payload = MailKind.SECOND_FACTOR_REMOVED, {"name": user.name or user.username}
        await mail_outbox.put(tx, recipient=user.email, kind=kind, payload=payload, user_id=user.id)
        await audit_log.insert(tx, AuditEvent.SECOND_FACTOR_REMOVED, user=user.id, by=BY)
    return True


async def set_operator(db: Executor, user: UserRow, *, is_operator: bool) -> bool:
    """Make someone an operator, or not any more; False: nothing was to change."""
    async with db.transaction() as tx:
        return await _set_operator(tx, user, is_operator=is_operator)


async def rotate_keys(db: Executor, access_seconds: float, *, at_once: bool) -> str:
    """Make the key that signs access tokens next, or `at_once`; its kid. Raises `NotDone`."""
    await signing_keys.opened(db)  # where no node has made the first one yet
    async with db.transaction() as tx:
        if at_once:
            kid: str | None = await signing_keys.replace(tx)
        else:
            kid = await signing_keys.rotate(tx, access_seconds)
        if kid is None:
            raise NotDone(
                "the newest key does not sign yet: one that was made signs ten minutes later; wait,"
                " or say --at-once where somebody may have read the keys"
            )
        await audit_log.insert(tx, AuditEvent.KEY_ROTATED, kid=kid, at_once=at_once, by=BY)
    return kid


async def _set_operator(tx: Executor, user: UserRow, *, is_operator: bool) -> bool:
    if not await accounts_for_operators.set_operator(tx, user.id, is_operator):
        return False
    event = AuditEvent.OPERATOR_MADE if is_operator else AuditEvent.OPERATOR_UNMADE
    await audit_log.insert(tx, event, user=user.id, by=BY)
    return True
