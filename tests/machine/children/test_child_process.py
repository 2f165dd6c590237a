import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from machine.children import child_process
from machine.children.child_directory import (
    DirectoryLock,
    copy_for_all,
    processes_in,
    socket_directory,
    stop_leftovers,
)
from machine.children.child_process import (
    HELPS,
    ChildUser,
    Launcher,
    ServerUnavailable,
    child_user,
    helped,
    log_tail,
    open_log,
)

NOBODY = ChildUser("nobody", 65534, 65534)

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give itself up")
needs_setpriv = pytest.mark.skipif(
    child_process.setpriv_path() is None, reason="without setpriv nothing tells a child"
)


def wait_for(fact: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)


def is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def plain_launcher() -> Launcher:
    return Launcher(None, [])


def test_a_directory_has_one_holder_and_the_refused_one_learns_who(tmp_path: Path) -> None:
    with (
        DirectoryLock(tmp_path / "lock"),
        pytest.raises(ServerUnavailable, match=rf"Process {os.getpid()} already runs"),
    ):
        DirectoryLock(tmp_path / "lock").take()


def test_a_released_directory_can_be_taken_again(tmp_path: Path) -> None:
    for _ in range(2):
        with DirectoryLock(tmp_path / "lock"):
            pass


def test_a_child_does_not_inherit_the_lock(tmp_path: Path) -> None:
    lock = DirectoryLock(tmp_path / "lock")
    lock.take()
    child = plain_launcher().start(["sleep", "60"], tmp_path / "log", signal.SIGTERM)
    lock.release()
    DirectoryLock(tmp_path / "lock").take()
    child.stop()


def test_a_data_directory_that_cannot_be_written_is_explained(tmp_path: Path) -> None:
    with pytest.raises(ServerUnavailable, match="Choose another data directory"):
        DirectoryLock(tmp_path / "missing" / "lock").take()


def test_a_child_that_ends_early_is_reported_with_its_last_words(tmp_path: Path) -> None:
    command = ["sh", "-c", "echo the disk is full; exit 3"]
    child = plain_launcher().start(command, tmp_path / "log", signal.SIGTERM)
    with pytest.raises(ServerUnavailable, match=r"(?s)status 3.*the disk is full"):
        child.wait_until(lambda: False, 5, "Thing")


def test_a_child_that_is_never_ready_is_reported(tmp_path: Path) -> None:
    child = plain_launcher().start(["sleep", "60"], tmp_path / "log", signal.SIGTERM)
    with pytest.raises(ServerUnavailable, match="not ready"):
        child.wait_until(lambda: False, 0.05, "Thing")
    child.stop()


def test_a_child_that_ignores_every_signal_is_killed(tmp_path: Path) -> None:
    command = ["sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 0.05; done"]
    child = plain_launcher().start(command, tmp_path / "log", signal.SIGTERM)
    wait_for(lambda: "deaf" in log_tail(tmp_path / "log"))
    child.stop((signal.SIGTERM, 0.1))
    assert not child.is_running


def test_servers_start_from_the_main_thread_only(tmp_path: Path) -> None:
    errors: list[Exception] = []

    def start() -> None:
        try:
            plain_launcher().start(["sleep", "60"], tmp_path / "log", signal.SIGTERM)
        except RuntimeError as error:
            errors.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert len(errors) == 1


@needs_setpriv
def test_a_child_dies_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    program = (
        "import signal, sys, pathlib, time\n"
        "from machine.children.child_process import Launcher\n"
        "log = pathlib.Path(sys.argv[1])\n"
        "print(Launcher(None, []).start(['sleep', '60'], log, signal.SIGTERM).pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "log")],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )
    with parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert is_alive(child)
        parent.kill()
    wait_for(lambda: not is_alive(child))


def test_leftovers_are_found_by_name_and_directory_and_stopped(tmp_path: Path) -> None:
    with (
        subprocess.Popen(["sleep", "60"], cwd=tmp_path) as leftover,
        subprocess.Popen(["tail", "-f", "/dev/null"], cwd=tmp_path) as stranger,
    ):
        wait_for(lambda: [p.pid for p in processes_in(tmp_path, "sleep")] == [leftover.pid])
        stop_leftovers(tmp_path, "sleep", (signal.SIGTERM, 60.0))
        assert leftover.wait(60) == -signal.SIGTERM
        assert stranger.poll() is None
        stranger.kill()


def test_a_long_log_is_kept_once_and_begun_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child_process, "LOG_BYTES_KEPT", 4)
    log = tmp_path / "server.log"
    for text in (b"first run\n", b"second run\n"):
        with open_log(log) as output:
            output.write(text)
    assert log.read_bytes() == b"second run\n"
    assert (tmp_path / "server.old.log").read_bytes() == b"first run\n"


def test_a_plain_user_stays_who_they_are(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert child_user(tmp_path) is None


@needs_root
def test_root_runs_a_server_as_the_owner_of_its_data(tmp_path: Path) -> None:
    os.chown(tmp_path, NOBODY.uid, NOBODY.gid)
    user = child_user(tmp_path)
    assert user is not None
    assert user.uid == NOBODY.uid


@needs_root
@needs_setpriv
def test_a_child_without_root_reaches_what_lies_below_a_closed_directory(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    (closed / "data").mkdir(parents=True)
    closed.chmod(0o700)
    launcher = Launcher(NOBODY, [closed / "data"])
    answer = launcher.run(["sh", "-c", f"id -u; ls -d {closed}/data; touch {closed}/data/x"])
    assert answer.stdout.splitlines()[:2] == ["65534", f"{closed}/data"]
    assert answer.returncode != 0, "it may read and search, but not write what is not its own"


@needs_root
@needs_setpriv
def test_a_child_without_root_reaches_what_lies_in_a_directory_that_is_itself_closed() -> None:
    closed = Path(tempfile.mkdtemp(dir="/tmp"))  # mode 700, below an open one
    try:
        (closed / "data").mkdir()
        assert Launcher(NOBODY, [closed]).run(["ls", str(closed)]).stdout == "data\n"
    finally:
        shutil.rmtree(closed)


@needs_root
def test_a_directory_out_of_reach_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o700)
    (tmp_path / "data").mkdir()
    monkeypatch.setattr(child_process, "SEARCH_CAPABILITIES", ())
    with pytest.raises(ServerUnavailable, match="User nobody may not enter"):
        Launcher(NOBODY, [tmp_path / "data"])


@needs_root
def test_without_setpriv_root_is_given_up_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_process, "setpriv_path", lambda: None)
    assert Launcher(NOBODY, [Path("/")]).run(["id", "-u"]).stdout == "65534\n"


@needs_root
def test_a_strangers_socket_directory_is_refused(tmp_path: Path) -> None:
    launcher = plain_launcher()
    directory = socket_directory(tmp_path, launcher)
    try:
        assert directory.stat().st_mode & 0o777 == 0o700
        assert len(str(directory)) < 80
        os.chown(directory, 12345, 12345)
        with pytest.raises(ServerUnavailable, match="belongs to somebody else"):
            socket_directory(tmp_path, launcher)
    finally:
        directory.rmdir()


@needs_root
def test_binaries_out_of_reach_can_be_copied_to_where_they_are_not(tmp_path: Path) -> None:
    source = tmp_path / "site"
    (source / "package" / "bin").mkdir(parents=True)
    (source / "package" / "bin" / "tool").write_text("#!/bin/sh\necho ran\n")
    (source / "package" / "bin" / "tool").chmod(0o755)
    copy = copy_for_all(source, ["package/bin"])
    try:
        assert copy_for_all(source, ["package/bin"]) == copy
        tool = copy / "package" / "bin" / "tool"
        assert Launcher(NOBODY, [tool]).run([str(tool)]).stdout == "ran\n"
    finally:
        subprocess.run(["rm", "-r", str(copy)], check=True)


@pytest.mark.parametrize("part", [part for part, _ in HELPS])
def test_what_a_server_says_as_it_fails_comes_with_what_helps(part: str) -> None:
    assert helped(f"initdb: error: {part}.").startswith(f"initdb: error: {part}; ")
    assert helped("nobody knows") == "nobody knows"
