"""A watch of a test: what it shows, held against what the table holds."""

from typing import Any

from prime_client.watching.shown_rows import id_of
from tests.server.wire import Message, Wire


class Shown:
    """The rows that one watch shows, by what it was told."""

    def __init__(self, wire: Wire, calls: str, params: Message) -> None:
        self.wire = wire
        self.calls = calls
        self.params = params
        self.rows: dict[str, Message] = {}
        self.told: list[Message] = []
        """Changes, in the order in which they came."""
        self.position = ""
        self.watch = ""
        self.resumed = False
        self.reason: str | None = None

    async def begin(self, **more: Any) -> "Shown":
        """Watch, from the beginning or `from` a position."""
        began = await self.wire.result(f"{self.calls}.watch", **self.params, **more)
        self.watch, self.position = began["watch"], began["position"]
        self.resumed, self.reason = began["resumed"], began["reason"]
        if not self.resumed:
            self.rows = {}
        for id in began["left"]:
            self.rows.pop(id, None)
        self.rows |= {id_of(self.calls, row): row for row in began[self.calls]}
        return self

    async def resume(self, wire: Wire) -> "Shown":
        """Over another connection, from the position of now."""
        self.wire = wire
        return await self.begin(**{"from": self.position})

    async def next(self) -> list[Message]:
        """The changes of the next moment, which are taken."""
        changes: list[Message] = []
        while True:
            message = await self.wire.until("rows")
            assert message["watch"] == self.watch
            changes += message["changes"]
            if message["position"] is not None:
                break
        self.position = message["position"]
        self.take(changes)
        return changes

    def take(self, changes: list[Message]) -> None:
        """What a client does with changes."""
        self.told += changes
        for change in changes:
            id = change["id"]
            assert (change["change"] == "entered") == (id not in self.rows), change
            if change["change"] == "left":
                del self.rows[id]
                assert "row" not in change
            else:
                self.rows[id] = change["row"]

    async def said(self) -> list[tuple[str, str]]:
        """Kind and name of the next changes (of what left: its id)."""
        return [(c["change"], c.get("row", {}).get("name", c["id"])) for c in await self.next()]
