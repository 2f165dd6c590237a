"""One core for the server, the rest for the load."""

import os
import subprocess
import sys

import pytest

from loadtest.nodes.cores import Cores, divide


def test_the_server_has_a_core_of_its_own() -> None:
    assert divide([0, 1]) == Cores(server=(1,), load=(0,))
    assert divide([3, 0, 5]) == Cores(server=(5,), load=(0, 3))
    assert divide([0, 1]).in_words == "server pinned to core 1, load to 0"


def test_a_single_core_is_shared_and_said_to_be() -> None:
    cores = divide([0])
    assert not cores.is_divided
    assert "nothing pinned" in cores.in_words


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no affinity on this system")
def test_a_process_is_moved_with_its_children() -> None:
    code = "import subprocess, sys; subprocess.run(['sleep', '30'])"
    parent = subprocess.Popen([sys.executable, "-c", code], start_new_session=True)
    try:
        cores = divide()
        if not cores.is_divided:
            pytest.skip("this machine has one core")
        while not (
            children := subprocess.run(
                ["pgrep", "-P", str(parent.pid)], capture_output=True, text=True, check=False
            ).stdout.split()
        ):
            pass
        cores.pin_server(parent.pid)
        assert os.sched_getaffinity(parent.pid) == set(cores.server)
        assert os.sched_getaffinity(int(children[0])) == set(cores.server)
    finally:
        os.killpg(parent.pid, 9)
        parent.wait()
