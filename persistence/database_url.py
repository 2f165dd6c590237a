"""DATABASE_URL: checked before anything is started on it, by every command alike."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from machine.caller_paths import path_of_caller
from machine.settings.sources import GivenValue, set_here
from persistence.errors import BadSetting, PersistenceError
from schema.text.one_line import one_line

MAIN = re.compile(r"\bDATABASE_URL\b")
"""In a sentence; no part of the name of another setting."""

HIGHEST_PORT = 65_535

PASSWORDS = {
    "{} has the right role and password": (
        "{} names the right role, and PGPASSWORD, or a file that PGPASSFILE names, its password"
    ),
    "the password in {}": "the password in PGPASSWORD, or in a file that PGPASSFILE names",
    "user:password@": "user@",
}
"""What is said of a password in a variable -> of one that does not stand on the command line."""

SHAPE = "a database URL, as postgresql://user:password@host:5432/name"


def from_environment(config: str | None = None) -> str:
    """What is set; raises `BadSetting` where nothing is, or no database URL."""
    url = chosen(None, config)
    if url is None:
        raise BadSetting("which database? set DATABASE_URL")
    return url


def chosen(option: str | None, config: str | None = None) -> str | None:
    """The value of --database-url, else of DATABASE_URL, if one is set; raises `BadSetting`.

    DATABASE_URL: the variable, the file of DATABASE_URL_FILE, or the TOML file that `config`, else
    PRIME_CONFIG, names.
    """
    if option:
        return checked(option, "--database-url")
    setting = _find_setting("DATABASE_URL", config)
    return checked(setting.text, setting.name) if setting else None


def data_directory(config: str | None) -> Path:
    """Of embedded servers: PRIME_DATA, or the usual one; raises `BadSetting`."""
    setting = _find_setting("PRIME_DATA", config)
    return path_of_caller(setting.text if setting else ".data")


def _find_setting(variable: str, config: str | None) -> GivenValue | None:
    try:
        return set_here(variable, config)
    except ValueError as error:
        raise BadSetting(str(error)) from None


def _said_of(name: str, cure: str) -> str:
    """The same of what `name` is; where that is an option, others on the machine could read it."""
    named = MAIN.sub(name, cure)
    for in_url, beside_it in PASSWORDS.items() if name.startswith("--") else ():
        named = named.replace(in_url.format(name), beside_it.format(name))
    return named


def none_at_all(why: object, name: str = "DATABASE_URL") -> BadSetting:
    """The message about one that makes no sense: which setting, and why."""
    return BadSetting(f"{name} must be {_said_of(name, SHAPE)}: {one_line(str(why))}")


def checked(url: str, name: str = "DATABASE_URL") -> str:
    """The same URL; raises `BadSetting`, without repeating it: it may hold a password."""
    if problem := problem_with(url):
        raise none_at_all(problem, name)
    return url


@contextmanager
def named_by(name: str | None) -> Iterator[None]:
    """What is wrong with a database is told of the option that names it; None: of the variable."""
    try:
        yield
    except PersistenceError as error:
        if name is not None:
            error.args = (MAIN.sub(name, str(error)),)
            error.cure = _said_of(name, error.cure)
        raise


def problem_with(url: str) -> str | None:
    """Why it is none; None: it looks like one."""
    scheme, is_url, after_scheme = url.partition("://")
    if scheme not in ("postgresql", "postgres") or not is_url:
        return "it must begin with postgresql://"
    hosts = after_scheme.partition("?")[0].partition("/")[0].rpartition("@")[2]
    for host in hosts.split(","):
        _, is_port, port = host.rpartition("]")[2].rpartition(":")
        if is_port and not (port.isdecimal() and int(port) <= HIGHEST_PORT):
            return f"{port[:32]!r} is no port"
    return None
