"""DATABASE_URL is looked at before anything is started on it."""

import pytest

from persistence.database_url import checked, from_environment
from persistence.errors import BadSetting


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "",
        "://127.0.0.1/prime",
        "mysql://127.0.0.1/prime",
        "postgresql:/127.0.0.1/prime",
        "postgresql://ann:secret@127.0.0.1:port/prime",
        "postgresql://ann:secret@[::1]:54x/prime",
        "postgresql://ann:secret@one:5432,two:99999/prime",
    ],
)
def test_what_is_none_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(BadSetting, match="this is no database URL") as error:
        checked(url)
    assert str(error.value).startswith("DATABASE_URL: ")
    assert "secret" not in str(error.value)
    assert error.value.exit_code == 2


@pytest.mark.parametrize(
    "url",
    [
        "postgresql:///prime",
        "postgres://ann:a:b@127.0.0.1/prime",
        "postgresql://ann:p@127.0.0.1:5432/prime?host=/run/postgresql",
        "postgresql://ann@[::1]:5432/prime",
        "postgresql://one:5432,two:5433/prime",
        "postgresql://127.0.0.1",
    ],
)
def test_what_is_one_is_taken(url: str) -> None:
    assert checked(url) == url


def test_nothing_set_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with pytest.raises(BadSetting, match="set DATABASE_URL"):
        from_environment()
