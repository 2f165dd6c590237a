"""Nothing secret gets into the log, even where it was meant to."""

import json

import jwt
import structlog

from schema.text.redacted import REDACTED
from server.logs.log import log_processors
from server.logs.redaction import redact


def test_what_keys_call_secret_is_left_out_at_any_depth() -> None:
    line = {"event": "x", "refresh_token": "canary", "of": {"password": "canary", "user": "ann"}}
    assert redact(None, "", line) == {
        "event": "x",
        "refresh_token": REDACTED,
        "of": {"password": REDACTED, "user": "ann"},
    }


def test_passwords_of_addresses_and_tokens_in_texts_are_left_out() -> None:
    token = jwt.encode({"sub": "ann"}, "k" * 32, algorithm="HS256")
    for text, told in (
        ("cannot reach smtp://me:canary@mail.example:587", "smtp://me:<redacted>@mail.example:587"),
        ("postgresql://prime:canary@db/prime?x=1", "postgresql://prime:<redacted>@db/prime?x=1"),
        (f"was told {token}, twice", "was told <redacted>, twice"),
    ):
        shown = redact(None, "", {"reason": text})["reason"]
        assert "canary" not in shown
        assert shown.endswith(told)
    for plain in ("ws://127.0.0.1:8787/v1", "redis://10.0.0.1:6379/0", "12:30 at ann@example.org"):
        assert redact(None, "", {"reason": plain})["reason"] == plain


def test_the_server_logs_through_it_and_traces_too() -> None:
    lines = structlog.testing.CapturingLogger()
    log = structlog.wrap_logger(lines, processors=log_processors(is_terminal=False))
    try:
        raise ValueError("smtp://me:canary@mail.example")
    except ValueError:
        log.exception("failed", token="canary")
    (call,) = lines.calls
    told = json.loads(call.args[0])
    assert "canary" not in call.args[0]
    assert (told["token"], told["event"]) == (REDACTED, "failed")
    assert "ValueError" in told["exception"]
