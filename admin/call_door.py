"""Asks a server of any machine by the calls of an operator, who logs in for that."""

import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from ipaddress import ip_address
from typing import Any, TypeVar
from urllib.parse import urlsplit

from admin.door import PERHAPS, NotDone, Result
from prime_client.client import Client
from prime_client.connecting.ending import AUTHORITY
from prime_client.failures import CallFailed, CallInterrupted, CallTimedOut, PrimeError

PATIENCE = 15.0
"""Seconds until a server has to be there."""

AUTHORITY_HERE = (
    "an authority of your own is named by a variable: SSL_CERT_FILE=/path/ca.pem ./run admin ..."
)
"""In place of what a program does about it."""

T = TypeVar("T")


class CallDoor:
    """`read_secret` asks a person for what nobody else may see."""

    def __init__(
        self, url: str, email: str, read_secret: Callable[[str], str] | None = None
    ) -> None:
        self._url = url
        self._email = email
        self._read_secret = read_secret or read_secret_of_person

    def ask(self, method: str, params: Result) -> Result:
        """Log in, ask, log out; raises `NotDone`."""
        _require_private(self._url)
        password = self._read_secret(f"Password of {self._email}: ")
        return asyncio.run(self._ask(password, method, params))

    async def _ask(self, password: str, method: str, params: Result) -> Result:
        client = Client(self._url, device="admin", device_name="./run admin")
        try:
            await client.connect(PATIENCE)
        except (PrimeError, ValueError) as error:
            await client.close()
            message = str(error).removeprefix(f"{self._url}: ").replace(AUTHORITY, AUTHORITY_HERE)
            raise NotDone(f"cannot connect to {self._url}: {message}") from error
        try:
            await self._log_in(client, password)
            return await self._ask_and_log_out(client, method, params)
        except (CallInterrupted, CallTimedOut) as failed:
            raise NotDone(f"{failed.message}; {PERHAPS}") from failed
        except CallFailed as failed:
            raise NotDone(failed.message, 2 if failed.code == "validation" else 1) from failed
        except PrimeError as error:
            raise NotDone(str(error)) from error
        finally:
            await client.close()

    async def _ask_and_log_out(self, client: Client, method: str, params: Result) -> Result:
        """No login is left behind, whatever is answered."""
        try:
            result: Result = await client.call(method, **params)
            return result
        finally:
            with suppress(PrimeError, TimeoutError):  # it was ended, or the server is gone
                async with asyncio.timeout(PATIENCE):
                    await client.logout()

    async def _log_in(self, client: Client, password: str) -> None:
        try:
            await client.login(self._email, password)
        except CallFailed as failed:
            if failed.code != "second_factor_required":
                raise
            code = await _in_thread(self._read_secret, "Code of the second factor: ")
            await client.give_second_factor(failed.details["challenge"], code.strip())


def _require_private(url: str) -> None:
    """Nobody on the way reads the password; raises `NotDone`."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return  # whoever connects says what is wrong
    if parts.scheme == "ws" and not _is_this_machine(host):
        text = f"{url} would carry the password in the clear: use wss://, or the socket there"
        raise NotDone(text, 2)


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


async def _in_thread(ask: Callable[[str], T], *arguments: Any) -> T:
    """The socket is kept alive meanwhile."""
    answer: Awaitable[T] = asyncio.to_thread(ask, *arguments)
    return await answer


def read_secret_of_person(prompt: str) -> str:
    """From the terminal, or the next line of standard input; raises `NotDone`."""
    if sys.stdin.isatty():
        secret = getpass.getpass(prompt)
    else:
        secret = sys.stdin.readline(10_000).rstrip("\r\n")
    if not secret:
        raise NotDone(f"nothing was given for: {prompt.rstrip(': ')}", 2)
    return secret
