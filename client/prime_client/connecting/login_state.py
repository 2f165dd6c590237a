"""The login of a client, and what happens when the server does not know it any more."""

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable

from prime_client.connecting.auth_session import HeldAuthSession
from prime_client.failures import CallFailed
from prime_client.schema.close_codes import AUTH_FAILED, NO_HELLO, SESSION_REVOKED

AskForLogin = Callable[[str], Awaitable[object] | None]
"""Called with the reason when the application has to log in again."""

_log = logging.getLogger(__name__)

CALLS_TO_LOG_IN = frozenset(
    {
        "auth.login",
        "auth.register",
        "auth.register_guest",
        "auth.device_begin",
        "auth.device_poll",
        "auth.providers",
        "auth.provider_begin",
        "auth.provider_finish",
        "auth.request_reset",
        "auth.reset_password",
        "auth.second_factor",
        "auth.send_verification",
        "auth.totp_begin",
        "auth.totp_confirm",
        "auth.verify",
        "invitations.look",
    }
)
"""What can be called while a login is needed; each may be a part of one."""


class LoginState:
    """The session, if there is one; without one, what for and since when one is needed.

    While it is needed nobody connects, until the application has begun to log in.
    """

    def __init__(
        self,
        session: HeldAuthSession | None,
        ask: AskForLogin | None,
        device_token: str | None = None,
    ) -> None:
        self.session = session
        self.device_token = device_token
        """For the next `auth.login` on this device; it outlives the session."""
        self.session_changed = asyncio.Event()
        """Set whenever there is another session, or this one is to be refreshed."""
        self.why_needed: str | None = None
        """What the application is told; None: no login is needed."""
        self.is_logged_out = False
        """Whether the application has logged out: then the end of the login is what it wants."""
        self._login_begun = asyncio.Event()
        self._ask = ask
        self._asking_task: asyncio.Task[None] | None = None

    def is_refused(self, code: int | None) -> bool:
        """Whether a connection that ended with this code can be had again by logging in."""
        if code == SESSION_REVOKED.code:
            return not self.is_logged_out
        return code == AUTH_FAILED.code or (self.why_needed is not None and code == NO_HELLO.code)

    def need(self, why: str) -> None:
        """The session is over: the application is asked for another one."""
        is_new = self.why_needed is None
        self.session, self.why_needed = None, self.why_needed or why
        self._login_begun.clear()
        if is_new and self._ask is None:
            _log.warning("a login is needed, and no `on_login_needed` is told: %s", why)
        if is_new and self._ask is not None and self._asking_task is None:
            self._asking_task = asyncio.create_task(self._ask_for_it(why), name="prime login")

    @property
    def is_missing(self) -> bool:
        """Whether one is needed that nobody has begun, or been asked for."""
        return (
            self.why_needed is not None
            and not self._login_begun.is_set()
            and self._asking_task is None
        )

    @property
    def is_hopeless(self) -> bool:
        """Whether one is needed that nobody has begun, and that nobody is asked for, now or later.

        Who is asked may show a form, and log in long after `ask` has returned.
        """
        return self.is_missing and self._ask is None

    def failure(self) -> CallFailed:
        """What is raised for what takes the login that is needed."""
        why = self.why_needed or "there is no login"
        says_so = "log in" in why
        return CallFailed("auth_required", why if says_so else f"log in again: {why}")

    def reason_of(self, refused: CallFailed) -> CallFailed:
        """Why a join was refused: where nobody has logged in that comes first, whatever the id."""
        is_told_first = refused.code == "bad_message" and self.session is None
        return CallFailed("auth_required", "log in first") if is_told_first else refused

    def begin(self) -> None:
        """The application logs in: there has to be a connection."""
        self._login_begun.set()

    def take(self, session: HeldAuthSession) -> None:
        """There is a session."""
        self.is_logged_out = False
        self.session, self.why_needed = session, None
        self.session_changed.set()
        self._login_begun.set()

    def runs_out(self) -> None:
        """The server warns: its clock counts, and not ours."""
        if self.session is not None:
            self.session = self.session.due()
            self.session_changed.set()

    async def begun(self) -> None:
        """Wait while a login is needed and nobody has begun it."""
        if self.why_needed is not None:
            await self._login_begun.wait()

    def close(self) -> None:
        """Nobody is asked any more."""
        if self._asking_task is not None and self._asking_task is not asyncio.current_task():
            self._asking_task.cancel()

    async def _ask_for_it(self, why: str) -> None:
        assert self._ask is not None
        try:
            new_login = self._ask(why)
            if inspect.isawaitable(new_login):
                await new_login
        except Exception:
            _log.exception("on_login_needed failed; a login is still needed")
        finally:
            self._asking_task = None
