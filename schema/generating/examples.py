"""An example of every message, in the order of one visit: PROTOCOL.md shows them as JSON."""

from collections.abc import Iterator
from typing import Any

import msgspec

from schema.messages import (
    Ack,
    Call,
    ClientMessage,
    Cursor,
    Degraded,
    DeltaCommitted,
    Digest,
    Dropped,
    Error,
    Gesture,
    Hello,
    Join,
    Joined,
    Leave,
    Left,
    MediaStatuses,
    Member,
    MemberJoined,
    MemberLeft,
    MovePresence,
    Permitted,
    Ping,
    Pong,
    Position,
    Presence,
    Previewed,
    ProjectChanged,
    ProposeDelta,
    Redo,
    Reply,
    Resync,
    RoleChanged,
    RowChange,
    Rows,
    ServerLeaving,
    StatePart,
    Tick,
    TokenExpiring,
    Undo,
    User,
    Welcome,
)
from schema.ops import Delete, Insert, Move, Set
from schema.text.colors import COLORS

SONG = "0b8f7a52-6f0e-4c1c-9a39-3d2f1f0f6a77"
PRESET = "3c9d1e6b-7a42-4b0e-8f55-1d2c3b4a5f61"
ADA, BEN = "6a1f0c9e-2c0d-4a53-8f0e-0d7c5b2e9f11", "c4e7d2aa-91b5-4f0b-b6f4-8f3d1d6a5e22"
ADAS_TAB, BENS_TAB = "9f2c4b7d1e6a8035", "41d7a0e6c95b3f28"
EPOCH = "5d0b8f6e"
TAKE = "e3a1c5d7-40b9-4d7e-8a26-1c9f7b3e5d02"
TRACK = "tr_lead_01"
MARK = "mk_01234"
DELTA = "9b1deb4d-000"

Props = dict[str, Any]
_lead: Props = {"name": "Lead", "content": ["notes"]}
_marker: Props = {"time": 16.0, "name": "Chorus"}

_presence = Presence(cursor=Cursor(time=12.5, track=TRACK, y=0.4), tool="pencil", at=1.0)
_fader = {"ch_master": Previewed("channels", {"volume": 0.8})}
_ada = Member(ADAS_TAB, ADA, "Ada", "tab-7f3a", "owner", COLORS[0], Presence())
_ben = Member(BENS_TAB, BEN, "Ben", "tab-19c2", "editor", COLORS[1], _presence)

SAID: tuple[tuple[str, tuple[msgspec.Struct, ...]], ...] = (
    (
        "A client says who it is, with the token of an earlier login.",
        (
            Hello([1], "tab-7f3a", "my-daw 1.0", "eyJhbGciOi..."),
            Welcome(1, "3c0d6fe1", "node-1", 1.0, 10.0, 1_048_576, User(ADA, "ada", "Ada")),
        ),
    ),
    (
        "It calls. An error of a call has the call's id.",
        (
            Call("c1", "projects.list", msgspec.Raw(b'{"limit":1}')),
            Reply("c1", {"projects": [{"id": SONG, "...": "..."}], "next": None}),
            Call("c2", "projects.get", msgspec.Raw(b'{"project":"mine"}')),
            Error(
                "c2",
                "validation",
                "projects.get: params.project: an id here is a UUID: 36 characters, small "
                "letters and hyphens",
                None,
                {"field": "project"},
            ),
        ),
    ),
    (
        "It joins a project without a position: the state follows, here in one part.",
        (
            Join("j1", SONG),
            Joined(
                "j1",
                SONG,
                ADAS_TAB,
                "owner",
                [_ada],
                Position(EPOCH, 7),
                False,
                1,
                digest=Digest(7, "baa5c25e7413ab62"),
                head=7,
            ),
            StatePart(SONG, 0, 1, b"x\x9c..."),
        ),
    ),
    (
        "Somebody else comes in, and moves. `tick` tells of everyone who moved.",
        (
            MemberJoined(SONG, _ben),
            MovePresence(project=SONG, cursor=Cursor(time=3.0), at=1.0),
            Tick(SONG, {BENS_TAB: _presence}, digest=Digest(7, "baa5c25e7413ab62")),
        ),
    ),
    (
        "An edit. What was left out of the insert has its default: so `ops` is not null.",
        (
            ProposeDelta(
                SONG,
                DELTA + "1",
                [
                    Insert("tracks", TRACK, _lead),
                    Insert("markers", MARK, _marker),
                ],
                step="add a lead",
                base=7,
            ),
            Ack(
                SONG,
                DELTA + "1",
                8,
                1.0,
                ops=[
                    Insert(
                        "tracks",
                        TRACK,
                        {
                            "name": "Lead",
                            "parent": None,
                            "order": "a0",
                            "content": ["notes"],
                            "channel": None,
                            "color": None,
                            "loaded": True,
                        },
                    ),
                    Insert("markers", MARK, _marker | {"color": None}),
                ],
                undo=1,
            ),
        ),
    ),
    (
        "An edit of which a part was overtaken: Ben had deleted the marker.",
        (
            ProposeDelta(
                SONG,
                DELTA + "2",
                [
                    Move("tracks", TRACK, order="a1"),
                    Set("markers", MARK, {"name": "Bridge"}, expect={"name": "Chorus"}),
                ],
                base=8,
            ),
            DeltaCommitted(SONG, 9, "41d7a0e6-0001", BEN, BENS_TAB, 1.0, [Delete("markers", MARK)]),
            Ack(
                SONG,
                DELTA + "2",
                10,
                1.0,
                [Dropped(1, "gone")],
                [Set("tracks", TRACK, {"order": "a1"})],
                undo=2,
            ),
        ),
    ),
    (
        "A delta that is wrong is refused whole, with the index of the op.",
        (
            ProposeDelta(SONG, DELTA + "3", [Set("tracks", TRACK, {"order": "b0"})], base=10),
            Error(
                DELTA + "3",
                "op_invalid",
                "op 0: tracks.order is no order key: an order key that begins with 'b' has at "
                "least 3 characters",
                SONG,
                {"op": 0, "field": "order"},
            ),
        ),
    ),
    (
        "A ride on a fader: the values are shown, and one delta ends it.",
        (
            Gesture(SONG, "g1", _fader),
            Tick(SONG, {}, {BENS_TAB: {"g7": None}}),
            ProposeDelta(
                SONG,
                DELTA + "4",
                [Set("channels", "ch_master", {"volume": 0.8})],
                gesture="g1",
                base=10,
            ),
            Ack(SONG, DELTA + "4", 11, 1.0, undo=3),
        ),
    ),
    (
        "Undo and redo are deltas, whose ops the server makes.",
        (
            Undo(SONG, DELTA + "5"),
            Ack(
                SONG,
                DELTA + "5",
                12,
                1.0,
                ops=[Set("channels", "ch_master", {"volume": 1.0})],
                undo=2,
                redo=1,
            ),
            Redo(SONG, DELTA + "6"),
            Ack(
                SONG,
                DELTA + "6",
                13,
                1.0,
                ops=[Set("channels", "ch_master", {"volume": 0.8})],
                undo=3,
            ),
        ),
    ),
    (
        "Back after the line broke: with the position and what has no answer.",
        (
            Join(
                "j2",
                SONG,
                Position(EPOCH, 13),
                digest="2d0c8a11f4b6e973",
                unanswered=[DELTA + "7"],
            ),
            Joined(
                "j2", SONG, ADAS_TAB, "owner", [_ada], Position(EPOCH, 13), True, 0, undo=3, head=14
            ),
            DeltaCommitted(
                SONG,
                14,
                DELTA + "7",
                ADA,
                ADAS_TAB,
                1.0,
                [Set("tracks", TRACK, {"color": "red"})],
            ),
        ),
    ),
    (
        "What else a client hears, and how it goes.",
        (
            RoleChanged(SONG, BEN, "viewer"),
            ProjectChanged(SONG, 3, False),
            Rows(
                "8c1f2a9be07d4435",
                [
                    RowChange("entered", PRESET, {"id": PRESET, "name": "Airy bass"}),
                    RowChange("left", PRESET[:-1] + "2"),
                ],
                "mX3k...",
            ),
            Resync("8c1f2a9be07d4435", "behind"),
            MediaStatuses(SONG, {TAKE: "uploading"}),
            Degraded(SONG, True, "the database does not answer"),
            MemberLeft(SONG, BENS_TAB),
            Ping(1.0),
            Pong(1.0, 1.0),
            Leave("l1", SONG),
            Permitted(SONG, {"edit": ["c4e7d2aa-91b5-4f0b-b6f4-8f3d1d6a5e22"]}),
            Left(SONG, "l1"),
            TokenExpiring(60_000),
            ServerLeaving(1_500),
        ),
    ),
)
"""What happens, in words -> what is said then."""

NOW = 1_764_172_800_000.0


def examples() -> Iterator[tuple[str, bool, str]]:
    """What happens; whether a client says it; the message as JSON."""
    for heading, messages in SAID:
        for message in messages:
            is_clients = isinstance(message, ClientMessage)
            text = msgspec.json.encode(_short(message) if is_clients else message).decode()
            for name in ("at", "server_time", "time"):
                text = text.replace(f'"{name}":1.0', f'"{name}":{NOW:.0f}')
            yield heading, is_clients, text


def _short(message: msgspec.Struct) -> dict[str, Any]:
    """What a client would send: without what has its default."""
    message_map: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(message))
    return {name: value for name, value in message_map.items() if value not in (None, [], False)}
