"""Who watches what: lists, by what they show, and how much of it there may be."""

import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from persistence.rows.conditions import Condition
from persistence.rows.reading import Row
from persistence.rows.watched_rows import STORED_IN
from persistence.tables.internal.change_log import NOWHERE, LogPosition
from schema.errors import ErrorCode, ResyncReason
from schema.limits import (
    MAX_WATCH_STEPS_PER_USER,
    MAX_WATCHED_BYTES,
    MAX_WATCHED_ROWS,
    MAX_WATCHES_PER_CONNECTION,
    MAX_WATCHES_PER_USER,
)
from schema.tables.description import Column, Table
from server.refused import Refused
from server.row_feed.positions import owner
from server.row_feed.subscriber import Subscriber

if TYPE_CHECKING:
    from server.row_feed.change_batch import ChangeBatch


def name_in_change_log(table: Table) -> str:
    """The name of the table in the change log."""
    return STORED_IN.get(table.relation, table.relation)


@dataclass(frozen=True, slots=True)
class WatchedList:
    """What is watched: the same for all who ask the same."""

    table: Table
    columns: tuple[Column, ...]
    """Those that were chosen, and those that name a row."""
    needed: tuple[Column, ...]
    """And those that the condition and the rights look at."""
    condition: Condition
    matches: Callable[[Row], bool]
    key: bytes
    """Equal for equal lists."""
    steps: int = 1
    """What it costs to ask one row whether it matches."""


@dataclass(eq=False, slots=True)
class WatchGroup:
    """All who watch one list: what they see of a change is told once."""

    watched_list: WatchedList
    watches_by_user: dict[str, set["Watch"]] = field(default_factory=dict)
    watches_by_row: dict[str, set["Watch"]] = field(default_factory=dict)
    """Id of a row -> the watches that show it."""

    @property
    def relation(self) -> str:
        """What it watches."""
        return self.watched_list.table.relation

    @property
    def logged_table(self) -> str:
        """What the change log calls its table."""
        return name_in_change_log(self.watched_list.table)

    def watches(self) -> Iterator["Watch"]:
        """All of them."""
        for watches in self.watches_by_user.values():
            yield from watches

    def of_users(self, users: set[str] | None) -> set["Watch"]:
        """Those of these users; None: all."""
        if users is None:
            return set(self.watches())
        users_watching = users & self.watches_by_user.keys() if len(users) > 4 else users
        return set().union(*(self.watches_by_user.get(user, ()) for user in users_watching))


@dataclass(eq=False, slots=True)
class Watch:
    """One watch of a connection."""

    id: str
    user: str
    outlet: Subscriber
    group: WatchGroup
    shown_ids: set[str] = field(default_factory=set)
    """Ids of the rows that it shows."""
    first_rows_place: LogPosition = NOWHERE
    """Of its first rows: what that saw is told by them."""
    waiting_batches: "list[ChangeBatch] | None" = field(default_factory=list)
    """What came before its first rows were on their way; None: they are."""
    waiting_change_count: int = 0
    """How many changes that are, of its table and of members."""
    cannot_begin: ResyncReason | None = None
    """Why what came meanwhile cannot be told."""
    told_at: float = 0.0
    """When it was last told a position, in seconds of the loop."""
    owner: bytes = b""
    """Of its positions: whose list it is."""
    is_over: bool = False
    """It was ended, and hears nothing more."""

    def show(self, id: str) -> None:
        """It shows the row from now on."""
        self.group.watches_by_row.setdefault(id, set()).add(self)
        self.shown_ids.add(id)

    def hide(self, id: str) -> None:
        """It does not show the row any more."""
        if id not in self.shown_ids:
            return
        self.shown_ids.remove(id)
        holders = self.group.watches_by_row[id]
        holders.remove(self)
        if not holders:
            del self.group.watches_by_row[id]


class Watches:
    """All of a node."""

    def __init__(self) -> None:
        self.groups: dict[bytes, WatchGroup] = {}
        """By what they watch."""
        self.beginners: set[Watch] = set()
        """Whose first rows may be later than what others are told next: each is told by itself."""
        self._by_table: dict[str, set[WatchGroup]] = {}
        """Table of the change log -> the groups whose rows it holds."""
        self._by_connection: dict[str, dict[str, Watch]] = {}
        self._by_user: dict[str, int] = {}
        """User -> how many watches."""
        self._steps: dict[str, int] = {}
        """User -> what all their watches cost for one row that changes."""

    def __len__(self) -> int:
        return sum(self._by_user.values())

    @property
    def rows(self) -> int:
        """How many rows all of them show, together."""
        return sum(len(watch.shown_ids) for watch in self.all())

    def begin(self, outlet: Subscriber, user: str, watched_list: WatchedList) -> Watch:
        """One more, which waits for its first rows; raises `Refused`."""
        own_watches = self._by_connection.get(outlet.id, {})
        _require_within(len(own_watches), MAX_WATCHES_PER_CONNECTION, "watches of one connection")
        _require_within(self._by_user.get(user, 0), MAX_WATCHES_PER_USER, "watches of one user")
        steps = self._steps.get(user, 0) + watched_list.steps
        if steps > MAX_WATCH_STEPS_PER_USER:
            text = f"all your watches take {steps} steps for a row, and {MAX_WATCH_STEPS_PER_USER}"
            raise Refused(
                ErrorCode.LIMIT_REACHED, f"{text} are allowed: ask for less", field="where"
            )
        self._steps[user] = steps
        group = self.groups.get(watched_list.key)
        if group is None:
            group = self.groups[watched_list.key] = WatchGroup(watched_list)
            self._by_table.setdefault(group.logged_table, set()).add(group)
        watch = Watch(
            uuid.uuid4().hex[:16], user, outlet, group, owner=owner(user, watched_list.key)
        )
        group.watches_by_user.setdefault(user, set()).add(watch)
        self._by_connection.setdefault(outlet.id, {})[watch.id] = watch
        self._by_user[user] = self._by_user.get(user, 0) + 1
        self.beginners.add(watch)
        return watch

    def of_connection(self, connection: str) -> list[Watch]:
        """Those of a connection."""
        return list(self._by_connection.get(connection, {}).values())

    def find(self, connection: str, watch: str) -> Watch | None:
        """The watch of a connection with this id."""
        return self._by_connection.get(connection, {}).get(watch)

    def end(self, watch: Watch) -> None:
        """It is over; ending it twice changes nothing."""
        if watch.is_over:
            return
        watch.is_over, watch.waiting_batches = True, None
        self.beginners.discard(watch)
        group, user, connection = watch.group, watch.user, watch.outlet.id
        _discard(group.watches_by_user, user, watch)
        if group.watches_by_user:
            for id in list(watch.shown_ids):
                watch.hide(id)
        elif self.groups.get(group.watched_list.key) is group:
            self._forget(group)
        own_watches = self._by_connection[connection]
        del own_watches[watch.id]
        if not own_watches:
            del self._by_connection[connection]
        self._by_user[user] -= 1
        self._steps[user] -= group.watched_list.steps
        if not self._by_user[user]:
            del self._by_user[user], self._steps[user]

    def tables(self) -> set[str]:
        """What the change log calls those that are watched."""
        return set(self._by_table)

    def of_table(self, logged_table: str) -> list[WatchGroup]:
        """The groups whose rows the change log calls so."""
        return list(self._by_table.get(logged_table, ()))

    def all(self) -> Iterator[Watch]:
        """Every watch."""
        for group in self.groups.values():
            yield from group.watches()

    def _forget(self, group: WatchGroup) -> None:
        del self.groups[group.watched_list.key]
        groups = self._by_table[group.logged_table]
        groups.remove(group)
        if not groups:
            del self._by_table[group.logged_table]


def require_few(rows: Iterable[object]) -> None:
    """Raises `Refused` if they are more than one watch shows."""
    if len(list(rows)) > MAX_WATCHED_ROWS:
        text = (
            f"a watch shows at most {MAX_WATCHED_ROWS} rows, and this list has more: ask for less"
        )
        raise Refused(ErrorCode.LIMIT_REACHED, text, field="where")


def too_large() -> Refused:
    """Of a list that is larger than a watch begins with."""
    text = (
        f"the rows that a watch begins with have at most about {MAX_WATCHED_BYTES} bytes, and these"
        " have more: ask for less with `fields`, without the large maps, or with `where`"
    )
    return Refused(ErrorCode.LIMIT_REACHED, text, field="fields")


def _require_within(count: int, most: int, what_is_many: str) -> None:
    if count >= most:
        text = f"there may be {most} {what_is_many}; end one with watch.end"
        raise Refused(ErrorCode.LIMIT_REACHED, text)


def _discard(by_user: dict[str, set[Watch]], user: str, watch: Watch) -> None:
    watches = by_user[user]
    watches.discard(watch)
    if not watches:
        del by_user[user]
