"""Which of several places a value is taken from."""

from pathlib import Path

import pytest

from machine.settings.sources import ENVIRONMENT, GivenValue, Sources, key_of, set_here


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "prime.toml"
    path.write_text('secret = "of toml"\nredis_url = ""\nport = 1\n')
    path.chmod(0o600)
    return path


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_text("of a file\n")
    path.chmod(0o400)
    return path


def test_a_variable_beats_the_toml_file(config: Path) -> None:
    sources = Sources.of({"PRIME_SECRET": "of a variable"}, config)
    given = sources.find("PRIME_SECRET", is_secret=True)
    assert given == GivenValue("of a variable", "PRIME_SECRET", ENVIRONMENT)


def test_a_file_beats_the_toml_file(config: Path, secret: Path) -> None:
    sources = Sources.of({"PRIME_SECRET_FILE": str(secret), "PRIME_CONFIG": str(config)})
    given = sources.find("PRIME_SECRET", is_secret=True)
    assert given == GivenValue("of a file", "PRIME_SECRET_FILE", str(secret))


def test_the_toml_file_is_the_last(config: Path) -> None:
    for sources in (Sources.of({"PRIME_CONFIG": str(config)}), Sources.of({}, config)):
        given = sources.find("PRIME_SECRET", is_secret=True)
        assert given == GivenValue("of toml", f"secret in {config}", str(config))
        assert sources.find("PRIME_ORIGINS") is None


def test_both_at_once_are_refused(secret: Path) -> None:
    sources = Sources.of({"PRIME_SECRET": "x", "PRIME_SECRET_FILE": str(secret)})
    with pytest.raises(ValueError, match="PRIME_SECRET and PRIME_SECRET_FILE are both set"):
        sources.find("PRIME_SECRET")


def test_empty_is_not_set_unless_it_is_a_value(config: Path) -> None:
    sources = Sources.of({"PRIME_PORT": "", "PRIME_CONFIG": "", "REDIS_URL": ""}, config)
    given = sources.find("PRIME_PORT")
    assert given is not None
    assert given.text == "1"
    assert sources.find("REDIS_URL", may_be_empty=True) == GivenValue("", "REDIS_URL", ENVIRONMENT)
    of_toml = Sources.of({}, config).find("REDIS_URL", may_be_empty=True)
    assert of_toml == GivenValue("", f"redis_url in {config}", str(config))
    assert Sources.of({}, config).find("REDIS_URL") is None


def test_a_toml_file_that_all_can_read_has_no_secrets(config: Path) -> None:
    config.chmod(0o644)
    sources = Sources.of({}, config)
    assert sources.find("PRIME_PORT") is not None
    with pytest.raises(ValueError, match=r"--config names .*secret.*chmod o="):
        sources.find("PRIME_SECRET", is_secret=True)


def test_no_text_is_in_the_representation() -> None:
    assert "hunter22" not in repr(GivenValue("hunter22", "PRIME_SECRET", ENVIRONMENT))


def test_this_process_is_asked(monkeypatch: pytest.MonkeyPatch, config: Path) -> None:
    monkeypatch.setenv("PRIME_PORT", "7")
    given = set_here("PRIME_PORT")
    assert given is not None
    assert given.text == "7"
    monkeypatch.delenv("PRIME_PORT")
    given = set_here("PRIME_PORT", config)
    assert given is not None
    assert given.text == "1"
    assert key_of("PRIME_HISTORY_DAYS") == "history_days"
    assert key_of("DATABASE_URL") == "database_url"
