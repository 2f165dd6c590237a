"""DATABASE_URL: checked before anything is started on it, by every command alike."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from machine.caller_paths import path_of_caller
from machine.settings.sources import GivenValue, set_here
from machine.sockets.host_names import problem_with_host
from persistence.errors import BadSetting, PersistenceError
from schema.text.one_line import one_line

MAIN = re.compile(r"\bDATABASE_URL\b")
"""In a sentence; no part of the name of another setting."""

HIGHEST_PORT = 65_535

BRACKETED = re.compile(r"\[([^\[\]]*:[^\[\]]*)\](?:(:)(.*))?", re.DOTALL)
"""An IPv6 address, and its port."""

PERCENT_ENCODED = "what a user name or password has of :/?#@[] is written as %3A and so on"

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
    """Why it is none; None: it looks like one. Nothing of a password is repeated."""
    scheme, is_url, after_scheme = url.partition("://")
    if scheme not in ("postgresql", "postgres") or not is_url:
        return "it must begin with postgresql://"
    authority = re.split("[/?#]", after_scheme, maxsplit=1)[0]
    if authority.count("@") > 1 or (":" in authority and "@" in after_scheme[len(authority) :]):
        return PERCENT_ENCODED
    hosts = authority.rpartition("@")[2]
    if hosts and (problem := _problem_with_hosts(unquote(hosts))):
        return problem
    try:
        query = urlsplit(url).query
    except ValueError:  # of brackets in the password, for the host is right
        return PERCENT_ENCODED
    try:
        parameters = dict(parse_qsl(query, strict_parsing=True))
    except ValueError:
        return "what is behind its `?` must be name=value&name=value"
    return _problem_with_parameters(parameters, is_host_named=bool(hosts))


def _problem_with_parameters(parameters: Mapping[str, str], *, is_host_named: bool) -> str | None:
    for port in parameters["port"].split(",") if "port" in parameters else ():
        if not _is_port(port):
            return f"{port[:32]!r} is no port"
    hosts = "" if is_host_named else parameters.get("host", "")
    return _problem_with_hosts(hosts) if hosts else None


def _problem_with_hosts(hosts: str) -> str | None:
    """Of each between commas, with its port where it has one; a path is that of a socket."""
    for host in hosts.split(","):
        if host.startswith("/"):
            continue
        if bracketed := BRACKETED.fullmatch(host):
            name, is_port, port = bracketed[1], bracketed[2], bracketed[3]
        else:
            name, is_port, port = host.partition(":")
            if ":" in port:
                return "an IPv6 address stands in brackets, as [::1]:5432"
        if is_port and not _is_port(port):
            return f"{port[:32]!r} is no port"
        if problem := problem_with_host(name):
            return problem
    return None


def _is_port(text: str) -> bool:
    return text.isdecimal() and int(text[:9]) <= HIGHEST_PORT
