"""`run import` and `run export`: what is told to whom, and the exit codes."""

import contextlib
import json
import os
import pty
import re
import stat
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from files.broken_song import BrokenSong
from files.commands.import_and_export import _project_name
from files.commands.reports import report_import
from files.dawproject.export import write_dawproject
from files.imported_song import Song
from files.importing import read_song
from files.losses import Loss
from files.midi.export import write_midi
from machine.children.child_directory import DirectoryLock
from prime_client.copy.state_ops import State
from schema.calling.projects.project_calls import CreateProject
from tests.files.dawproject.test_export import a_state

ROOT = Path(__file__).parents[3]
PROJECT = "00000000-0000-0000-0000-000000000000"
SONG = next(iter(sorted((ROOT / "files/songs").glob("*.prime.json"))))


def command(
    *words: str | Path, cwd: Path = ROOT, database: str = "", **variables: str
) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PRIME_CWD": str(cwd), "PRIME_URL": "", "PRIME_PASSWORD": "secret"}
    environment |= {"DATABASE_URL": database, "PRIME_EMAIL": "", **variables}
    return subprocess.run(
        [sys.executable, "-m", "machine.starting", "files", *map(str, words)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment,
        check=False,
    )


def test_a_broken_file_is_one_line_and_starts_nothing(tmp_path: Path) -> None:
    (tmp_path / "broken.prime.json").write_text('{"format":')
    done = command("import", "broken.prime.json", "--data", tmp_path / "data", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert "line 1" in done.stderr
    assert not (tmp_path / "data").exists()


def test_a_server_that_is_not_there_is_exit_one() -> None:
    account = ("--email", "ann@example.org")
    done = command("import", SONG, "--url", "nonsense://127.0.0.1:1/v1", *account)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("words", [("import", SONG), ("export", PROJECT, "song.mid")])
def test_who_and_where_are_asked_before_anything_is_started(
    words: tuple[str | Path, ...], tmp_path: Path
) -> None:
    nobody = command(*words, "--url", "ws://127.0.0.1:1/v1")
    assert nobody.returncode == 2
    assert "--email is missing" in nobody.stderr
    two_places = command(*words, "--data", tmp_path / "data", database="nonsense")
    assert two_places.returncode == 2
    assert "DATABASE_URL is set, and this word works on --data" in two_places.stderr
    assert not (tmp_path / "data").exists()


def test_beside_a_server_that_runs_there_it_is_said_how(tmp_path: Path) -> None:
    with DirectoryLock(tmp_path / "postgres.lock"):
        done = command("import", SONG, "--data", tmp_path)
    assert done.returncode == 2
    assert f"a server runs on {tmp_path}: name it by --url" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_database_in_a_file_of_settings_is_one_as_well(tmp_path: Path) -> None:
    config = tmp_path / "prime.toml"
    config.write_text('database_url = "postgresql://here/x"')
    for told, why in ((config, "DATABASE_URL is set"), (tmp_path / "none", "PRIME_CONFIG names")):
        done = command("import", SONG, "--data", tmp_path / "data", PRIME_CONFIG=str(told))
        assert done.returncode == 2
        assert why in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "data").exists()


def test_a_wrong_command_line_is_exit_two() -> None:
    assert command("import").returncode == 2


@pytest.mark.node
@pytest.mark.postgres
@pytest.mark.slow
def test_a_song_goes_in_and_comes_out_the_same(tmp_path: Path) -> None:
    data = tmp_path / "data"
    imported = command("import", SONG, "--data", data, "--json")
    assert imported.returncode == 0, imported.stderr
    report = json.loads(imported.stdout)
    assert report["counts"]["tracks"] > 0
    assert stat.S_IMODE((data / "cli-account.json").stat().st_mode) == 0o600
    out = tmp_path / "out.prime.json"
    exported = command("export", report["project"], out, "--data", data)
    assert exported.returncode == 0, exported.stderr
    before, after = (json.loads(path.read_text())["state"] for path in (SONG, out))
    assert after == before
    midi = tmp_path / "out.mid"
    exported = command("export", report["project"], midi, "--data", data)
    assert exported.returncode == 0, exported.stderr
    assert "not kept, or changed where a line says so:" in exported.stderr
    assert read_song(midi).counts.notes > 0


def test_an_export_into_no_directory_says_so(tmp_path: Path) -> None:
    done = command("export", PROJECT, tmp_path / "nowhere" / "x.mid", "--data", tmp_path / "data")
    assert done.returncode == 2
    assert "there is no directory" in done.stderr
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("words", [("import", SONG), ("export", PROJECT, "x.mid")])
def test_a_file_where_a_data_directory_is_to_be_is_a_line(
    tmp_path: Path, words: tuple[str | Path, ...]
) -> None:
    (tmp_path / "file").touch()
    done = command(*words, "--data", tmp_path / "file")
    assert (done.returncode, done.stderr) == (
        2,
        f"prime: --data: {tmp_path / 'file'} is no directory; name another\n",
    )


def test_an_export_over_a_directory_says_so(tmp_path: Path) -> None:
    (tmp_path / "x.mid").mkdir()
    done = command("export", PROJECT, tmp_path / "x.mid", "--data", tmp_path / "data")
    assert (done.returncode, "is a directory; name a file in it" in done.stderr) == (2, True)


def test_an_export_is_chosen_by_the_name_of_the_file() -> None:
    done = command("export", PROJECT, "song.wav")
    assert done.returncode == 2
    assert "name it .dawproject (for DAWs), .mid or .prime.json" in done.stderr


def test_the_report_names_what_is_lost_item_by_item(capsys: pytest.CaptureFixture[str]) -> None:
    [path] = (Path(__file__).parents[1] / "cases" / "dawproject").glob("d27-*")
    song = read_song(path)
    what = "devices that are not loaded, now switched off"
    report_import(Namespace(json=True), song, "A name", "a-project", 1)
    report = json.loads(capsys.readouterr().out)
    assert report["name"] == "A name"
    assert {"what": what, "count": 1, "items": ["Comp on T"]} in report["losses"]
    assert f"1 {what}" in report["problems"]
    report_import(Namespace(json=False), song, "A name", "a-project", 1)
    shown = capsys.readouterr()
    assert "".join(shown.err.split()).find("switchedoff:ComponT") > 0
    assert shown.out == "a-project\n"


@pytest.mark.parametrize(
    ("texts", "name"),
    [
        (("Mine", "Song"), "Mine"),
        ((None, "Two\nlines\u202e and \u200bmore"), "Two lines  and  more"),
        ((None, "\u2066\ufe0f\n", "song"), "song"),
        ((None, "n" * 200), "n" * 120),
        ((None, "\u0958" * 120), "\u0915\u093c" * 60),
        (("", "", "\u200d"), "Song"),
    ],
)
def test_E8_a_project_gets_a_name_that_the_server_takes(
    texts: tuple[str | None, ...], name: str
) -> None:
    assert _project_name(*texts) == name
    assert msgspec.convert({"name": name}, CreateProject).name == name


def test_names_do_not_speak_to_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    song = Song("Other")
    song.lost("comments of tracks", item="a\x1b[2J\nb")
    report_import(Namespace(json=False), song, "[/bold] \x1b[31m", "a-project", 1)
    shown = capsys.readouterr().err
    assert "[/bold]" in shown
    assert "\x1b" not in shown
    assert "1 \u00d7 comments of tracks: a [2J b" in shown


@pytest.mark.parametrize("case", ["lmms/*.mmp", "dawproject/*.dawproject"])
def test_a_song_that_names_itself_nowhere_is_named_by_all_of_its_file(
    case: str, tmp_path: Path
) -> None:
    names = set()
    for number, path in enumerate(sorted((Path(__file__).parents[1] / "cases").glob(case))[:40]):
        copy = tmp_path / f"night.drive.v{number}{path.suffix}"
        copy.write_bytes(path.read_bytes())
        with contextlib.suppress(BrokenSong):
            names.add(read_song(copy).name.partition(".v")[0])
    assert "night.drive" in names
    assert "night" not in names


def test_a_midi_file_too(tmp_path: Path) -> None:
    path = tmp_path / "night.drive.v2.mid"
    path.write_bytes(bytes.fromhex("4d546864 00000006 0000 0001 01e0 4d54726b 00000004 00ff2f00"))
    assert read_song(path).name == "night.drive.v2"


WRITERS = (write_dawproject, write_midi)


@pytest.mark.parametrize("write", WRITERS)
def test_an_export_tells_its_losses_in_words_with_what_is_meant(
    write: Callable[[Path, State], list[Loss]], tmp_path: Path
) -> None:
    """No collection with a property of ours, no stray dot; the tracks by their names."""
    state = a_state()
    state["lanes"]["lane_002"]["target"] = "channels/chan_one/solo"
    losses = write(tmp_path / "song.file", state)
    assert losses
    for loss in losses:
        assert not re.search(r"[a-z]\.\w|\.:", loss.what), loss.what
        assert len(loss.items) > 0 or not any(w in loss.what for w in ("lanes", "points", "clips"))
    names = {str(track["name"]) for track in state["tracks"].values()}
    assert any(name in item for loss in losses for item in loss.items for name in names)


def test_a_long_name_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    name = "Night drive through the whole city " * 3
    report_import(Namespace(json=False), Song("Other"), name, "a-project", 1)
    assert name.strip() in capsys.readouterr().err


@pytest.mark.parametrize("as_json", [False, True])
def test_where_stdout_cannot_be_written_the_id_is_told_all_the_same(
    as_json: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with open("/dev/full", "w") as full, monkeypatch.context() as patched:
        patched.setattr(sys, "stdout", full)
        with pytest.raises(OSError, match="No space left"):
            report_import(Namespace(json=as_json), Song("Song"), "Song", "a-project", 1)
        full_fd = os.open(os.devnull, os.O_WRONLY)
        os.dup2(full_fd, full.fileno())  # what it still holds goes nowhere when it is closed
        os.close(full_fd)
    assert capsys.readouterr().err.endswith("the project is there: a-project\n")
    monkeypatch.setattr(sys, "stdout", None)
    report_import(Namespace(json=as_json), Song("Song"), "Song", "a-project", 1)
    monkeypatch.undo()
    assert capsys.readouterr().err.endswith("the project is there: a-project\n")


def test_ctrl_c_where_a_password_is_typed_ends_it_at_once() -> None:
    """On a terminal of its own, where the word asks."""
    child, terminal = pty.fork()
    if not child:
        os.environ.pop("PRIME_PASSWORD", None)
        os.chdir(ROOT)
        words = [
            "-m",
            "files",
            "import",
            str(SONG),
            "--url",
            "ws://127.0.0.1:1",
            "--email",
            "a@b.c",
        ]
        os.execv(sys.executable, [sys.executable, *words])
    said = b""
    with contextlib.suppress(OSError):  # as the end of a terminal is told
        while piece := os.read(terminal, 4_096):
            said += piece
            if said.endswith(b"password: "):
                os.write(terminal, b"\x03")
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 130
    assert b"prime: interrupted" in said
