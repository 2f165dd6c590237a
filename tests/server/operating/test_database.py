"""Which database a command works on, also beside the server that has it open."""

from pathlib import Path

import pytest

from machine.embedded_postgres import EmbeddedPostgres
from persistence.errors import BadSetting
from server.operating.database import database_of


def test_the_environment_says_which_unless_a_directory_is_given(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://here/x")
    with database_of(None) as url:
        assert url == "postgresql://here/x"
    with pytest.raises(BadSetting, match="holds no embedded one"), database_of(tmp_path):
        pass


@pytest.mark.postgres
def test_an_embedded_one_is_used_while_its_server_runs_and_left_running(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path)
    started = server.start()
    try:
        with database_of(tmp_path) as url:
            assert url.partition("?")[0] == started.partition("?")[0]
        assert server.is_running
    finally:
        server.stop()
