"""What a second reading has otherwise."""

from dataclasses import replace

import pytest

from server.settings import settings_changes
from server.settings.reading import read_settings
from server.settings.settings_changes import reloadable_changes
from server.settings.settings_table import SETTINGS


def test_what_is_the_same_is_no_change() -> None:
    same = reloadable_changes(read_settings({}, {}), read_settings({"port": "8787"}, {}))
    assert (same.reloadable, same.at_next_start) == ([], [])


def test_changes_are_told_by_what_can_be_done_with_them(monkeypatch: pytest.MonkeyPatch) -> None:
    can = {"origins"}
    table = [replace(each, is_reloadable=each.field in can) for each in SETTINGS]
    monkeypatch.setattr(settings_changes, "SETTINGS", table)
    new = {"PRIME_ORIGINS": "https://a.example", "PRIME_DB_CALLS": "5", "REDIS_URL": ""}
    found = reloadable_changes(read_settings({}, {}), read_settings({}, new))
    assert [each.field for each in found.reloadable] == ["origins"]
    assert [each.field for each in found.at_next_start] == ["redis_url", "lanes.calls"]


def test_what_is_said_of_a_provider_is_a_change_of_providers() -> None:
    studio = {
        "PRIME_PROVIDERS": "studio",
        "PRIME_PROVIDER_STUDIO_CLIENT_ID": "one",
        "PRIME_PROVIDER_STUDIO_ISSUER": "https://login.studio.example",
    }
    old = read_settings({}, studio)
    new = read_settings({}, studio | {"PRIME_PROVIDER_STUDIO_CLIENT_ID": "two"})
    found = reloadable_changes(old, new)
    assert [each.field for each in (*found.reloadable, *found.at_next_start)] == ["providers.names"]
