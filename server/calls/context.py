"""What a call has at hand, and how it says no."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct
from msgspec.structs import replace

from persistence.errors import NoSuchProject, NotFound, Taken
from persistence.holding_login import HoldingLogin
from persistence.journal.contract import Journal
from persistence.pool import Executor
from persistence.rows.as_login import AsLogin
from persistence.rows.row_lanes import RowLanes
from persistence.tables import project_members
from rooms.roles import EDITS, GOVERNS, Grant
from schema.errors import ErrorCode
from server.accounts.access_tokens import AccessTokens
from server.accounts.device_codes import DeviceCodes
from server.accounts.hashing.hashing_queue import HashingQueue
from server.accounts.providers.exchange_on_demand import ExchangeOnDemand
from server.accounts.proving.asked_mails import AskedMails
from server.accounts.proving.one_time_secrets import OneTimeSecrets
from server.accounts.public_url import PublicUrl
from server.accounts.refresh_tokens import RefreshTokens
from server.accounts.second_factors import SecondFactors
from server.accounts.usage import Usage
from server.calls.call_queue import CallQueue
from server.control_plane.node_questions import NodeQuestions
from server.control_plane.slow_calls import SlowCalls
from server.live.hub import Hub
from server.loop.deadlines import Deadlines
from server.loop.threads import InThread
from server.refused import Refused, too_often
from server.row_feed.row_feed import RowFeed

if TYPE_CHECKING:
    from server.accounts.audit_trail import AuditTrail
    from server.accounts.guessing.guesses import Guesses
    from server.accounts.password_logins import PasswordLogins
    from server.calls.library.preset_uses import PresetUses
    from server.live.member_colors import MemberColors
    from server.settings.in_force import InForce
    from server.states.document_slots import DocumentSlots
    from server.states.state_pages import StatePages


class Announcer(Protocol):
    """Tells connections of every node what a call has changed for them."""

    def role_changed(self, project: str, user: str, grant: Grant | None) -> None: ...

    def session_revoked(self, auth_session: str, reason: str = "") -> None: ...

    def project_changed(self, project: str, version: int, archived: bool) -> None: ...

    def project_made(self, project: str, owner: str, version: int) -> None: ...

    def media_changed(self, project: str) -> None: ...

    def session_permitted(self, project: str, session: str) -> None: ...

    def rows_changed(self) -> None:
        """Of any table: whoever watches is told at once."""


class Context(Struct, frozen=True):
    """One for the whole server; the caller comes with each call.

    A struct: each call gets a copy with lanes of its own, which takes a dataclass much longer.
    """

    db: Executor
    """For calls that ask for little; of calls that go together, their transaction."""
    rows: RowLanes
    """For rows of tables, as users may see them; of calls that go together, their transaction."""
    reads: Executor
    """For what reads or copies much: history, stored states."""
    callers: Executor
    """For rows of the caller's own, as the role `prime_caller`: each statement names the caller."""
    hub: Hub
    journal: Journal
    """For what is quickly answered."""
    slow_journal: Journal
    """The same, over connections for what takes long."""
    feed: RowFeed
    queue: CallQueue
    tokens: AccessTokens
    refresh_tokens: RefreshTokens
    hashing_queue: HashingQueue
    announcer: Announcer
    audit: "AuditTrail"
    refresh_seconds: int
    pages: "StatePages"
    documents: "DocumentSlots"
    in_thread: InThread
    usage: Usage
    logins: "PasswordLogins"
    guesses: "Guesses"
    one_time: OneTimeSecrets
    asked_mails: AskedMails
    in_force: "InForce"
    """What an operator has set."""
    member_key: bytes
    colors: "MemberColors"
    preset_uses: "PresetUses"
    public_url: PublicUrl
    exchange: ExchangeOnDemand
    """With providers of logins."""
    device_codes: DeviceCodes
    second_factors: SecondFactors
    node_questions: NodeQuestions
    """What operators ask of all nodes, and tell them."""
    slow_calls: SlowCalls
    """The slowest of the last hour on this node."""
    deadlines: Deadlines

    @property
    def registration(self) -> bool:
        """Whether strangers may make accounts (rule A5)."""
        return self.in_force.settings.registration

    @property
    def verify_address(self) -> bool:
        """Whether only those log in whose address is proved (rule A26)."""
        return self.in_force.settings.verify_address

    @property
    def proves_addresses(self) -> bool:
        """Whether who registers is mailed, and some calls ask for a proof (A56)."""
        return self.verify_address or self.sends_mails

    @property
    def sends_mails(self) -> bool:
        """Whether they go to their addresses: SMTP_URL is set (rule R36)."""
        return self.in_force.settings.mail.server is not None

    @property
    def grace_days(self) -> float:
        """How long a deleted account can be had back (rule A28)."""
        return self.in_force.settings.grace_days

    @property
    def server_name(self) -> str:
        """Of this server, in mails and in authenticator apps."""
        return self.in_force.settings.mail.sender_name

    @property
    def second_factor_required(self) -> bool:
        """Whether everyone must have one (rule A37)."""
        return self.in_force.settings.second_factor_required


def as_login(context: Context, user: str, auth_session: str, *, alone: bool) -> Context:
    """The same for one call of a login: it writes nothing, on any lane, once that is ended (A50).

    `alone`: no other call of this user writes meanwhile.
    """
    rows = context.rows
    return replace(
        context,
        db=HoldingLogin(context.db, user, auth_session, alone=alone),
        reads=HoldingLogin(context.reads, user, auth_session, alone=alone),
        callers=AsLogin(context.callers, auth_session),
        rows=replace(rows, callers=AsLogin(rows.callers, auth_session)),
    )


async def require_member(context: Context, project: str, user: str) -> str:
    """The user's role; raises `NoSuchProject` to strangers (rule C6)."""
    role = await project_members.role_of(context.db, project, user)
    if role is None:
        raise NoSuchProject
    return role


def require_registration(context: Context) -> None:
    """Raises `Refused` where strangers make no accounts (rule A5)."""
    if not context.registration:
        text = "this server makes no accounts by itself; ask its operator for one"
        raise Refused(ErrorCode.FORBIDDEN, text)


async def require_editor(context: Context, project: str, user: str) -> str:
    """The role; raises `NoSuchProject` to strangers, `Refused` to who may only look (R1, C6)."""
    role = await require_member(context, project, user)
    if role not in EDITS:
        text = f"a {role} cannot change the project; ask an owner for the role of an editor"
        raise Refused(ErrorCode.FORBIDDEN, text)
    return role


async def require_owner(context: Context, project: str, user: str) -> None:
    """Raises `NoSuchProject` to strangers, `Refused` to other members (rules R1, C6)."""
    if await require_member(context, project, user) not in GOVERNS:
        raise Refused(ErrorCode.FORBIDDEN, "only an owner may do this; ask one")


@contextmanager
def looking_up(context: Context, user: str) -> Iterator[None]:
    """What is done here may be answered by what exists of others, as `taken` (rule K5).

    Such answers have a rate: raises `Refused` before anything is done, if it is used up.
    """
    rates, now = context.usage.lookups, asyncio.get_running_loop().time()
    if wait := rates.take(user, now):
        raise too_often(wait, "too many answers about what is not yours")
    try:
        yield
    except NotFound:
        raise
    except BaseException as error:
        # Another value than an id is in use by what is the user's own.
        if not (isinstance(error, Taken) and error.field == "id"):
            rates.charge(user, now, -1)
        raise
    else:
        rates.charge(user, now, -1)


def within(count: int, most: float, what_is_many: str) -> None:
    """Raises `Refused` if there are as many as there may be (rule K4).

    `what_is_many` goes on with what can be done about it.
    """
    if count >= most:
        text = f"there may be {most:.0f} {what_is_many}"
        raise Refused(ErrorCode.LIMIT_REACHED, text)
