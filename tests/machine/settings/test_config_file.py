"""The TOML file is the same as variables, and says where it is wrong."""

from pathlib import Path

import pytest

from machine.settings.config_file import ConfigFile

KNOWN = frozenset({"port", "db.appends", "history_days", "provider.google.client_id"})


def read(tmp_path: Path, text: str) -> ConfigFile:
    path = tmp_path / "prime.toml"
    path.write_text(text)
    return ConfigFile.read(path, "--config")


def test_values_become_what_a_variable_would_say(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        """
        port = 8787
        history_days = 1.5
        behind_proxy = true
        stall_probe = false
        origins = ["https://a.example", "https://b.example"]
        [limits]
        strangers = 0
        seats_per_user = 7
        [provider.google]
        client_id = "me"
        """,
    )
    assert [found.find(key) for key in ("port", "history_days", "behind_proxy", "stall_probe")] == [
        "8787", "1.5", "on", "off"
    ]  # fmt: skip
    assert found.find("origins") == "https://a.example,https://b.example"
    assert found.find("limits") == "strangers=0,seats_per_user=7"
    assert found.find("provider.google.client_id") == "me"
    assert found.find("nothing") is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("port = ", "is no TOML"),
        ("port = 1\nport = 2", "is no TOML"),
        ("port = 2026-01-01", "port must be a text"),
        ('origins = ["a,b"]', "origins must be a text"),
        ("origins = [1]", "origins must be a text"),
        ("a=" + "{a=" * 5_000, "is too deep"),
        ("a=" + "[" * 5_000, "is too deep"),
        (f"[{'a.' * 20_000}a]\nb = 1", "is too deep"),
        (f"port = {'9' * 5_000}", "is no TOML: it holds a number with more digits than any has"),
        (f"{'k' * 60_000} = [1]", r"k{200}\.\.\. must be a text"),
        (f"a = {{{'k' * 30_000} = 1, {'k' * 30_000} = 2}}", "is no TOML"),
    ],
)
def test_what_is_none_is_refused_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ValueError, match=rf"prime\.toml.*{told}") as error:
        read(tmp_path, text)
    assert len(str(error.value)) < 1_000


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("histroy_days = 1", "there is no setting histroy_days; is history_days meant"),
        ("[db]\nappend = 1", "no setting db.append; is db.appends meant"),
        ("[port]\nx = 1", "no setting port.x"),
        ("[limits.x]\ny = 1", "no setting limits.x.y"),
        ("zzz = 1", "no setting zzz; ./run check-config --help"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        read(tmp_path, text).refuse_unknown(KNOWN, {"limits"})


def test_known_keys_are_not_refused(tmp_path: Path) -> None:
    text = 'port = 1\n[limits]\nany = 1\n[provider.google]\nclient_id = "x"'
    read(tmp_path, text).refuse_unknown(KNOWN, {"limits"})


def test_no_value_is_in_the_representation(tmp_path: Path) -> None:
    assert "hunter22" not in repr(read(tmp_path, 'secret = "hunter22"'))
