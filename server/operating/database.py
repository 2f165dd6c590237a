"""Which database a command works on: also the embedded one of a server that runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from machine.caller_paths import path_of_caller
from machine.child_process import ServerUnavailable
from machine.embedded_postgres import EmbeddedPostgres, address_of_running
from persistence.database_url import chosen
from persistence.errors import BadSetting, Unavailable

DEFAULT_DATA = path_of_caller(".data")


@contextmanager
def database_of(given: Path | None) -> Iterator[str]:
    """The address of the embedded one of the directory that is given, which may be running.

    Where none is given: that of DATABASE_URL, else the embedded one of the usual directory. Raises
    `BadSetting` and `Unavailable`.
    """
    url, data = None if given else chosen(None), given or DEFAULT_DATA
    if url is not None:
        yield url
    elif not (data / "postgres").is_dir():
        raise BadSetting(f"which database? set DATABASE_URL; {data} holds no embedded one")
    else:
        postgres = EmbeddedPostgres(data)
        try:
            url = _started(postgres, data)
            yield url
        finally:
            postgres.stop()


def _started(postgres: EmbeddedPostgres, data: Path) -> str:
    try:
        return postgres.start()
    except ServerUnavailable as error:
        url = address_of_running(data)
        if url is None:
            raise Unavailable(str(error)) from error
        return url
