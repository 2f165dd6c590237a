"""The figures of a row, from known counts."""

from array import array
from typing import Any

import pytest

from loadtest.load.cursor_job import Job, Measurement
from loadtest.load.generators import Loaded, shared_out
from loadtest.nodes.cores import Cores
from loadtest.nodes.server_watch import Cost
from loadtest.peers.relays import PlainRelay
from loadtest.reports.cursor_figures import notes_of, row_of


def job(**changes: Any) -> Job:
    fields: dict[str, Any] = {
        "dialect": PlainRelay,
        "urls": ("ws://one", "ws://two"),
        "rooms": (0, 1, 2, 3),
        "size": 50,
        "hz": 30.0,
        "warm_up": 1.0,
        "seconds": 10.0,
        "cores": Cores((1,), (0,)),
    }
    return Job(**fields | changes)


def loaded(**changes: Any) -> Loaded:
    fields: dict[str, Any] = {
        "latency_ms": array("d", range(1, 101)),
        "lag_ms": array("d", [1.0] * 100),
        "due": 60_000,
        "sent": 60_000,
        "delivered": 2_000_000.0,
        "received_bytes": 200_000_000,
        "timed_of": 100,
        "cpu_seconds": 2.0,
    }
    cost = Cost(cpu_seconds=5.0, beside_cpu_seconds=0.5, others_cpu_seconds=0.2, rss_mb=64.0)
    return Loaded(job(), Measurement(**fields | changes), cost, 1)


def test_a_row() -> None:
    row = row_of(loaded())
    assert row["updates_per_cpu_s"] == 400_000
    assert row["delivered_per_s"] == 200_000
    assert row["offered_per_s"] == 294_000
    assert row["bytes_per_update"] == 100.0
    assert (row["p50_ms"], row["p99_ms"]) == (50.0, 99.0)
    assert (row["cpu_percent"], row["database_cpu_percent"]) == (50.0, 5.0)
    assert (row["arrived_share"], row["decoded_share"]) == (1.0, 0.08)
    assert row["sustained"] is True
    assert notes_of([{"peer": "x"} | row], "peer") == []


@pytest.mark.parametrize(
    "measured",
    [
        {"lag_ms": array("d", [1.0] * 90 + [51.0] * 10)},
        {"cpu_seconds": 9.5},
        {"sent": 50_000},
        {"lag_ms": array("d")},
    ],
    ids=["late", "busy", "behind", "never began"],
)
def test_a_load_that_the_generator_cannot_sustain_is_said_to_be_so(measured: Any) -> None:
    row = row_of(loaded(**measured))
    assert row["sustained"] is False
    assert "could not sustain" in notes_of([{"peer": "x"} | row], "peer")[0]


def test_latencies_of_a_server_that_falls_behind_are_said_to_be_too_short() -> None:
    row = row_of(loaded(timed_of=400))
    assert row["arrived_share"] == 0.25
    (note,) = notes_of([{"peer": "x"} | row], "peer")
    assert note.startswith("x: 75% of the updates had not arrived")


def test_a_server_that_delivers_nothing_has_no_latencies() -> None:
    row = row_of(loaded(delivered=0.0, latency_ms=array("d")))
    assert (row["updates_per_cpu_s"], row["p99_ms"], row["bytes_per_update"]) == (0, None, None)


def test_members_sit_on_the_nodes_in_turn_or_rooms_do() -> None:
    assert [job().node_of(0, member) for member in range(4)] == [0, 1, 0, 1]
    whole = job(room_by_room=True)
    assert {whole.node_of(1, member) for member in range(50)} == {1}


def test_a_load_is_shared_out_by_rooms_over_the_cores_there_are() -> None:
    parts = shared_out(job(cores=Cores((3,), (0, 1, 2))))
    assert [part.rooms for part in parts] == [(0, 3), (1,), (2,)]
    assert len(shared_out(job(rooms=(0,), cores=Cores((3,), (0, 1, 2))))) == 1
