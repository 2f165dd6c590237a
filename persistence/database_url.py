"""DATABASE_URL: checked before anything is started on it, by every command alike."""

import os

from persistence.errors import BadSetting

HIGHEST_PORT = 65_535


def from_environment() -> str:
    """What is set; raises `BadSetting` where nothing is, or no database URL."""
    url = os.environ.get("DATABASE_URL")
    if not url:
        raise BadSetting("which database? set DATABASE_URL")
    return checked(url)


def chosen(option: str | None) -> str | None:
    """The value of --database-url, else of DATABASE_URL, if one is set; raises `BadSetting`."""
    if option:
        return checked(option, "--database-url")
    url = os.environ.get("DATABASE_URL")
    return checked(url) if url else None


def none_at_all(why: object, name: str = "DATABASE_URL") -> BadSetting:
    """The message about one that makes no sense: which setting, and why."""
    return BadSetting(f"{name}: this is no database URL: {why}")


def checked(url: str, name: str = "DATABASE_URL") -> str:
    """The same URL; raises `BadSetting`, without repeating it: it may hold a password."""
    scheme, is_url, rest = url.partition("://")
    if scheme not in ("postgresql", "postgres") or not is_url:
        raise none_at_all("it must begin with postgresql://", name)
    hosts = rest.partition("?")[0].partition("/")[0].rpartition("@")[2]
    for host in hosts.split(","):
        _, is_port, port = host.rpartition("]")[2].rpartition(":")
        if is_port and not (port.isdecimal() and int(port) <= HIGHEST_PORT):
            raise none_at_all(f"{port[:32]!r} is no port", name)
    return url
