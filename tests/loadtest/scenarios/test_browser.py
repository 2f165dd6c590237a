"""The scenario `browser`, small; and a machine that lacks what it needs."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from loadtest.browser.driving import NoChromium, chromium
from tests.loadtest.scenarios.test_scenarios import ROOT, real_hub, report_of


@real_hub
def test_a_page_is_loaded_scrolled_and_left_alone(tmp_path: Path) -> None:
    try:
        chromium()
    except NoChromium as why:
        pytest.skip(str(why))
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("there is no Node.js with npm on the PATH")
    sizes = ("--members", "4", "--seconds", "0.5", "--repeats", "1", "--slow-down", "2")
    song = str(ROOT / "files" / "songs" / "harbour_lights.prime.json")
    page = tmp_path / "page"
    report = report_of("browser", *sizes, "--song", song, "--report", str(page))
    assert (report["members"], report["page_faults"], report["repeats"]) == (4, 0, 1)
    assert report["entities"] > 100
    for phase in (report, report["at_rest"], report["slowed"]):
        assert 0 < phase["frame_ms"]["p50"] <= phase["frame_ms"]["p95"]
        assert 0 < phase["script_ms"]["p50"] <= phase["script_ms"]["p95"]
        assert 0 <= phase["late_percent"] <= 100
        assert phase["cpu_ms"] > 0
    assert report["frame_p95_ms"] == report["frame_ms"]["p95"]
    first = report["first_edit_ms"]
    assert 0 < first["drawn"] <= first["shown"] <= first["saved"] == report["time_to_first_edit_ms"]
    assert report["heap_mb"] > 0.5
    assert 5 < report["sdk_kb"] < report["page_kb"]
    assert report["moves_per_s"] > 0
    assert json.loads((page / "figures.json").read_text()) == report
    assert (page / "index.html").read_text().count("<svg") == 2


def test_without_a_chromium_one_line_says_what_is_missing() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "machine.starting", "loadtest", "browser", "--json"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PATH": ""},
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "prime: needs Chromium, and there is none on the PATH\n"


def test_it_explains_itself() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "machine.starting", "loadtest", "browser", "--help"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    for option in ("--members", "--repeats", "--slow-down", "--report", "--json"):
        assert option in done.stdout
