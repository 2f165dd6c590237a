"""`./run users`: accounts from the command line, also beside a server that runs."""

import argparse
import asyncio
import json
import logging
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import structlog

from machine.nearest_words import command_parser
from machine.sockets.closed_pipes import ended
from persistence.migrate import check
from persistence.pool import Database
from persistence.tables.internal import accounts_for_operators
from persistence.tables.internal.accounts_for_operators import Account
from schema.text.id_beginnings import FEWEST_OF_USER
from schema.text.one_line import one_line
from server.accounts.public_url import PublicUrl
from server.commands import user_accounts as work
from server.commands.command_failures import INTERRUPTED, message_and_exit_code
from server.commands.database_of_command import database_of
from server.commands.password_input import NoPassword, read_password
from server.commands.user_accounts import NotDone
from server.settings.command_line_options import add_config, add_option, options_of
from server.settings.reading import read_settings
from server.settings.settings import Settings

DESCRIPTION = """
Accounts, straight in the database of DATABASE_URL, or in the embedded one of --data. Nodes may run
meanwhile; they see within a second what is done here. Each change is in the audit.
"""

EPILOG = f"""
USER is an address, a username, an id or its first {FEWEST_OF_USER} characters or more.
Passwords are typed on the terminal, or are the first line of standard input: never an argument.
Exit codes: 0 done, 1 refused or failed, 2 not called rightly.
"""

Result = dict[str, Any]
Do = Callable[[Database, argparse.Namespace, Settings], Awaitable[Result]]


def main() -> int:
    """Exit 0 when done, 1 when refused or the database fails, 2 for arguments and settings."""
    arguments = parser().parse_args()
    _log_to_stderr()
    try:
        settings = read_settings(options_of(arguments))
        with database_of(settings) as url:
            asyncio.run(_run(url, arguments, settings))
    except (NotDone, NoPassword) as error:
        return _fail(f"{error}; nothing was changed", 1)
    except (KeyboardInterrupt, EOFError):
        return _fail("interrupted; nothing was done", INTERRUPTED)
    except Exception as error:
        return _fail(*message_and_exit_code(error))
    return 0


async def _run(url: str, arguments: argparse.Namespace, settings: Settings) -> None:
    await check(url)
    db = await Database.open(url, max_size=1, application_name="prime users")
    try:
        result = await arguments.do(db, arguments, settings)
    finally:
        await db.close()
    if arguments.json:
        _print_line(json.dumps(result))
    else:
        _print_line(arguments.say(result))


async def _create(db: Database, arguments: argparse.Namespace, settings: Settings) -> Result:
    new_account = work.bounded(arguments.email, arguments.username, arguments.name)
    password_hash = None
    if not arguments.link:
        password = read_password(f"Password for {new_account.email}")
        password_hash = work.hashed(password, new_account)
    user = await work.create(db, new_account, password_hash, is_operator=arguments.operator)
    result = {"id": user.id, "email": user.email, "username": user.username}
    if arguments.link:
        result["link"] = _link(settings, await work.reset_token(db, user))
    return result


async def _list(db: Database, arguments: argparse.Namespace, settings: Settings) -> Result:
    accounts: list[Account] = []
    after = accounts_for_operators.FIRST
    while page := await accounts_for_operators.accounts(db, after):
        accounts.extend(page)
        after = page[-1].id
    accounts.sort(key=lambda account: account.created_at)
    return {"users": [_account(account_row) for account_row in accounts]}


async def _show(db: Database, arguments: argparse.Namespace, settings: Settings) -> Result:
    whole_account = await work.show(db, arguments.user)
    logins = [
        {
            "id": login.id,
            "device": login.device,
            "device_name": login.device_name,
            "created_at": _time(login.created_at),
            "last_used_at": _time(login.last_used_at),
        }
        for login in whole_account.logins
    ]
    projects = [asdict(project) for project in whole_account.projects]
    return _account(whole_account.account) | {"auth_sessions": logins, "projects": projects}


async def _reset(db: Database, arguments: argparse.Namespace, settings: Settings) -> Result:
    user = await work.require(db, arguments.user)
    token = await work.reset_token(db, user, by_mail=arguments.mail)
    if arguments.mail:
        return {"id": user.id, "mailed_to": user.email}
    return {"id": user.id, "link": _link(settings, token)}


async def _revoke(db: Database, arguments: argparse.Namespace, settings: Settings) -> Result:
    user = await work.require(db, arguments.user)
    return {"id": user.id, "revoked": await work.revoke(db, user)}


async def _drop_factor(db: Database, arguments: argparse.Namespace, settings: Settings) -> Result:
    user = await work.require(db, arguments.user)
    return {"id": user.id, "dropped": await work.drop_second_factor(db, user)}


async def _make_operator(db: Database, arguments: argparse.Namespace, settings: Settings) -> Result:
    user = await work.require(db, arguments.user)
    is_changed = await work.set_operator(db, user, is_operator=not arguments.undo)
    return {"id": user.id, "is_operator": not arguments.undo, "changed": is_changed}


async def _rotate_keys(db: Database, arguments: argparse.Namespace, settings: Settings) -> Result:
    at_once: bool = arguments.at_once
    kid = await work.rotate_keys(db, settings.access_seconds, at_once=at_once)
    return {"kid": kid, "at_once": at_once}


def _link(settings: Settings, token: str) -> str:
    """Where PRIME_PUBLIC_URL is not set, that of a server on the usual port of this machine."""
    if not settings.mail.public_url:
        sys.stderr.write(
            "prime: PRIME_PUBLIC_URL is not set: the link leads to http://127.0.0.1:8787, where"
            " only this machine finds a server; set it to the address that users reach\n"
        )
    public_url = PublicUrl(settings.mail.public_url)
    public_url.serves_at("127.0.0.1", 8787)
    return public_url.account_page(f"reset={token}")


def _account(account: Account) -> Result:
    return asdict(account) | {"created_at": _time(account.created_at)}


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _said_created(result: Result) -> str:
    sentence = f"made the account {result['username']} ({result['email']})"
    if "link" not in result:
        return f"{sentence}; log in with the address and the password"
    return f"{sentence}; a password is set at this link, once, within a day:\n{result['link']}"


def _said_list(result: Result) -> str:
    users = result["users"]
    wide = {
        key: max((len(user_row[key]) for user_row in users), default=0)
        for key in ("username", "email")
    }
    lines = [
        f"{user['id']}  {user['username']:<{wide['username']}}  {user['email']:<{wide['email']}}"
        f"  {_state(user)}"
        for user in users
    ]
    return "\n".join(lines) or "nobody has an account; ./run users create makes one"


def _state(account: Result) -> str:
    logins = account["logins"]
    state_words = [f"{logins} login{'s' * (logins != 1)}"]
    state_words += ["operator"] if account["is_operator"] else []
    state_words += [] if account["has_password"] else ["no password"]
    state_words += ["address proved" if account["address_proved"] else "address not proved"]
    state_words += ["second factor"] if account["second_factor"] else []
    state_words += [f"by {provider}" for provider in account["providers"]]
    return ", ".join(state_words)


def _said_whole(result: Result) -> str:
    lines = [
        f"{result['username']} ({result['name']}), {result['email']}",
        f"id {result['id']}, since {result['created_at']}, {_state(result)}",
    ]
    lines += [
        f"login {login['id']} on {login['device_name'] or login['device'] or 'an unnamed device'},"
        f" last used {login['last_used_at']}"
        for login in result["auth_sessions"]
    ]
    lines += [
        f"{project['role']} of {project['name']} ({project['project']})"
        for project in result["projects"]
    ]
    return "\n".join(lines)


def _said_reset(result: Result) -> str:
    if "mailed_to" in result:
        return (
            f"a mail with a link waits to be sent to {result['mailed_to']}\n"
            "a node with SMTP_URL sends it; where none has it, leave --mail out, hand the link on"
        )
    return f"a new password is set at this link, once, within a day:\n{result['link']}"


def _said_revoked(result: Result) -> str:
    count = result["revoked"]
    return f"ended {count} login{'s' * (count != 1)}"


def _said_dropped(result: Result) -> str:
    return "logs in without a second factor now" if result["dropped"] else "has none"


def _said_operator(result: Result) -> str:
    role_words = "an operator" if result["is_operator"] else "no operator"
    return f"is {role_words} {'now' if result['changed'] else 'already'}"


def _said_rotated(result: Result) -> str:
    if result["at_once"]:
        when_words = "it signs now, and what was signed before is refreshed"
    else:
        when_words = "it signs in ten minutes, those before it stay good for what they have signed"
    return f"made the key {result['kid']}: {when_words}"


def parser() -> argparse.ArgumentParser:
    """What can be typed behind `./run users`."""
    top_parser = command_parser("./run users", description=DESCRIPTION, epilog=EPILOG)
    words = top_parser.add_subparsers(required=True, metavar="WORD")
    create = _add_command(words, "create", "make an account", _create, _said_created)
    create.add_argument("email", help="its address")
    create.add_argument("username", help="2 to 32 letters, digits and _.-, by which others find it")
    create.add_argument("--name", default="", help="the name that others are shown (the username)")
    create.add_argument("--operator", action="store_true", help="make it an operator's")
    create.add_argument(
        "--link", action="store_true", help="set no password: print a link for it to hand on"
    )
    _add_command(words, "list", "all accounts", _list, _said_list)
    user = "an address, a username, an id or its beginning"
    show = _add_command(words, "show", "one account, its logins and projects", _show, _said_whole)
    reset = _add_command(
        words, "reset", "print a link that sets a new password", _reset, _said_reset
    )
    reset.add_argument("--mail", action="store_true", help="mail it instead, to the user's address")
    revoke = _add_command(words, "revoke", "end all logins of an account", _revoke, _said_revoked)
    factor = _add_command(
        words, "drop-second-factor", "for who has lost it", _drop_factor, _said_dropped
    )
    operator = _add_command(
        words,
        "make-operator",
        "let someone call what is for operators: kick, drain, maintenance, audit",
        _make_operator,
        _said_operator,
    )
    operator.add_argument("--undo", action="store_true", help="take it back")
    rotate = _add_command(
        words, "rotate-keys", "sign access tokens with a new key", _rotate_keys, _said_rotated
    )
    rotate.add_argument(
        "--at-once", action="store_true", help="honour nothing that was signed before"
    )
    for word in (show, reset, revoke, factor, operator):
        word.add_argument("user", metavar="USER", help=user)
    return top_parser


def _add_command(
    words: Any, name: str, meaning: str, do: Do, say: Callable[[Result], str]
) -> argparse.ArgumentParser:
    word: argparse.ArgumentParser = words.add_parser(name, help=meaning, description=meaning)
    word.set_defaults(do=do, say=say)
    word.add_argument("--json", action="store_true", help="say what was done as JSON on stdout")
    add_option(word, "data")
    add_config(word)
    return word


def _log_to_stderr() -> None:
    """Only what goes wrong: what is done is said on standard output."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _print_line(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _fail(text: str, code: int) -> int:
    sys.stderr.write(f"users: {one_line(text)}\n")
    return code


if __name__ == "__main__":
    sys.exit(ended(main))
