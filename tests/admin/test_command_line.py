"""`./run admin`, word by word, by both doors, at a running node."""

import argparse
import asyncio
import contextlib
import io
import json
import sys
from collections.abc import Sequence
from typing import Any

import pytest
from rich.table import Table

from admin import answer_tables, call_door
from admin import commands as command
from admin.answer_tables import Show, audit, in_bytes, room
from admin.commands import as_typed, parser
from admin.door import NotDone
from admin.health_tables import events, health
from admin.subcommands import SUBCOMMANDS, duration_ms
from persistence.pool import Database
from schema.operating.operator_calls import OPERATOR_METHODS
from tests.admin.test_health_findings import ROW
from tests.server.conftest import Node, create_project

MAKE = "UPDATE prime_users SET is_operator = true WHERE id = $1"
LOGINS_OF_COMMANDS = """
SELECT count(*) FROM auth_sessions WHERE device = 'admin' AND revoked_at IS NULL
"""
NOWHERE = "00000000-0000-4000-8000-000000000000"


def ran(*words: str) -> tuple[int, str, str]:
    """Exit code, stdout (with the log of the node of the test before it) and stderr."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = command.main(words)
        except SystemExit as end:
            code = int(end.code or 0)
    return code, out.getvalue(), err.getvalue()


async def asked(*words: str) -> tuple[int, str, str]:
    return await asyncio.to_thread(ran, *words)


def words_of(project: str, user: str, node: str) -> dict[str, Sequence[str]]:
    """Each word, with what it takes, in an order in which each has something to do."""
    return {
        "nodes": (),
        "health": (),
        "events": ("--limit", "5"),
        "rooms": ("--limit", "5", "--order", "load"),
        "room": (project,),
        "logins": (user,),
        "close-room": (project, "--reason", "It grows.", "--for", "2h"),
        "closed-rooms": (),
        "open-room": (project,),
        "read-only": ("Back at nine.",),
        "read-write": (),
        "sizes": ("--projects", "3"),
        "slow-calls": ("--per-method", "1"),
        "audit": ("--limit", "5"),
        "kick": ("user", user, "--reason", "Your laptop was stolen."),
        "drain": (node,),
        "undrain": (node,),
    }


@pytest.mark.postgres
@pytest.mark.node
async def test_every_word_by_the_socket(node: Node) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann, "[bold]Song")
    await ann.join(project)
    assert node.server.admin_socket.path is not None
    door = ("--socket", str(node.server.admin_socket.path.parent))
    words = words_of(project, "ann", node.hub.node)
    assert words.keys() == {word.name for word in SUBCOMMANDS}
    shown: dict[str, str] = {}
    for word, takes in words.items():
        code, out, err = await asked(word, *takes, "--yes", *door)
        assert (code, err) == (0, ""), word
        shown[word] = out
    assert "[bold]Song" in shown["rooms"]
    assert "127.0.0.1" in shown["room"]
    assert "is closed since" in shown["close-room"]
    assert "It grows." in shown["closed-rooms"]
    assert "Nobody edits" in shown["read-only"]
    assert "room_opened" in shown["audit"]
    assert "Ended: 1 login. " in shown["kick"]
    code, _, err = await asked("room", NOWHERE, "--json", *door)
    assert (code, len(err.splitlines())) == (1, 1)
    code, out, _ = await asked("nodes", "--json", *door)
    assert [row["node"] for row in json.loads(out.splitlines()[-1])["nodes"]] == [node.hub.node]


@pytest.mark.postgres
@pytest.mark.node
async def test_words_by_the_calls_of_an_operator(
    node: Node, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await node.musician("ada")
    project = await create_project(ada)
    door = ("--url", node.url, "--as", "ada@example.org")
    given: list[str] = []

    def typed(asks: str) -> str:
        given.append(asks)
        return "correct horse"

    monkeypatch.setattr(call_door, "read_secret_of_person", typed)
    code, _, err = await asked("rooms", *door)
    assert (code, "for operators" in err) == (1, True)
    assert await database.fetchval(LOGINS_OF_COMMANDS) == 0  # also where it was refused
    await database.execute(MAKE, ada.user)
    reason = "--reason", "It grows.", "--yes", "--json"
    code, out, _ = await asked("close-room", project, *reason, *door)
    assert (code, json.loads(out.splitlines()[-1])["reason"]) == (0, "It grows.")
    code, out, _ = await asked("open-room", project, *door)
    assert (code, out.splitlines()[-1]) == (0, "opened")
    assert given == ["Password of ada@example.org: "] * 3
    assert await database.fetchval(LOGINS_OF_COMMANDS) == 0
    monkeypatch.setattr(call_door, "read_secret_of_person", lambda asks: "wrong horse")
    code, _, err = await asked("rooms", *door)
    assert (code, len(err.splitlines())) == (1, 1)
    code, _, err = await asked("rooms", "--url", "not an address", "--as", "a@b.example")
    assert (code, "cannot connect" in err) == (1, True)


def test_a_password_crosses_no_network_in_the_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def typed(asks: str) -> str:
        asked.append(asks)
        raise NotDone("so far, and no farther")

    monkeypatch.setattr(call_door, "read_secret_of_person", typed)
    hosts = ("example.org", "10.0.0.7:8080", "[fd00::1]:8080", "localhost.example.org", "0.0.0.0")
    for host in hosts:
        for scheme in ("ws", "WS"):
            code, _, err = ran("rooms", "--url", f"{scheme}://{host}/v1", "--as", "a@b.example")
            assert (code, "in the clear" in err) == (2, True), host
    assert asked == []
    fine = ("wss://example.org", "ws://127.0.0.1:1", "ws://[::1]:1", "ws://localhost:1")
    for url in fine:
        code, _, err = ran("rooms", "--url", f"{url}/v1", "--as", "a@b.example")
        assert (code, "no farther" in err) == (1, True), url
    assert len(asked) == len(fine)


def test_words_that_are_wrong_end_with_2_and_a_sentence() -> None:
    for words in (
        (),
        ("no-such-word",),
        ("rooms", "--as", "ada@example.org"),
        ("rooms", "--url", "wss://example.org/v1"),
        ("close-room", NOWHERE),
        ("close-room", NOWHERE, "--reason", "x", "--for", "soon"),
        ("kick", "nobody", "ann", "--reason", "x"),
    ):
        code, out, err = ran(*words)
        assert (code, out) == (2, ""), words
        assert err, words


def test_every_call_of_operators_has_a_word_with_an_example() -> None:
    assert {word.method for word in SUBCOMMANDS} == OPERATOR_METHODS.keys()
    for word in SUBCOMMANDS:
        code, out, _ = ran(word.name, "--help")
        told = " ".join(out.split())
        assert (code, "For example: ./run admin" in told) == (0, True), word.name


def test_what_ends_something_for_people_is_asked_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    asking = {word.name for word in SUBCOMMANDS if word.asks}
    assert asking == {"kick", "close-room", "read-only", "drain"}
    for said, code in (("n\n", 130), ("", 130), ("yes\n", 1)):
        monkeypatch.setattr(sys, "stdin", Terminal(said))
        ended, _, err = ran("drain", "near", "--socket", "/nowhere/at/all")
        assert (ended, "Go on? [y/N]" in err) == (code, True), said
    ended, _, err = ran("drain", "near", "--yes", "--socket", "/nowhere/at/all")
    assert (ended, "Go on?" in err) == (1, False)


def test_what_is_not_done_everywhere_ends_with_1(monkeypatch: pytest.MonkeyPatch) -> None:
    now: dict[str, Any] = {"mode": "read_only", "message": "x", "began_at": 0}
    for told, code in (({"unknown": 3}, 1), ({"silent": ["far"]}, 1), ({"silent": []}, 0)):
        monkeypatch.setattr(command, "door_of", lambda _, told=told: Answers(now | told))
        for more in ((), ("--json",)):
            ended, out, err = ran("read-only", "x", "--yes", *more)
            assert (ended, "not everywhere" in err) == (code, code == 1), told
            assert not code or "Nobody edits, since" not in out


class Answers:
    def __init__(self, result: dict[str, Any]) -> None:
        self._result = result

    def ask(self, method: str, params: object) -> dict[str, Any]:
        return self._result


def test_without_a_terminal_it_takes_yes_to_end_something_for_people(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    takes = {
        "kick": ("user", "ann", "--reason", "x"),
        "close-room": (NOWHERE, "--reason", "x"),
        "read-only": ("x",),
        "drain": ("near",),
    }
    assert takes.keys() == {word.name for word in SUBCOMMANDS if word.asks}
    for said in ("", "n\n", "y\n"):  # what is piped is no answer
        for word, more in takes.items():
            monkeypatch.setattr(sys, "stdin", io.StringIO(said))
            code, out, err = ran(word, *more, "--socket", "/nowhere/at/all")
            assert (code, out, "--yes" in err) == (2, "", True), word


def test_times_have_a_unit() -> None:
    assert [duration_ms(text) for text in ("90s", "15m", "2h", "7d")] == [
        90_000, 900_000, 7_200_000, 604_800_000,
    ]  # fmt: skip
    for text in ("", "2", "-1h", "31d", "1.5h", "0s", "2 h"):
        with pytest.raises(argparse.ArgumentTypeError):
            duration_ms(text)


def test_names_of_people_do_nothing_to_a_terminal() -> None:
    entry: dict[str, Any] = {
        "at": 0, "event": "login_failed", "count": 3, "user": None, "actor": None,
        "project": None, "address": None, "details": {"device": "\x1b[31mred[/bold]"},
    }  # fmt: skip
    [table] = audit({"entries": [entry], "next": None})
    cells = [str(cell) for column in table.columns for cell in column.cells]  # type: ignore[union-attr]
    assert not any("\x1b" in cell for cell in cells)
    shown = {"name": "\x1b[2J", "project": NOWHERE, "entities": 0, "bytes": 0, "seq": 0}
    first = next(room(shown | {"closed": None, "members": [], "clipped": False}))
    assert "\x1b" not in str(first)


@pytest.mark.parametrize(
    ("ago", "words"), [(None, "Mails that wait: none"), (180_000, "none (counted 3 minutes ago)")]
)
def test_health_says_how_old_its_count_of_mails_is(ago: float | None, words: str) -> None:
    row = ROW | {"mails_counted_ms_ago": ago}
    nothing: dict[str, Any] = {"nodes": [row], "silent": []}
    [mails] = [line for line in map(str, health(nothing)) if line.startswith("Mails")]
    assert mails.endswith(words)


def test_health_without_a_database_says_why_and_nothing_reassuring() -> None:
    nothing: dict[str, Any] = {"nodes": [], "silent": [], "events": [], "next": None}
    for show in (health, events):
        why = next(show(nothing | {"database_error": "\x1b[2Jno space"}))
        assert str(why).startswith("The database cannot be asked:")
        assert "\x1b" not in str(why)
    shown = [str(line) for line in health(nothing | {"database_error": "no space"})]
    assert not any("all is well" in line for line in shown)
    assert "all is well" in str(next(health(nothing | {"database_error": ""})))


def test_what_a_server_says_is_told_in_what_is_typed() -> None:
    said = "there is no node 'x'; operator.nodes lists those that run"
    assert as_typed(said) == "there is no node 'x'; ./run admin nodes lists those that run"
    assert as_typed("Expected `str` - at `$.project`") == "Expected `str` - at `project`"
    assert as_typed("params.reason: must not be empty") == "`reason`: must not be empty"
    assert as_typed("operator.of_another_version") == "operator.of_another_version"
    assert all(as_typed(word.method).startswith("./run admin ") for word in SUBCOMMANDS)


def test_two_people_of_one_name_are_told_apart() -> None:
    nobody: dict[str, Any] = {"actor": None, "project": None, "address": None, "details": {}}
    entries = [
        {"at": 0, "event": "login", "count": 1, "user": id, "user_name": name} | nobody
        for id, name in (("id-1", "Mia"), ("id-2", "Mia"), ("id-3", "Noa"))
    ]
    [shown] = audit({"entries": entries, "next": None})
    assert isinstance(shown, Table)
    assert [*shown.columns[2].cells] == ["Mia (id-1)", "Mia (id-2)", "Noa"]
    [shown] = audit({"entries": entries[1:], "next": None})
    assert isinstance(shown, Table)
    assert [*shown.columns[2].cells] == ["Mia", "Noa"]


def test_of_a_room_that_is_open_nowhere_no_size_is_told() -> None:
    """Zeros would read as if the song were gone."""
    shown: dict[str, Any] = {
        "name": "Song", "project": NOWHERE, "entities": None, "bytes": None, "seq": 16,
        "closed": None, "members": [], "clipped": False, "silent": [], "nodes": [],
    }  # fmt: skip
    assert str(next(room(shown))) == f"Song ({NOWHERE}): not open now; last seq 16"
    there = str(next(room(shown | {"silent": ["gone"]})))
    assert there.endswith("not open on any node that answered; last seq 16")
    there = str(next(room(shown | {"entities": 14, "bytes": 90, "nodes": ["here"]})))
    assert "14 entities" in there


def test_details_of_the_audit_are_told_in_words() -> None:
    before = {"mode": "read_only", "began_at": 1_764_230_400_123.5, "until": None}
    entry = {
        "at": 0.0, "event": "maintenance", "count": 1, "user": None, "actor": "machine:root",
        "project": None, "address": None, "details": {"before": before},
    }  # fmt: skip
    [table] = audit({"entries": [entry], "next": None})
    assert isinstance(table, Table)
    [told] = table.columns[-1].cells
    assert told == "before: began_at 2025-11-27 08:00:00Z, mode read_only, until none"


def test_what_the_audit_tells_in_a_column_of_its_own_is_no_detail_too() -> None:
    details = {
        "by": "root on studio",
        "mailed": False,
        "kept": True,
        "tracks": ["a", "b"],
        "to": [],
    }
    entry = {
        "at": 0.0, "event": "password_reset_asked", "count": 1, "user": None, "actor": None,
        "project": None, "address": None, "details": details,
    }  # fmt: skip
    [table] = audit({"entries": [entry, entry | {"actor": "an-id"}], "next": None})
    assert isinstance(table, Table)
    by, _, _, told = ([*column.cells] for column in table.columns[-4:])
    plainly = "kept: yes; mailed: no; to: none; tracks: a, b"
    assert by == ["root on studio", "an-id"]
    assert told == [plainly, f"by: root on studio; {plainly}"]


def test_rows_that_nobody_has_counted_are_unknown() -> None:
    size = {"heap_bytes": 0, "index_bytes": 0, "total_bytes": 0}
    tables = [{"table": "new", "rows": None} | size, {"table": "old", "rows": 0.0} | size]
    shown = {"database_bytes": 1, "journal_bytes": 0, "tables": tables, "projects": []}
    table = next(each for each in answer_tables.sizes(shown) if isinstance(each, Table))
    assert list(table.columns[1].cells) == ["unknown", "0"]


@pytest.mark.parametrize("reason", ["", "  "])
def test_an_empty_reason_is_refused_in_a_sentence(
    reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["kick", "user", "ann", "--reason", reason])
    assert "it is empty; say in a sentence why" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("show", "result", "shown"),
    [
        (answer_tables.rooms, {"rooms": []}, ["none"]),
        (answer_tables.closed_rooms, {"rooms": []}, ["none"]),
        (answer_tables.slow_calls, {"calls": []}, ["none"]),
        (
            answer_tables.audit,
            {"entries": [], "next": "abc"},
            ["none", "There are more: --cursor abc"],
        ),
        (events, {"events": []}, ["none"]),
        (
            answer_tables.logins,
            {"username": "ann", "user": "1", "logins": []},
            ["ann (1)", "no login"],
        ),
        (
            answer_tables.kicked,
            {"logins": 0, "seats": 1},
            ["Ended: 1 seat. They may come again."],
        ),
        (
            answer_tables.room,
            {"name": "Song", "project": "2", "entities": 1, "bytes": 7, "seq": 3, "closed": None}
            | {"members": [], "clipped": False, "silent": []},
            ["Song (2): 1 entity, 7 B, seq 3", "nobody is in it"],
        ),
    ],
)
def test_without_a_row_a_word_says_so_and_shows_no_bare_header(
    show: Show, result: dict[str, Any], shown: list[str]
) -> None:
    assert list(show(result)) == [text.replace("7 B", in_bytes(7)) for text in shown]
