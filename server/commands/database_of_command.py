"""Which database a command works on: also the embedded one of a server that runs."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from machine.children.child_process import ServerUnavailable
from machine.embedded_postgres import EmbeddedPostgres, address_of_running
from machine.settings.sources import COMMAND_LINE
from persistence.errors import BadSetting, Unavailable
from server.settings.settings import Settings


@contextmanager
def database_of(settings: Settings) -> Iterator[str]:
    """The address of the embedded one of --data, which may be running, where that is given.

    Else that of DATABASE_URL, else the embedded one of the usual directory. Raises `BadSetting`
    and `Unavailable`.
    """
    is_data_said = settings.where("data") == COMMAND_LINE
    url, data = None if is_data_said else settings.database_url, settings.data
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
        with suppress(ServerUnavailable):  # the first of the two says what is wrong
            if (url := address_of_running(data)) is not None:
                return url
        raise Unavailable(str(error)) from error
