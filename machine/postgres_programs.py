"""PostgreSQL's own programs, `pg_dump` and the like: found, chosen by version, and run."""

import asyncio
import importlib.util
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from glob import glob
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from machine.children.child_program import tie_to_our_life
from machine.embedded_postgres import PACKAGE

INSTALLED = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")
"""Where Debian, Red Hat and Homebrew put programs of each version, beside PATH."""

VERSION_SECONDS = 10.0
TOLD_LINES = 3
COMPLAINT = re.compile(r"\b(error|fatal|detail|hint)\b:", re.IGNORECASE)
LONGEST_LINE = 65_536
"""Bytes; of what a program says on one line."""

_LIBPQ = (
    "host hostaddr port dbname user passfile require_auth channel_binding connect_timeout "
    "client_encoding options application_name fallback_application_name keepalives "
    "keepalives_idle keepalives_interval keepalives_count tcp_user_timeout sslmode sslnegotiation "
    "sslcompression sslcert sslkey sslcertmode sslrootcert sslcrl sslcrldir sslsni requirepeer "
    "ssl_min_protocol_version ssl_max_protocol_version krbsrvname gssencmode gsslib "
    "target_session_attrs load_balance_hosts service"
)

LIBPQ_WORDS = frozenset(_LIBPQ.split())
"""Parameters of a URL that libpq knows; asyncpg takes any other for a setting of the session."""


class NoProgram(Exception):
    """There is none, or only too old ones; the message says what to install."""


class ProgramFailed(Exception):
    """It ended with an error; the message is the end of what it said, in one line."""


@dataclass(frozen=True, slots=True)
class PostgresProgram:
    """`major`: 15 of 15.18."""

    path: str
    major: int


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """A database for a program of libpq: nothing secret in `url`, which others can read."""

    url: str
    environment: Mapping[str, str]


def find(name: str, at_least: int) -> PostgresProgram:
    """The oldest that is new enough: what it writes is read by most. Raises `NoProgram`.

    `at_least`: the major version of the server.
    """
    programs = [PostgresProgram(path, major) for path in _paths(name) if (major := _major(path))]
    new_enough = [program for program in programs if program.major >= at_least]
    if new_enough:
        return min(new_enough, key=lambda program: program.major)
    newest = f"the newest {name} here is {max(one.major for one in programs)}" if programs else None
    raise NoProgram(
        f"the server is PostgreSQL {at_least}, and {newest or f'there is no {name} here'}; install "
        f"{name} {at_least} or newer (Debian: postgresql-client-{at_least}), or put it on the PATH"
    )


def _paths(name: str) -> Iterator[str]:
    if on_path := shutil.which(name):
        yield on_path
    for folder in INSTALLED:
        yield from glob(f"{folder}/{name}")
    package = importlib.util.find_spec(PACKAGE)
    if package is not None and package.origin is not None:
        path = Path(package.origin).parent / "pginstall" / "bin" / name
        if os.access(path, os.X_OK):
            yield str(path)


def _major(path: str) -> int:
    """0: it does not say."""
    try:
        version_text = subprocess.run(
            [path, "--version"],
            capture_output=True,
            text=True,
            timeout=VERSION_SECONDS,
            check=False,
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return 0
    match = re.search(r"\(PostgreSQL\) (\d+)", version_text)
    return int(match[1]) if match else 0


def address(url: str) -> DatabaseAddress:
    """The password goes by the environment, and what libpq does not know by PGOPTIONS."""
    parts = urlsplit(url)
    login, at, hosts = parts.netloc.rpartition("@")
    user, _, password = login.partition(":")
    query_pairs = parse_qsl(parts.query, keep_blank_values=True)
    settings = {key: value for key, value in query_pairs if key not in {*LIBPQ_WORDS, "password"}}
    parameters = [
        (key, value) for key, value in query_pairs if key in LIBPQ_WORDS and key != "options"
    ]
    environment = dict(os.environ)
    secret = dict(query_pairs).get("password") or unquote(password)
    if secret:
        environment["PGPASSWORD"] = secret
    options = [dict(query_pairs).get("options", environment.get("PGOPTIONS", ""))]
    options += [f"-c {key}={_escaped(value)}" for key, value in settings.items()]
    environment["PGOPTIONS"] = " ".join(option for option in options if option)
    query = urlencode(parameters, quote_via=quote)
    clean = parts._replace(netloc=f"{user}{at}{hosts}", query=query)
    return DatabaseAddress(urlunsplit(clean), environment | {"LC_ALL": "C"})


def has_password(url: str) -> bool:
    """Whether a password is in it: then it must not be on a command line."""
    parts = urlsplit(url)
    login = parts.netloc.rpartition("@")[0]
    return ":" in login or any(key == "password" for key, _ in parse_qsl(parts.query))


def _escaped(value: str) -> str:
    return re.sub(r"([\\ ])", r"\\\1", value)


async def run(
    program: PostgresProgram,
    words: Sequence[str],
    environment: Mapping[str, str],
    on_line: Callable[[str], None] = lambda _read_line: None,
) -> None:
    """To its end; `on_line`: each line of it. It ends as we do. Raises `ProgramFailed`."""
    prefix, before_exec = tie_to_our_life(signal.SIGKILL)
    child = await asyncio.create_subprocess_exec(
        *prefix,
        program.path,
        *words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment,
        limit=LONGEST_LINE,
        preexec_fn=before_exec,
        start_new_session=True,  # Ctrl-C reaches us alone, and we end it
    )
    try:
        complaints = await _listen(child, on_line)
        status = await child.wait()
    finally:
        if child.returncode is None:
            with suppress(ProcessLookupError):
                child.kill()
            await child.wait()
    if status != 0:
        text = " ".join(complaints) or f"status {status}"
        raise ProgramFailed(f"{Path(program.path).name}: {text}")


async def _listen(child: asyncio.subprocess.Process, on_line: Callable[[str], None]) -> list[str]:
    """The first lines that complain, else the last one."""
    assert child.stderr is not None
    complaints: list[str] = []
    last = ""
    while line := await _read_line(child.stderr):
        text = line.decode(errors="replace").strip()
        last = text.partition(": ")[2] or text  # what is before it is the program's name
        on_line(last)
        if COMPLAINT.search(text):
            complaints.append(last)
    return complaints[:TOLD_LINES] or [last]


async def _read_line(stream: asyncio.StreamReader) -> bytes:
    try:
        return await stream.readline()
    except ValueError:  # longer than we read: what is left comes as lines of its own
        return b"..."
