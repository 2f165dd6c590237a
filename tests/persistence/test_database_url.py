"""DATABASE_URL is looked at before anything is started on it."""

from pathlib import Path

import asyncpg
import pytest

from persistence.database_url import (
    checked,
    chosen,
    data_directory,
    from_environment,
    named_by,
    none_at_all,
)
from persistence.errors import BadSetting, Unfit
from persistence.sqlstates import own_errors


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
        'postgresql://ann:secret@one",two/prime',
        'postgresql://ann:secret@one",/prime',
        "postgresql://ann:secret@,/prime",
        "postgresql://ann:secret@one two/prime",
        "postgresql://ann:secret@one..example/prime",
        "postgresql://ann:secret@[::1/prime",
        "postgresql://ann:secret@::1/prime",
        "postgresql://ann:secret/1@one/prime",
        "postgresql://ann:secret?1@one/prime",
        "postgresql://ann:secret@1@one/prime",
        "postgresql://ann:secret[1@one/prime",
        "postgresql://ann:secret@one/prime?port=x",
        "postgresql://ann:secret@one/prime?secret",
        "postgresql://ann:secret@/prime?host=,",
    ],
)
def test_what_is_none_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(BadSetting, match="must be a database URL") as error:
        checked(url)
    assert str(error.value).startswith("DATABASE_URL must ")
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
        "postgresql://%2Frun%2Fpostgresql/prime",
        "postgresql://ann:p%40%2F@[fe80::1%25eth0]/prime",
        "postgresql:///prime?host=/run/a,b&port=1,2&user=ann@home",
    ],
)
def test_what_is_one_is_taken(url: str) -> None:
    assert checked(url) == url


def test_nothing_set_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with pytest.raises(BadSetting, match="set DATABASE_URL"):
        from_environment()


def test_the_file_and_the_toml_file_are_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    config = tmp_path / "prime.toml"
    config.write_text('database_url = "postgresql://of/toml"\ndata = "/srv/prime"')
    config.chmod(0o600)
    assert chosen(None, str(config)) == "postgresql://of/toml"
    assert data_directory(str(config)) == Path("/srv/prime")
    assert chosen("postgresql://of/option", str(config)) == "postgresql://of/option"
    monkeypatch.setenv("PRIME_CONFIG", str(config))
    assert from_environment() == "postgresql://of/toml"
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "missing"))
    with pytest.raises(BadSetting, match="DATABASE_URL_FILE"):
        from_environment()


@pytest.mark.parametrize(("name", "told"), [("--to", "--to"), (None, "DATABASE_URL")])
def test_what_is_wrong_with_a_database_is_told_of_what_names_it(
    name: str | None, told: str
) -> None:
    own_error = Unfit("what DATABASE_URL names is none")
    own_error.cure = "correct DATABASE_URL, not PRIME_CALLER_DATABASE_URL"
    with pytest.raises(Unfit) as error, named_by(name):
        raise own_error
    assert error.value.in_full == (
        f"what {told} names is none; correct {told}, not PRIME_CALLER_DATABASE_URL"
    )


@pytest.mark.parametrize("sqlstate", ["28P01", "28000"])
def test_a_refused_password_of_an_option_is_not_asked_for_on_the_command_line(
    sqlstate: str,
) -> None:
    refused = asyncpg.PostgresError.new({"C": sqlstate, "M": "password authentication failed"})
    with pytest.raises(Unfit) as error, named_by("--to"), own_errors():
        raise refused
    assert "see that --to names the right role, and PGPASSWORD, or a file that" in error.value.cure
    with pytest.raises(Unfit) as error, named_by(None), own_errors():
        raise refused
    assert "see that DATABASE_URL has the right role and password" in error.value.cure


def test_the_shape_of_an_option_has_no_password() -> None:
    assert "postgresql://user@host:5432/name" in str(none_at_all("no port", "--to"))
    assert "postgresql://user:password@host:5432/name" in str(none_at_all("no port"))
