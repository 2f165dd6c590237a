"""The watches of a client: each gets its messages, also those that come before it is known."""

import weakref
from collections.abc import Callable
from typing import Any

from prime_client.connecting.codec import Message
from prime_client.watching.watch import Watch

EARLY_MESSAGES = 1_000
"""That are kept for watches whose reply nobody has looked at yet; past it they end."""


class Watches:
    """`end`: tells the server that nobody hears a watch of this id any more."""

    def __init__(self, end: Callable[[str], None]) -> None:
        self._watch_by_id = weakref.WeakValueDictionary[str, Watch[Any]]()  # ids of the server
        self._open_watches = weakref.WeakSet[Watch[Any]]()
        self._calls_under_way = 0  # of watches that have no id yet
        self._connection_number = 0  # counts connections and users: what one began is no other's
        self._connection_of_user_change = 0  # when the user was another one last
        self._early_messages = dict[str, list[Message]]()  # by watch, what came before it was known
        self._end = end

    def add(self, watch: Watch[Any]) -> None:
        """It is told when the connection, or the client, is gone."""
        self._open_watches.add(watch)

    def receive(self, message: Message) -> None:
        """A message `rows` or `resync`."""
        id = message["watch"]
        watch = self._watch_by_id.get(id)
        if watch is not None:
            watch.receive(message)
        elif self._calls_under_way:
            self._early_messages.setdefault(id, []).append(message)
            if sum(map(len, self._early_messages.values())) > EARLY_MESSAGES:
                self._early_messages[id] = [{"t": "resync", "watch": id, "reason": "behind"}]
                self._end(id)
        elif message["t"] == "rows":
            self._end(id)  # nobody iterates any more

    def interrupt(self) -> None:
        """The connection is gone."""
        self._connection_number += 1
        self._early_messages.clear()
        for watch in tuple(self._watch_by_id.values()):
            watch.interrupt()

    def other_user(self) -> None:
        """Another user has logged in: every list is read anew, and those of before are ended."""
        self._connection_number += 1
        self._connection_of_user_change = self._connection_number
        self._early_messages.clear()
        for id in tuple(self._watch_by_id):
            self._end(id)
        for watch in tuple(self._open_watches):
            watch.renew("access")

    def finish(self) -> None:
        """The client does not come back."""
        for watch in tuple(self._open_watches):
            watch.finish()

    # What a watch calls.

    def expect(self) -> int:
        """A call is on its way, whose watch is not known yet; `expected` is given the result."""
        self._calls_under_way += 1
        return self._connection_number

    def expected(self, watch: Watch[Any] | None, turn: int) -> None:
        """It was answered: messages of this watch go to it, also those that came before."""
        self._calls_under_way -= 1
        if watch is not None and turn < self._connection_of_user_change:
            self._end(watch.id)
            watch.renew("access")
        elif watch is not None and turn < self._connection_number:
            watch.interrupt()  # the connection went with the reply
        elif watch is not None and watch.id:
            self._watch_by_id[watch.id] = watch
            for message in self._early_messages.pop(watch.id, ()):
                watch.receive(message)
        if not self._calls_under_way:
            self._early_messages.clear()

    def forget(self, watch: Watch[Any]) -> None:
        """Nothing more goes to it."""
        self._watch_by_id.pop(watch.id, None)
