"""What is set, as it may be shown."""

from pathlib import Path

from machine.settings.masking import HIDDEN
from machine.settings.sources import COMMAND_LINE, ENVIRONMENT
from server.settings.reading import NOT_READ, read_all, read_settings
from server.settings.settings_display import WRONG, SettingShown, shown_settings
from server.settings.settings_table import SETTINGS

PASSWORD = "hunter22" * 4


def test_each_is_shown_with_where_it_comes_from(tmp_path: Path) -> None:
    config = tmp_path / "prime.toml"
    config.write_text("history_days = 90")
    shown = list(shown_settings(read_settings({"config": str(config)}, {"REDIS_URL": ""})))
    assert shown[0] == SettingShown("PRIME_CONFIG", str(config), "command line")
    assert [each.name for each in shown[1:]] == [setting.variable for setting in SETTINGS]
    assert SettingShown("REDIS_URL", "(empty)", "environment") in shown
    assert SettingShown("PRIME_HISTORY_DAYS", "90", str(config)) in shown
    assert SettingShown("PRIME_CALLER_DATABASE_URL", "DATABASE_URL", "default") in shown
    assert {each.name for each in shown if not each.is_default} == {
        "PRIME_CONFIG", "REDIS_URL", "PRIME_HISTORY_DAYS"
    }  # fmt: skip


def test_no_secret_is_shown_wherever_it_comes_from(tmp_path: Path) -> None:
    key = tmp_path / "secret"
    key.write_text(PASSWORD)
    key.chmod(0o600)
    environment = {
        "PRIME_SECRET_FILE": str(key),
        "DATABASE_URL": f"postgresql://prime:{PASSWORD}@db/prime",
        "PRIME_CALLER_DATABASE_URL": f"postgresql://db/prime?password={PASSWORD}",
        "REDIS_URL": f"redis://:{PASSWORD}@db",
        "SMTP_URL": f"smtps://me:{PASSWORD}@mail.example",
        "PRIME_MAIL_FROM": "a@example.com",
        "PRIME_PUBLIC_URL": "https://prime.example.com",
        "PRIME_PROVIDERS": "google",
        "PRIME_PROVIDER_GOOGLE_CLIENT_ID": "shown",
        "PRIME_PROVIDER_GOOGLE_CLIENT_SECRET_FILE": str(key),
    }
    settings = read_settings({}, environment)
    shown = list(shown_settings(settings))
    assert PASSWORD not in repr([shown, settings])
    assert SettingShown("PRIME_SECRET", HIDDEN, str(key)) in shown
    assert SettingShown("PRIME_PROVIDER_GOOGLE_CLIENT_SECRET", HIDDEN, str(key)) in shown
    assert SettingShown("PRIME_PROVIDER_GOOGLE_CLIENT_ID", "shown", "environment") in shown


def test_a_long_value_is_one_line() -> None:
    many = ",".join(f"https://{n}.example" for n in range(100))
    shown = {each.name: each for each in shown_settings(read_settings({}, {"PRIME_ORIGINS": many}))}
    assert len(shown["PRIME_ORIGINS"].value) < 210


def test_what_makes_no_sense_is_neither_the_default_nor_shown(tmp_path: Path) -> None:
    """Of each kind, wherever it is set; what is only wrong together with another is shown."""
    wrong = {setting.variable: f"\x00 {PASSWORD}" for setting in SETTINGS}
    reading = read_all({}, wrong)
    shown = {each.name: each for each in shown_settings(reading.settings, reading.wrong_places)}
    own = [setting.variable for setting in SETTINGS if setting.field in reading.problems]
    assert len(own) > 20
    assert {shown[name] for name in own} == {SettingShown(name, WRONG, ENVIRONMENT) for name in own}
    missing = {"SMTP_URL_FILE": str(tmp_path / "no such"), "PRIME_TLS_CERT": __file__}
    reading = read_all({"port": "none"}, missing)
    shown = {each.name: each for each in shown_settings(reading.settings, reading.wrong_places)}
    assert shown["SMTP_URL"] == SettingShown("SMTP_URL", WRONG, NOT_READ)
    assert shown["PRIME_PORT"] == SettingShown("PRIME_PORT", WRONG, COMMAND_LINE)
    assert shown["PRIME_TLS_CERT"].value == __file__
    assert shown["PRIME_TLS_KEY"].is_default
