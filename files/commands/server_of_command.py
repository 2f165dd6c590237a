"""The server that a command works on, and its logins there: named, or of its own for as long."""

import argparse
import asyncio
import contextlib
import getpass
import json
import os
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from files.commands.device_of_machine import device_of_machine
from machine.caller_paths import problem_with_directory, resolved
from machine.children.child_directory import DirectoryInUse, DirectoryLock
from machine.local_node import LocalNode
from machine.settings.sources import set_here
from prime_client.client import Client
from prime_client.failures import CallFailed, PrimeError

LOCAL_EMAIL = "you@prime.local"
LAST_CALL_SECONDS = 10.0
"""How long a server may take to archive what failed, and to end our login."""

LOOK_SECONDS = 0.25
"""Between two looks whether the server is there."""

LOST = "lost the server, trying again"
BACK = "the server is there again"

LogIn = Callable[[Client], Awaitable[object]]


class WrongUse(Exception):
    """What was given does not say what to do, and nobody is there to ask."""


class ServerOfCommand:
    """Where a command logs in, as often as it must."""

    def __init__(self, url: str, account: str, log_in: LogIn) -> None:
        self._url = url
        self._account = account
        """In words that no other account has: its address; where we made it, its directory too."""
        self._log_in = log_in

    @contextlib.asynccontextmanager
    async def client(self) -> AsyncIterator[Client]:
        """Logged in, as a device that no other command has meanwhile."""
        with device_of_machine(self._account) as device:
            client = Client(
                self._url,
                device=device,
                device_name="./run import or export",
                device_kind="tool",
                on_login_needed=lambda why: client.give_up(why),
            )
            async with client, _outages_told(client):
                await self._log_in(client)
                try:
                    yield client
                finally:
                    await _log_out(client)


def ask_password(arguments: argparse.Namespace) -> None:
    """Before anything runs that Ctrl-C would have to end in order; raises `WrongUse`."""
    _refuse_unclear(arguments)
    if arguments.url:
        arguments.password = _password(arguments)


@contextlib.asynccontextmanager
async def server_of(arguments: argparse.Namespace) -> AsyncIterator[ServerOfCommand]:
    """The server named, or a node of our own for as long as this takes; raises `WrongUse`.

    `ask_password` was called with the arguments before.
    """
    if arguments.url:
        account = arguments.email, arguments.password
        yield ServerOfCommand(arguments.url, arguments.email, lambda client: client.login(*account))
        return
    if problem := problem_with_directory(arguments.data):
        raise WrongUse(f"--data: {problem}")
    _refuse_in_use(arguments.data)
    async with LocalNode(arguments.data, environment=_alone()) as node:
        yield ServerOfCommand(
            node.url,
            f"{LOCAL_EMAIL} of {resolved(arguments.data)}",
            lambda client: _log_in_locally(client, arguments.data),
        )


@contextlib.asynccontextmanager
async def _outages_told(client: Client) -> AsyncIterator[None]:
    """On stderr, when the server goes and when it is there again."""
    telling = asyncio.create_task(_tell_outages(client))
    try:
        yield
    finally:
        telling.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await telling


async def _tell_outages(client: Client) -> None:
    is_there = True
    while client.over is None:
        if client.is_connected != is_there:
            is_there = not is_there
            print(BACK if is_there else LOST, file=sys.stderr, flush=True)
        await asyncio.sleep(LOOK_SECONDS)


async def _log_out(client: Client) -> None:
    """No login is left behind, whatever happened; nor does this hide it."""
    with contextlib.suppress(PrimeError, TimeoutError):  # it was ended, or the server is gone
        async with asyncio.timeout(LAST_CALL_SECONDS):
            await client.logout()


def _alone() -> dict[str, str]:
    """For a server of our own: nobody else is there whom a large song could slow down."""
    own_limits = _set_here("PRIME_LIMITS")
    return {"PRIME_LIMITS": ",".join(filter(None, (own_limits, "ops_per_second=0")))}


def _set_here(variable: str) -> str:
    """What a server that we start would read; raises `WrongUse`."""
    try:
        setting = set_here(variable)
    except ValueError as error:
        raise WrongUse(str(error)) from None
    return setting.text if setting else ""


def _refuse_unclear(arguments: argparse.Namespace) -> None:
    """Raises `WrongUse` if the account or the database is not named."""
    if arguments.url and not arguments.email:
        raise WrongUse("--email is missing: it says whose account on the server of --url")
    if not arguments.url and _set_here("DATABASE_URL"):
        raise WrongUse(
            "DATABASE_URL is set, and this word works on --data: unset it, or name with --url "
            "a server of that database"
        )


def _refuse_in_use(data: Path) -> None:
    """A server that runs there has the database; raises `WrongUse`."""
    if not (data / "postgres.lock").exists():
        return
    try:
        with DirectoryLock(data / "postgres.lock"):
            pass
    except DirectoryInUse:
        raise WrongUse(
            f"a server runs on {data}: name it by --url, as ws://127.0.0.1:8787/v1 (it says its "
            "address when it starts), and your account by --email; or stop it first"
        ) from None


def _password(arguments: argparse.Namespace) -> str:
    """Given, or asked for; raises `WrongUse`."""
    if password := arguments.password or _set_here("PRIME_PASSWORD"):
        return str(password)
    if not sys.stdin.isatty():
        raise WrongUse("no password, and no terminal to ask at: set PRIME_PASSWORD")
    try:
        return getpass.getpass("password: ")
    except EOFError:
        raise WrongUse("no password was typed") from None


async def _log_in_locally(client: Client, directory: Path) -> None:
    account = _local_account(directory)
    try:
        await client.login(account["email"], account["password"])
    except CallFailed as failed:
        if failed.code != "auth_failed":
            raise
        await client.register(account["email"], "you", account["password"], "You")


def _account_in(path: Path) -> dict[str, str]:
    try:
        account = json.loads(path.read_bytes())
        return {name: str(account[name]) for name in ("email", "password")}
    except (ValueError, TypeError, KeyError, RecursionError):
        raise WrongUse(
            f"{path} holds no account: put it back from a copy, or name another directory by --data"
        ) from None


def _local_account(directory: Path) -> dict[str, str]:
    path = directory / "cli-account.json"
    with contextlib.suppress(FileNotFoundError):
        return _account_in(path)
    account = {"email": LOCAL_EMAIL, "password": secrets.token_urlsafe(24)}
    with open(path, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        json.dump(account, file)
    return account
