"""argon2id off the event loop: its own thread, a bounded queue, and shedding when that is full."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from schema.server_limits import MAX_PASSWORDS_WAITING


class TooBusy(Exception):
    """More logins than hashing can follow; come back in a moment."""


class Passwords:
    """OWASP's first profile: 19 MiB, two passes, one lane."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="argon2")
        self._waiting = 0
        self._nobody = self._hasher.hash("the password of nobody")

    async def hash(self, password: str) -> str:
        """A new hash; raises `TooBusy`."""
        return str(await self._run(self._hasher.hash, password))

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Whether the password is right; an unknown user (None) takes just as long (rule A1)."""
        is_right = await self._run(self._verify, password_hash or self._nobody, password)
        return bool(is_right) and password_hash is not None

    def close(self) -> None:
        """Let the thread end."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _verify(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, function: Callable[..., object], *args: str) -> object:
        if self._waiting >= MAX_PASSWORDS_WAITING:
            raise TooBusy
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._executor, function, *args)
        finally:
            self._waiting -= 1
