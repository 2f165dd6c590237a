"""Telling watches what has changed, or that they are to begin anew: never silence."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from persistence.rows.conditions import EVERYTHING
from persistence.tables.internal.change_log import LoggedChange, LogPosition
from schema.errors import ResyncReason
from schema.limits import MAX_CHANGES_AT_ONCE
from schema.messages import Resync, Rows
from schema.tables.all_tables import TABLES
from server.encoding.codec import JSON, MSGPACK, Codec
from server.events.events import EventSubject
from server.row_feed.change_batch import ChangeBatch
from server.row_feed.positions import FeedPositions
from server.row_feed.visibility import Visibility
from server.row_feed.watch_notifier import WatchNotifier
from server.row_feed.watches import Watch, WatchedList, Watches, WatchGroup

TABLE = TABLES["plugin_presets"]
COLUMNS = (TABLE.by_name["id"], TABLE.by_name["name"])
LISTED = WatchedList(
    TABLE, COLUMNS, TABLE.columns, EVERYTHING, lambda row: row["name"] != "x", b"all"
)


class Failing:
    """An encoder that can encode nothing."""

    def encode(self, _: object) -> bytes:
        raise ValueError


class Subscriber:
    """A connection that takes frames until it is `full`."""

    def __init__(self, id: str) -> None:
        self.id = id
        self.codec: Codec = JSON
        self.frames: list[bytes] = []
        self.sent: list[Any] = []
        self.full = False

    def send(self, message: Any) -> None:
        self.sent.append(message)

    def offer_frame(self, frame: bytes) -> bool:
        if not self.full:
            self.frames.append(frame)
        return not self.full


class Told:
    """Watches of one list, all of whom have begun."""

    def __init__(self, *users: str) -> None:
        self.watches = Watches()
        self.counted: list[tuple[str, EventSubject]] = []
        """What was counted as an event."""
        self.telling = WatchNotifier(self.watches, FeedPositions(b"s"), self._count)
        self.outlets = {user: Subscriber(user) for user in users}
        self.by_user: dict[str, Watch] = {}
        for user, outlet in self.outlets.items():
            self.by_user[user] = self.watches.begin(outlet, user, LISTED)

    def _count(self, kind: str, amount: float = 1, about: EventSubject | None = None) -> None:
        if about is not None:
            self.counted.append((kind, about))

    def begin(self, *users: str, place: str = "10:10:") -> None:
        for user in users or self.by_user:
            self.by_user[user].first_rows_place = LogPosition("c", place)
            self.telling.begin(self.by_user[user])

    async def change(
        self, xact: int, read_for: frozenset[WatchGroup] | None = None, /, **names: str | None
    ) -> None:
        """Public rows by id have these names now; None: deleted."""
        changes = {id: [LoggedChange("plugin_presets", id, None, None, xact=xact)] for id in names}
        rows = {
            id: {"id": id, "name": name, "owner": None, "is_public": True}
            for id, name in names.items()
            if name is not None
        }
        batch = ChangeBatch(
            LogPosition("c", f"{xact + 1}:{xact + 1}:"),
            {"plugin_presets": changes},
            {"plugin_presets": rows},
            frozenset(self.watches.groups.values()) if read_for is None else read_for,
            Visibility(),
            len(changes),
        )
        await self.telling.tell(batch, {})


async def test_V2_all_who_watch_one_list_get_one_encoding() -> None:
    told = Told("ann", "ben")
    told.begin()
    await told.change(11, a="one", b="x")
    ann, ben = (outlet.frames for outlet in told.outlets.values())
    assert len(ann) == len(ben) == 1
    assert b'"change":"entered","id":"a"' in ann[0]
    assert b'"id":"b"' not in ann[0]
    hers, his = (
        frame.partition(b'"changes"')[2].partition(b'"position"')[0] for frame in ann + ben
    )
    assert hers == his != b""
    await told.change(12, a=None)
    assert b'"change":"left","id":"a"' in ann[1]
    assert told.watches.rows == 0


async def test_V1_what_the_first_rows_have_told_is_not_told_again() -> None:
    told = Told("ann")
    for xact, id in ((11, "a"), (12, "b"), (13, "c")):
        await told.change(xact, **{id: id})
    assert told.outlets["ann"].frames == []
    told.begin(place="13:14:13")  # that saw the first two, and not the third
    [frame] = told.outlets["ann"].frames
    assert b'"id":"c"' in frame
    assert b'"id":"a"' not in frame


async def test_V10_a_reader_that_is_too_far_behind_is_told_to_begin_anew() -> None:
    told = Told("ann", "ben")
    told.begin()
    told.outlets["ann"].full = True
    await told.change(11, a="one")
    assert told.outlets["ann"].sent == [Resync(told.by_user["ann"].id, "behind")]
    assert len(told.outlets["ben"].frames) == 1
    assert [watch.user for watch in told.watches.all()] == ["ben"]
    await told.change(12, a="two")
    assert len(told.outlets["ann"].sent) == 1


async def test_V10_what_comes_before_the_first_rows_is_bounded() -> None:
    told = Told("ann")
    await told.change(11, **{f"r{n}": "a" for n in range(MAX_CHANGES_AT_ONCE)})
    await told.change(12, last="a")
    assert told.by_user["ann"].waiting_batches == []
    told.begin()
    assert told.outlets["ann"].sent == [Resync(told.by_user["ann"].id, "too_much")]


async def test_V8_who_was_told_nothing_for_long_is_told_a_position(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = Told("ann", "ben", "cai")
    told.begin("ann", "ben")
    place = LogPosition("c", "20:20:")
    await told.telling.tell_position(place)
    assert told.outlets["ann"].sent == []
    told.telling._positions_due = 0.0
    monkeypatch.setattr("server.row_feed.watch_notifier.POSITION_SECONDS", 0.0)
    await told.telling.tell_position(place)
    position = FeedPositions(b"s").write(place, told.by_user["ann"].owner)
    assert told.outlets["ann"].sent == [Rows(told.by_user["ann"].id, [], position)]
    assert told.outlets["cai"].sent == []


@pytest.mark.parametrize("reason", ["other_history", "too_much"])
async def test_V10_all_begin_anew_also_who_has_not_begun(reason: str) -> None:
    told = Told("ann", "ben")
    told.begin("ann")
    await told.telling.resync_all(ResyncReason(reason))
    assert told.outlets["ann"].sent == [Resync(told.by_user["ann"].id, reason)]
    assert told.outlets["ben"].sent == []
    told.begin("ben")
    assert told.outlets["ben"].sent == [Resync(told.by_user["ben"].id, reason)]
    assert len(told.watches) == 0
    assert told.watches.groups == {}


async def test_a_moment_that_concerns_nobody_costs_nothing_for_each_who_watches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = Told(*[f"user {n}" for n in range(50)])
    told.begin()
    told.telling.settle(LogPosition("c", "11:11:"))
    looked: list[object] = []

    def look(*of: object) -> Iterator[Any]:
        looked.append(of)
        return iter(())

    monkeypatch.setattr("server.row_feed.watch_notifier.kinds", look)
    monkeypatch.setattr(Watches, "all", look)
    monkeypatch.setattr(WatchGroup, "watches", look)
    other = {"auth_sessions": {"a": [LoggedChange("auth_sessions", "a", None, "u", xact=11)]}}
    batch = ChangeBatch(LogPosition("c", "12:12:"), other, {}, frozenset(), Visibility(), 1)
    await told.telling.tell(batch, {})
    assert looked == []
    assert told.watches.beginners == set()


async def test_V1_who_begins_while_a_moment_is_read_is_told_nothing_of_it() -> None:
    told = Told("ann")
    told.begin()
    await told.change(10, frozenset(), a="a")
    assert told.outlets["ann"].frames == []
    await told.change(11, a="b")
    assert len(told.outlets["ann"].frames) == 1


async def test_V10_what_cannot_be_sent_in_one_encoding_ends_the_watches_that_need_it() -> None:
    told = Told("ann", "ben")
    told.outlets["ben"].codec = replace(MSGPACK, encoder=Failing())
    told.begin()
    await told.change(11, a="one")
    assert len(told.outlets["ann"].frames) == 1
    assert told.outlets["ben"].sent == [Resync(told.by_user["ben"].id, "failed")]
    await told.change(12, a="two")
    assert len(told.outlets["ann"].frames) == 2
    assert told.counted == [
        ("changes_untold", EventSubject(name=TABLE.relation, text="ValueError"))
    ]


async def test_V10_a_list_that_cannot_be_told_ends_alone() -> None:
    told = Told("ann")

    def fails(_: object) -> bool:
        raise ValueError

    told.outlets["ben"] = Subscriber("ben")
    listed = replace(LISTED, matches=fails, key=b"other")
    told.by_user["ben"] = told.watches.begin(told.outlets["ben"], "ben", listed)
    told.begin()
    told.telling.settle(LogPosition("c", "10:10:"))  # so that neither is told by itself
    await told.change(11, a="one")
    assert told.outlets["ben"].sent == [Resync(told.by_user["ben"].id, "failed")]
    assert len(told.outlets["ann"].frames) == 1
    assert [watch.user for watch in told.watches.all()] == ["ann"]
    assert [kind for kind, _ in told.counted] == ["changes_untold"]


async def test_V10_what_came_before_its_first_rows_and_cannot_be_told_ends_a_watch() -> None:
    told = Told("ann", "ben")
    told.outlets["ben"].codec = replace(MSGPACK, encoder=Failing())
    await told.change(11, a="one")
    told.begin()
    assert len(told.outlets["ann"].frames) == 1
    assert told.outlets["ben"].sent == [Resync(told.by_user["ben"].id, "failed")]
