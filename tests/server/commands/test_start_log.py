"""What a server says before it serves, on a terminal; for programs: test_command_line.py."""

import sys
from io import StringIO

import pytest
from structlog.testing import capture_logs

from server.commands.start_log import tell_start
from server.logs.log import ServerLog
from server.settings.reading import read_settings
from server.version import version_in_words


@pytest.mark.parametrize("is_set", [False, True])
def test_on_a_terminal_it_shows_what_is_not_the_default(
    is_set: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = StringIO()
    monkeypatch.setattr(sys, "stderr", told)
    own_log = ServerLog.__new__(ServerLog)  # without taking the log of this process over
    own_log.is_json = False
    secret = "hunter22" * 4
    environment = {"PRIME_SECRET": secret, "PRIME_HISTORY_DAYS": "90"} if is_set else {}
    tell_start(own_log, read_settings({}, environment), environment)
    lines = [f"Prime {version_in_words()}"]
    if is_set:
        lines += ["  PRIME_SECRET        (hidden)  (environment)"]
        lines += ["  PRIME_HISTORY_DAYS  90  (environment)"]
    assert told.getvalue().splitlines() == lines


@pytest.mark.parametrize("is_json", [False, True])
def test_a_variable_that_is_nearly_a_setting_is_one_warning(
    is_json: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", StringIO())
    own_log = ServerLog.__new__(ServerLog)
    own_log.is_json = is_json
    environment = {"PRIME_REGISTRASION": "closed", "PRIME_HISTORY_DAYS": "90", "HOME": "/"}
    with capture_logs() as lines:
        tell_start(own_log, read_settings({}, environment), environment)
    told = [line["event"] for line in lines if line["log_level"] == "warning"]
    assert told == ["there is no setting PRIME_REGISTRASION; is PRIME_REGISTRATION meant?"]


def test_a_setting_without_the_one_that_it_needs_is_a_warning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stderr", StringIO())
    own_log = ServerLog.__new__(ServerLog)
    own_log.is_json = True
    environment = {"PRIME_VERIFY_ADDRESS": "required"}
    with capture_logs() as lines:
        tell_start(own_log, read_settings({}, environment), environment)
    [told] = [line["event"] for line in lines if line["log_level"] == "warning"]
    assert "SMTP_URL is not set" in told
