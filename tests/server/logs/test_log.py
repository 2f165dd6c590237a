"""Every line of a server that is no terminal's is JSON, whoever it comes from."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from persistence.errors import Pooled
from server.logs.log import LONGEST_LINE, as_json, to_repair_has_no_trace

ROOT = Path(__file__).parents[3]

PROGRAM = """
import asyncio, gc, logging, sys, threading, warnings
from server.logs.log import ServerLog, set_level
import structlog
own = ServerLog(is_json=True)
log = structlog.get_logger()
log.info("ours", at=1)
log.debug("not told")
set_level("debug")
log.debug("told")
set_level("warning")
log.info("not told")
logging.getLogger("asyncpg").error("theirs %s", "is %d wrong", exc_info=True)
logging.getLogger("redis").warning("%d", "a number it is not")
logging.getLogger("aiosmtplib").info("not told")
warnings.warn("too old", UserWarning)
print("somebody prints", file=sys.stderr)
def fail(): raise ValueError("in a thread")
thread = threading.Thread(target=fail, name="worker"); thread.start(); thread.join()
class Odd:
    def __del__(self): raise ValueError("in a destructor")
Odd(); gc.collect()
async def task(): raise ValueError("in a task")
async def main():
    asyncio.create_task(task())
    await asyncio.sleep(0)
asyncio.run(main())
gc.collect()
own.say("it serves", "for eyes", url="ws://x")
own.fail("it cannot", 1)
raise RuntimeError("in main: postgresql://prime:canary@db/x")
"""


def lines_of(program: str) -> tuple[int, list[dict[str, Any]]]:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.stdout == ""
    return done.returncode, [json.loads(line) for line in done.stderr.splitlines()]


def test_every_line_is_json_and_says_what_when_and_how_bad() -> None:
    code, lines = lines_of(PROGRAM)
    assert code == 1
    assert all(list(line)[:3] == ["timestamp", "level", "event"] for line in lines)
    assert [(line["level"], line["event"].partition(":")[0]) for line in lines] == [
        ("info", "ours"),
        ("debug", "told"),
        ("error", "theirs is %d wrong"),
        ("warning", "%d"),
        ("warning", "<string>"),
        ("warning", "somebody prints"),
        ("error", "a thread failed"),
        ("error", "an error where nobody could catch it"),
        ("error", "Task exception was never retrieved"),
        ("critical", "it cannot"),
        ("critical", "it ends by a mistake of ours; report it"),
    ]
    traced = [line for line in lines if "exception" in line]
    assert [line["exception"].splitlines()[-1].split(": ")[1] for line in traced] == [
        "in a thread",
        "in a destructor",
        "in a task",
        "in main",
    ]
    assert "canary" not in json.dumps(lines)


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), {1, 2}, {(1, 2): 3}, [float("nan")]])
def test_what_json_does_not_have_is_told_as_a_text(odd: Any) -> None:
    def refuse(text: str) -> None:
        raise ValueError(text)

    line = json.loads(as_json(None, "", {"event": "x", "odd": odd}), parse_constant=refuse)
    assert line["event"] == "x"


def test_what_holds_itself_is_told_too() -> None:
    held: list[Any] = []
    held.append(held)
    assert json.loads(as_json(None, "", {"event": "x", "held": held}))["held"] == "[[...]]"


@pytest.mark.parametrize("text", ["x" * 219_695, "é\n" * 100_000])
def test_a_line_is_cut_at_a_bound_and_is_json_still(text: str) -> None:
    said = {"event": "a task failed", "level": "error", "exception": f"begin {text} end"}
    line = as_json(None, "", {**said, "reason": text})
    told = json.loads(line)
    assert len(line) <= LONGEST_LINE
    assert (told["event"], told["level"]) == ("a task failed", "error")
    assert told["exception"].startswith("begin")
    assert told["exception"].endswith("end")
    many = {str(number): text[:100] for number in range(10)}
    assert json.loads(as_json(None, "", many)) == many


def test_what_is_to_repair_has_no_trace_wherever_it_is_logged() -> None:
    error = Pooled("26000", "a pooler is between")
    error.cure = "do this"
    line = to_repair_has_no_trace(None, "error", {"event": "a task failed", "exc_info": error})
    assert line == {"event": "a task failed", "reason": error.in_full}
    mistake = {"event": "a task failed", "exc_info": ValueError()}
    assert to_repair_has_no_trace(None, "error", dict(mistake)) == mistake
