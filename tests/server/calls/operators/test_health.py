"""Operators see how nodes fare, how long things take, and what went wrong, by both doors."""

import json
from pathlib import Path
from typing import Any

import pytest

from machine.sockets.certificate_authority import DAY, CertificateAuthority
from persistence.backups import backup_runs
from persistence.errors import Unavailable
from persistence.pool import Database
from persistence.tables import mail_outbox
from persistence.tables.mail_outbox import Figures
from schema.operating.event_kinds import EVENT_KINDS
from schema.server_limits import MAX_EVENTS
from server.events.events import EventSubject
from server.sockets.tls import TlsPair
from tests.server.calls.operators.conftest import Doors
from tests.server.conftest import Nodes, create_project, eventually
from tests.server.wire import JSON, Wire, marker

pytestmark = [pytest.mark.postgres, pytest.mark.node]

LATENCIES = ("ack", "commit", "call", "join", "loop_late")


async def nodes_of(doors: Doors) -> dict[str, dict[str, Any]]:
    """Each node's health, by its name."""
    told = await doors.by_call("health")
    assert told["silent"] == []
    return {row["node"]: row for row in told["nodes"]}


async def in_a_room(doors: Doors) -> tuple[Wire, str]:
    ann = await doors.near.musician("ann")
    project = await create_project(ann, "Song")
    await ann.join(project)
    assert (await ann.edit(project, marker("marker_01")))["t"] == "ack"
    return ann, project


async def test_R95_the_age_of_the_last_backup_is_that_of_now(
    doors: Doors, database_url: str
) -> None:
    """Nodes look once a minute; who asks just after a backup hears of it."""
    row = (await nodes_of(doors))[doors.near.hub.node]
    assert (row["backup_age_ms"], row["rehearsal_age_ms"]) == (None, None)
    await backup_runs.note(database_url, backup_runs.BackupRun("backup", "a.dump", 1.0, 5))
    rows = await nodes_of(doors)
    assert all(row["backup_age_ms"] >= 0 for row in rows.values())
    assert all(row["rehearsal_age_ms"] is None for row in rows.values())


async def test_R95_without_a_database_the_node_that_is_asked_says_what_it_knows(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a full disk: questions to other nodes cannot be stored."""

    async def refused(*_: object) -> str:
        raise Unavailable("could not extend file: No space left on device")

    _, project = await in_a_room(doors)
    doors.far.server.foundation.metrics.count("outages.journal", 1, EventSubject(project))
    monkeypatch.setattr("persistence.tables.operating.node_questions.ask", refused)
    told = await doors.by_machine("health")
    assert [row["node"] for row in told["nodes"]] == [doors.far.hub.node]
    assert "No space left on device" in told["database_error"]
    events = await doors.by_machine("events")
    assert {event["node"] for event in events["events"]} == {doors.far.hub.node}
    assert "No space left on device" in events["database_error"]
    monkeypatch.setattr("persistence.tables.studio_projects.names_of", refused)
    monkeypatch.setattr("persistence.backups.backup_runs.ages", refused)
    [event] = (await doors.by_machine("events", kind="outages.journal"))["events"]
    assert (event["project"], event["project_name"]) == (project, "")
    assert len((await doors.by_machine("health"))["nodes"]) == 1
    monkeypatch.undo()
    assert (await doors.by_machine("health"))["database_error"] == ""


async def test_R95_each_node_says_how_it_fares(doors: Doors) -> None:
    await in_a_room(doors)
    near, far = doors.near.hub.node, doors.far.hub.node
    rows = await nodes_of(doors)
    assert rows.keys() == {near, far}
    row = rows[near]
    assert (row["is_ready"], row["says"], row["troubles"]) == (True, "ready", [])
    assert {lane["lane"] for lane in row["lanes"]} == {*doors.near.server.foundation.db.by_name}
    assert all(0 <= lane["busy"] <= lane["open"] <= lane["most"] for lane in row["lanes"])
    assert (row["deltas_waiting"], row["outbox_bytes"], row["calls_waiting"]) == (0, 0, 0)
    assert row["calls_running"] >= 1  # this one
    for word in LATENCIES[:-1]:
        assert row[word]["count"] >= 1, word
        assert 0 < row[word]["p50_ms"] <= row[word]["p99_ms"], word
    assert row["ack"]["count"] == sum(row["ack"]["counts"]) == 1
    assert len(row["ack"]["counts"]) == len(row["ack"]["upto_ms"]) + 1
    assert rows[far]["ack"] == rows[far]["ack"] | {"count": 0, "p50_ms": None, "p99_ms": None}
    assert {row["node"] for row in (await doors.by_machine("health"))["nodes"]} == {near, far}
    for _ in range(2):
        doors.near.server.turn_durations()
    assert (await nodes_of(doors))[near]["ack"]["count"] == 0


async def test_R100_a_node_says_how_long_mails_wait_and_how_old_the_newest_backup_is(
    doors: Doors, database: Database
) -> None:
    near = doors.near.hub.node
    before = (await nodes_of(doors))[near]
    assert before["backup_age_ms"] is before["rehearsal_age_ms"] is None
    assert before["sends_mail"] is False
    await database.execute(
        "INSERT INTO backup_runs (kind, name, ended_at, seconds, bytes)"
        " VALUES ('backup', 'of a test', now() - interval '3 hours', 1, 1)"
    )
    await doors.near.server.backups.look()
    doors.near.server.mail.figures = Figures(waiting_count=2, oldest_seconds=90.0)
    row = (await nodes_of(doors))[near]
    assert 10_800_000 <= row["backup_age_ms"] < 11_000_000
    assert row["rehearsal_age_ms"] is None
    assert (row["mails_waiting"], row["oldest_mail_ms"]) == (2, 90_000)


async def test_R100_a_node_says_how_old_its_count_of_mails_is(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    near, mail = doors.near.hub.node, doors.near.server.mail
    monkeypatch.setattr(mail, "_figures_at", None)
    assert (await nodes_of(doors))[near]["mails_counted_ms_ago"] is None
    monkeypatch.setattr(mail, "_counted_at", float("-inf"))
    await mail.look()
    counted_at = mail._figures_at
    assert counted_at is not None
    monkeypatch.setattr(mail, "_figures_at", counted_at - 100)
    assert (await nodes_of(doors))[near]["mails_counted_ms_ago"] >= 100_000

    async def away(db: object) -> Figures:
        raise Unavailable("the database is away")

    monkeypatch.setattr(mail_outbox, "figures", away)
    monkeypatch.setattr(mail, "_counted_at", float("-inf"))
    with pytest.raises(Unavailable):
        await mail.look()
    assert mail._figures_at == counted_at - 100, "a count that failed makes the old one no newer"


async def test_R100_a_node_says_whether_mail_goes_and_how_long_its_certificate_is_good(
    doors: Doors,
) -> None:
    near = doors.near.hub.node
    row = (await nodes_of(doors))[near]
    assert (row["mail_up"], row["certificate_left_ms"]) == (True, None)
    doors.near.server.mail.is_up = False
    assert (await nodes_of(doors))[near]["mail_up"] is False


async def test_R100_of_a_certificate_it_is_told_how_long_it_is_good(
    doors: Doors, nodes: Nodes, tmp_path: Path
) -> None:
    authority = CertificateAuthority(tmp_path)
    authority.write("127.0.0.1", lasts=3 * DAY)
    third = await nodes.start(tls=TlsPair(authority.certificate, authority.key))
    left = (await nodes_of(doors))[third.hub.node]["certificate_left_ms"]
    assert 2.9 * 86_400_000 < left <= 3 * 86_400_000


async def test_R95_what_a_node_cannot_do_is_named_with_its_alarm(doors: Doors) -> None:
    await in_a_room(doors)
    near = doors.near.hub.node
    doors.near.hub.commits.is_degraded = True
    doors.near.hub.bus.is_up = False
    await doors.by_machine("maintenance", mode="read_only", message="Back at nine.")
    await doors.by_machine("drain", node=doors.far.hub.node)
    rows = await nodes_of(doors)
    found = {trouble["what"]: trouble for trouble in rows[near]["troubles"]}
    assert found.keys() == {"database", "bus", "maintenance"}
    assert (rows[near]["is_ready"], rows[near]["says"]) == (False, "database unavailable")
    assert (found["database"]["alarm"], found["database"]["bad"]) == ("PrimeCannotCommit", True)
    assert (found["bus"]["alarm"], found["bus"]["bad"]) == ("PrimeBusDown", True)
    assert found["maintenance"]["bad"] is False
    assert "Back at nine." in found["maintenance"]["says"]
    drained = {trouble["what"] for trouble in rows[doors.far.hub.node]["troubles"]}
    assert drained == {"draining", "maintenance"}


async def test_R95_a_node_that_cannot_write_is_not_ready(doors: Doors) -> None:
    doors.near.server.node_row.is_written = False
    assert doors.near.server.readiness.now() == (False, "database unavailable")
    await doors.near.server.operator_orders.look()
    is_ready, _ = doors.near.server.readiness.now()
    assert is_ready


async def test_R96_what_went_wrong_is_told_with_when_where_and_what_it_means(doors: Doors) -> None:
    ann, project = await in_a_room(doors)
    far = await doors.second_device(ann)
    await far.send_raw(b"nonsense")
    await far.until("error")
    again = await doors.near.again(ann)  # the same device once more: the first is replaced
    await again.join(project)
    await ann.closed(4500)
    told = await doors.by_machine("events")
    assert told == await doors.by_call("events")
    assert (told["silent"], told["next"]) == ([], None)
    events = {event["kind"]: event for event in told["events"]}
    assert events.keys() >= {"bad_messages", "closed_connections.replaced"}
    replaced, bad = events["closed_connections.replaced"], events["bad_messages"]
    assert (replaced["node"], replaced["count"]) == (doors.near.hub.node, 1)
    assert (replaced["user"], replaced["name"]) == (ann.user, "ann")
    assert replaced["means"] == EVENT_KINDS["closed_connections.replaced"].means
    assert replaced["first_at"] <= replaced["at"]
    assert (replaced["project"], replaced["text"]) == ("", "")  # it has not moved in a room
    assert (bad["node"], bad["address"]) == (doors.far.hub.node, "127.0.0.1")


async def test_R96_an_outage_is_told_as_it_begins_and_when_it_is_over(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, project = await in_a_room(doors)
    journal = doors.near.server.foundation.journal
    append = journal.append
    failures: list[Exception] = [Unavailable("gone"), Unavailable("gone")]

    async def fails_twice(*asked: Any) -> Any:
        if failures:
            raise failures.pop()
        return await append(*asked)

    monkeypatch.setattr(journal, "append", fails_twice)
    await ann.propose(project, marker("marker_02"))
    await ann.until("ack")
    told = (await doors.by_call("events", kind="outages"))["events"]
    assert [event["kind"] for event in told] == ["outages.journal_over", "outages.journal"]
    assert [event["count"] for event in told] == [1, 1]
    assert told[1]["alarm"] == "PrimeCannotCommit"


async def test_R96_events_come_page_by_page_and_by_kind_project_and_node(doors: Doors) -> None:
    _, project = await in_a_room(doors)
    near, far = doors.near.metrics.events, doors.far.metrics.events
    for number in range(7):
        near.note("epoch_changed", EventSubject(project, text=str(number), address=str(number)))
        far.note("closed_connections.silent", EventSubject(address=str(number)))
    whole = (await doors.by_call("events", limit=200))["events"]
    assert len(whole) == 14
    pages, cursor = [], None
    while True:
        page = await doors.by_call("events", limit=3, **({"cursor": cursor} if cursor else {}))
        pages += page["events"]
        if (cursor := page["next"]) is None:
            break
    assert pages == whole
    assert [event["at"] for event in whole] == sorted((e["at"] for e in whole), reverse=True)
    of_song = (await doors.by_call("events", project=project))["events"]
    assert {(event["kind"], event["project_name"]) for event in of_song} == {
        ("epoch_changed", "Song")
    }
    assert len(of_song) == 7
    closed = (await doors.by_call("events", kind="closed_connections"))["events"]
    assert closed == (await doors.by_call("events", node=doors.far.hub.node))["events"]
    assert len(closed) == 7
    assert (await doors.by_call("events", kind="silent"))["events"] == []
    answer = await doors.ada.call("operator.events", cursor="1/2")
    assert (answer["code"], answer["details"]) == ("validation", {"field": "cursor"})


async def test_R96_the_largest_page_is_no_large_reply(doors: Doors) -> None:
    for node in (doors.near, doors.far):
        for number in range(2 * MAX_EVENTS):
            long = str(number).ljust(300, "\N{EIGHTH NOTE}")
            about = EventSubject("", long, long, long, long, "\N{EIGHTH NOTE}" * 1_000)
            node.metrics.events.note("bad_tokens", about)
    told = await doors.by_call("events", limit=200)
    assert len(told["events"]) == 200
    assert len(json.dumps(told, ensure_ascii=False).encode()) < 512 * 1_024


async def test_R97_rooms_say_how_long_things_take_and_the_fullest_come_first(doors: Doors) -> None:
    ann, project = await in_a_room(doors)
    quiet = await create_project(ann, "Quiet")
    await ann.join(quiet)
    for number in range(3):
        presence = {"t": "presence", "project": project, "cursor": {"time": float(number)}}
        live, before = (
            doors.near.hub.rooms[project],
            doors.near.hub.rooms[project].room.ticks.last_tick_at,
        )
        await ann.send(presence)

        async def told(live: Any = live, before: float = before) -> bool:
            return bool(live.room.ticks.last_tick_at > before)

        assert await eventually(told)
    doors.near.server.turn_durations()
    rows = (await doors.by_call("rooms", order="load"))["rooms"]
    assert [row["project"] for row in rows] == [project, quiet]
    row = rows[0]
    assert 0 < row["ack_p50_ms"] <= row["ack_p99_ms"]
    assert 0 < row["tick_gap_p50_ms"] <= row["tick_gap_p99_ms"] <= 1_000
    assert row["deltas_a_second"] > 0
    assert row["ticks_a_second"] > 0
    assert row["sends_a_second"] >= row["ticks_a_second"]
    assert (rows[1]["ack_p50_ms"], rows[1]["sends_a_second"]) == (None, 0)
    [fullest] = (await doors.by_call("rooms", order="load", limit=1))["rooms"]
    assert fullest == row
    refused = await doors.ada.call("operator.rooms", order="load", cursor=project)
    assert (refused["code"], refused["details"]) == ("validation", {"field": "cursor"})
    shown = await doors.by_call("room", project=project)
    assert shown["ack"]["count"] == 1
    assert shown["tick_gap"]["count"] == 2


async def test_R97_a_room_on_two_nodes_is_one_with_the_worse_latency(doors: Doors) -> None:
    ann, project = await in_a_room(doors)
    far = await doors.second_device(ann)
    await far.join(project)
    for node, seconds in ((doors.near, 0.3), (doors.far, 1.5)):
        node.hub.rooms[project].acks.observe(seconds)
    [row] = (await doors.by_call("rooms"))["rooms"]
    assert row["members"] == 2
    assert row["ack_p99_ms"] > 1_000
    assert (await doors.by_call("room", project=project))["ack"]["count"] == 3


async def test_R97_a_member_says_what_program_it_is_and_how_far_behind(doors: Doors) -> None:
    ann, project = await in_a_room(doors)
    bob = await doors.near.connect(JSON)
    said = {"device": "phone", "client": "Studio 4.2", "token": ann.tokens["access_token"]}
    await bob.send({"t": "hello", "versions": [1]} | said)
    await bob.expect("welcome")
    await bob.join(project)
    [first, second] = (await doors.by_call("room", project=project))["members"]
    assert (first["client"], first["codec"], first["behind"]) == ("", "prime.v1.msgpack", 0)
    assert (second["client"], second["codec"]) == ("Studio 4.2", "prime.v1.json")
    assert 0 < second["round_trip_ms"] < 1_000
    [connection] = [each for each in doors.near.connections.values() if each.codec.name == JSON]
    connection.abort("slow_reader")
    [cut] = (await doors.by_call("events", kind="aborted_connections"))["events"]
    assert (cut["text"], cut["user"], cut["alarm"]) == (
        "Studio 4.2",
        ann.user,
        "PrimeCutsMusiciansOff",
    )


async def test_R98_an_account_knows_whether_it_is_an_operators(doors: Doors) -> None:
    ann = await doors.near.musician("ann")
    assert (await ann.result("account.get"))["is_operator"] is False
    assert (await doors.ada.result("account.get"))["is_operator"] is True
    changed = await ann.call("account.update", version=1, is_operator=True)
    assert changed["code"] == "validation"
