"""The kinds of values that settings have, each a text made one or refused by a `ValueError`.

That is empty, or what `must be ...` leaves out.
No message repeats a text that may hold a secret.
"""

import ipaddress
from collections.abc import Callable, Collection
from pathlib import Path
from urllib.parse import urlsplit

from machine.caller_paths import path_of_caller, resolved
from machine.settings.switches import is_on
from machine.sockets.host_names import problem_with_host
from persistence.database_url import PERCENT_ENCODED, problem_with
from server.accounts.providers.redirects import problem_with_own_address
from server.sockets.addresses import Network

LEAST_SECRET = 32
"""Characters."""


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """From one to the other."""

    def parse(text: str) -> int:
        digits = text.strip()
        if not digits.isdecimal() or len(digits) > 9 or not least <= int(digits) <= most:
            raise ValueError
        return int(digits)

    return parse


def number(least: float, most: float) -> Callable[[str], float]:
    """From one to the other; `nan` is not between them."""

    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            raise ValueError from None
        if not least <= value <= most:
            raise ValueError
        return value

    return parse


def one_of(off_word: str, on_word: str) -> Callable[[str], bool]:
    """Two words; whether it is the second."""

    def parse(text: str) -> bool:
        if text not in (off_word, on_word):
            raise ValueError
        return text == on_word

    return parse


def word_of(known_words: Collection[str]) -> Callable[[str], str]:
    """One of these."""

    def parse(text: str) -> str:
        if text not in known_words:
            raise ValueError
        return text

    return parse


def switch(text: str) -> bool:
    """The words of `machine.settings.switches`."""
    try:
        return is_on("", text)
    except ValueError:
        raise ValueError from None


def address(text: str) -> str:
    """Where to listen: the system says whether it is one of ours."""
    if len(text) > 253:
        raise ValueError
    if text and (problem := problem_with_host(text)):
        raise ValueError(problem)
    return text


def file(text: str) -> Path:
    """Relative to where the command was called; whether it can be read is seen later."""
    if "\n" in text:
        raise ValueError("this is what is in one, and its path is asked for")
    if "\0" in text:
        raise ValueError
    return path_of_caller(text)


def directory(text: str) -> Path:
    """Relative to where the command was called."""
    if "\0" in text:
        raise ValueError
    return resolved(path_of_caller(text))


def database_url(text: str) -> str:
    """Looked at by its shape alone."""
    if problem := problem_with(text):
        raise ValueError(problem)
    return text


def redis_url(text: str) -> str | None:
    """Empty: None, no bus."""
    if not text:
        return None
    # a quarter of what a command would load
    from redis.asyncio.connection import ConnectionPool, parse_url
    from redis.exceptions import RedisError

    try:
        parsed = parse_url(text)
    except ValueError:  # its message may repeat the password
        raise ValueError from None
    if "@" in urlsplit(text).netloc.rpartition("@")[0]:
        raise ValueError(PERCENT_ENCODED)
    if problem := "host" in parsed and problem_with_host(str(parsed["host"])):
        raise ValueError(problem)
    try:
        pool = ConnectionPool(**parsed)
        pool.make_connection()  # type: ignore[no-untyped-call]  # it connects later
    except (TypeError, ValueError, RedisError):  # as above
        raise ValueError("it has a parameter behind its `?` that redis-py does not take") from None
    return text


def secret(text: str) -> bytes:
    """Long enough that nobody guesses it."""
    if len(text) < LEAST_SECRET:
        raise ValueError(f"it has {len(text)}")
    return text.encode()


def origins(text: str) -> tuple[str, ...]:
    """As browsers send them (RFC 6454): scheme and host, the port only if it is not the usual."""
    parsed = words(text)
    for origin in parsed:
        if origin not in ("null", _origin_of(origin)):  # null: of pages that have none
            near = _origin_of(origin)
            raise ValueError(f"{origin!r} is none" + (f"; is {near} meant?" if near else ""))
    return parsed


def _origin_of(text: str) -> str | None:
    """What a browser sends of a page with this address; None: it is no address."""
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        return None
    hostname = url.hostname or ""
    if not url.scheme or problem_with_host(hostname) or not text.isascii():
        return None
    host = f"[{hostname}]" if ":" in hostname else hostname
    is_usual = port is None or (url.scheme, port) in (("https", 443), ("http", 80))
    return f"{url.scheme}://{host}" + ("" if is_usual else f":{port}")


def networks(text: str) -> tuple[Network, ...]:
    """Addresses count as networks of one."""
    try:
        return tuple(ipaddress.ip_network(word) for word in words(text))
    except ValueError as error:
        raise ValueError(str(error)) from None


def redirects(text: str) -> frozenset[str]:
    """Where a provider may lead back to."""
    parsed = words(text)
    for address in parsed:
        if problem := problem_with_own_address(address):
            raise ValueError(problem)
    return frozenset(parsed)


def words(text: str) -> tuple[str, ...]:
    """What is between commas, without the blanks around it; empty ones are none."""
    return tuple(word for word in (part.strip() for part in text.split(",")) if word)
