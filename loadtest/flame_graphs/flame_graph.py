"""Where a server spends its time: stacks that py-spy samples from outside, as a flame graph."""

import asyncio
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loadtest.flame_graphs.flame_svg import Stacks, flame_svg

SAMPLES_PER_SECOND = 250
WRITE_SECONDS = 20.0
"""How long writing may take after the last sample."""

MOST_TOLD = 12
LINE_NUMBER = re.compile(r":\d+\)$")
"""What py-spy writes after a file's name: a function is one, wherever in it the time goes."""


@dataclass(frozen=True, slots=True)
class FlameGraph:
    """Stacks and what they are of; or why there is nothing."""

    stacks: Stacks
    of_what: str
    why_none: str = ""

    @property
    def svg(self) -> str:
        """The picture."""
        return flame_svg(self.stacks)

    @property
    def figures(self) -> dict[str, Any]:
        """For the JSON of a report, which has no pictures: shares of what functions took alone."""
        if self.why_none:
            return {"of": self.of_what, "error": self.why_none}
        own_samples: Counter[str] = Counter()
        for stack, samples in self.stacks.items():
            own_samples[stack[-1]] += samples
        samples = own_samples.total()
        percent = {
            name: round(n / samples * 100, 1) for name, n in own_samples.most_common(MOST_TOLD)
        }
        return {"of": self.of_what, "samples": samples, "own_percent": percent}


def without(why: str, of_what: str = "") -> FlameGraph:
    """Why there is no flame graph."""
    return FlameGraph({}, of_what, why)


async def record(pid: int, begin: float, end: float, of_what: str) -> FlameGraph:
    """Sample a process from `begin` to `end`, by the clock of `time.perf_counter`.

    Only threads that hold the interpreter count: one that waits does not. py-spy stops the
    process for every sample, so figures of the same time are not to be published.
    """
    program = _py_spy()
    if program is None:
        return without("py-spy is not installed", of_what)
    await asyncio.sleep(max(0.0, begin - time.perf_counter()))
    seconds = max(1, round(end - time.perf_counter()))
    with tempfile.TemporaryDirectory(prefix="prime-profile-") as directory:
        samples = Path(directory) / "stacks"
        output = await _run(
            *(program, "record", "--pid", str(pid), "--duration", str(seconds), "--gil"),
            *("--rate", str(SAMPLES_PER_SECOND), "--format", "raw"),
            *("--output", str(samples)),
            seconds=seconds + WRITE_SECONDS,
        )
        stacks = stacks_of(samples.read_text(encoding="utf-8")) if samples.exists() else {}
    if not stacks:
        return without(f"py-spy saw nothing: {_end_of(output)}", of_what)
    return FlameGraph(stacks, f"{of_what}, {SAMPLES_PER_SECOND} samples a second for {seconds} s")


def stacks_of(raw: str) -> Stacks:
    """py-spy's raw format: functions from outside in, split by semicolons, and a count."""
    stacks: Counter[tuple[str, ...]] = Counter()
    for line in raw.splitlines():
        names, _, count = line.rpartition(" ")
        if names and count.isdigit():
            stacks[tuple(LINE_NUMBER.sub(")", name) for name in names.split(";"))] += int(count)
    return stacks


async def _run(*command: str, seconds: float) -> str:
    """Both outputs of a command, which is ended when it takes too long or we are cancelled."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(seconds):
            output, _ = await process.communicate()
    except TimeoutError:
        return f"nothing came within {seconds:g} s"
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return output.decode(errors="replace")


def _py_spy() -> str | None:
    """From our own environment first, which need not be on the PATH."""
    own_py_spy = Path(sys.executable).parent / "py-spy"
    return str(own_py_spy) if own_py_spy.exists() else shutil.which("py-spy")


def _end_of(text: str) -> str:
    """What a program that failed said at the end, in one line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return " | ".join(lines[-3:]) or "it said nothing"
