"""Which database a command works on, also beside the server that has it open."""

from pathlib import Path

import pytest

from machine.embedded_postgres import EmbeddedPostgres
from persistence.errors import BadSetting
from server.commands.database_of_command import database_of
from server.settings.reading import read_settings

HERE = {"DATABASE_URL": "postgresql://here/x"}


def test_the_environment_says_which_unless_a_directory_is_given(tmp_path: Path) -> None:
    for options in ({}, {"config": str(tmp_path / "prime.toml")}):
        (tmp_path / "prime.toml").write_text(f'data = "{tmp_path}"')
        with database_of(read_settings(options, HERE)) as url:
            assert url == "postgresql://here/x"
    settings = read_settings({"data": str(tmp_path)}, HERE)
    with pytest.raises(BadSetting, match="holds no embedded one"), database_of(settings):
        pass


@pytest.mark.postgres
def test_an_embedded_one_is_used_while_its_server_runs_and_left_running(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path)
    started = server.start()
    try:
        with database_of(read_settings({"data": str(tmp_path)}, {})) as url:
            assert url.partition("?")[0] == started.partition("?")[0]
        assert server.is_running
    finally:
        server.stop()
