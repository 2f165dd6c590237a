"""What a library logs is one line of our log."""

import json
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import logging, sys
from unittest.mock import patch
from persistence.errors import BadSetting
from server import __main__ as program
from server.commands import serve_command
def fail(*_, **__):
    for name in ("asyncpg", "asyncio", "redis", "websockets"):
        try:
            raise OSError("gone\\nfor good")
        except OSError:
            logging.getLogger(name).exception("failed to %s\\nagain", "connect")
    raise BadSetting("stop")
sys.argv[1:] = []
with patch.object(serve_command, "read_settings", fail):
    sys.exit(program.main())
"""


def test_a_record_with_a_trace_is_one_line_of_json() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        check=False,
    )
    *lines, last = done.stderr.splitlines()
    ended = json.loads(last)
    assert (ended["event"], ended["level"], ended["exit_code"]) == ("stop", "critical", 2)
    told = [json.loads(line) for line in lines]
    assert [line["library"] for line in told] == ["asyncpg", "asyncio", "redis"]
    assert {(line["event"], line["level"], line["reason"]) for line in told} == {
        ("failed to connect", "error", "OSError: gone")
    }
    assert all("Traceback" in line["exception"] for line in told)
