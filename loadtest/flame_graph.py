"""Where a server spends its time: py-spy samples it from outside and draws a flame graph."""

import asyncio
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SAMPLES_PER_SECOND = 200
WRITE_SECONDS = 20.0
"""How long drawing may take after the last sample."""


@dataclass(frozen=True, slots=True)
class FlameGraph:
    """A picture as SVG, and what it is of; or why there is none."""

    svg: str = ""
    what: str = ""
    why_none: str = ""

    @property
    def figures(self) -> dict[str, Any]:
        """For the JSON of a report, which has no pictures."""
        return {"error": self.why_none} if self.why_none else {"of": self.what}


async def record(pid: int, begin: float, end: float, of_what: str) -> FlameGraph:
    """Sample a process from `begin` to `end`, by the clock of `time.perf_counter`.

    py-spy stops the process for every sample: its figures are not to be published meanwhile.
    """
    program = _py_spy()
    if program is None:
        return FlameGraph(why_none="py-spy is not installed")
    await asyncio.sleep(max(0.0, begin - time.perf_counter()))
    seconds = max(1, round(end - time.perf_counter()))
    with tempfile.TemporaryDirectory(prefix="prime-profile-") as directory:
        picture = Path(directory) / "flame.svg"
        said = await _run(
            *(program, "record", "--pid", str(pid), "--duration", str(seconds)),
            *("--rate", str(SAMPLES_PER_SECOND), "--format", "flamegraph"),
            *("--output", str(picture)),
            within=seconds + WRITE_SECONDS,
        )
        if not picture.exists():
            return FlameGraph(why_none=f"py-spy drew nothing: {_end_of(said)}")
        what = f"{of_what}: {SAMPLES_PER_SECOND} samples a second for {seconds} s"
        return FlameGraph(_inline(picture.read_text(encoding="utf-8")), what)


async def _run(*command: str, within: float) -> str:
    """Both outputs of a command, which is ended when it takes too long or we are cancelled."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(within):
            output, _ = await process.communicate()
    except TimeoutError:
        return f"nothing came within {within:g} s"
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return output.decode(errors="replace")


def _py_spy() -> str | None:
    """From our own environment first, which need not be on the PATH."""
    own = Path(sys.executable).parent / "py-spy"
    return str(own) if own.exists() else shutil.which("py-spy")


def _inline(svg: str) -> str:
    """Without what only a file of its own may begin with."""
    return svg[svg.index("<svg") :]


def _end_of(text: str) -> str:
    """What a program that failed said at the end, in one line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return " | ".join(lines[-3:]) or "it said nothing"
