"""Settings as options of a command line."""

import argparse

import pytest

from server.settings.command_line_options import (
    add_config,
    add_option,
    add_options,
    options_before,
    options_of,
)
from server.settings.settings_table import SETTINGS


def test_options_are_those_of_the_table() -> None:
    parser = argparse.ArgumentParser()
    add_options(parser)
    assert options_of(parser.parse_args([])) == {}
    words = ["--host", "::1", "--port", "x", "--behind-proxy", "--config", "prime.toml"]
    assert options_of(parser.parse_args(words)) == {
        "host": "::1", "port": "x", "behind_proxy": "on", "config": "prime.toml"
    }  # fmt: skip


def test_some_are_taken_alone() -> None:
    parser = argparse.ArgumentParser()
    add_option(parser, "data")
    add_config(parser)
    assert options_of(parser.parse_args(["--data", "x"])) == {"data": "x"}
    with pytest.raises(SystemExit):
        parser.parse_args(["--host", "x"])


def test_the_file_is_found_before_other_words_are_read() -> None:
    assert options_before(["--force", "--config", "x", "--json"]) == {"config": "x"}
    assert options_before(["--force", "--config=x"]) == {"config": "x"}
    assert options_before(["--conf", "x"]) == {}


def test_no_secret_is_an_option() -> None:
    assert [each.option for each in SETTINGS if each.is_secret and each.option] == []
