"""Four musicians who are offline for minutes and go on working: no op that could stand is lost."""

import asyncio
from collections.abc import Sequence

from rooms.document.document import Document
from rooms.journal.entry import Entry
from schema.entities import empty_state
from schema.ops import decode_ops
from tests.simulation.applied_entry import apply_entry
from tests.simulation.offline_client import Made, OfflineClient
from tests.simulation.project import PROJECT
from tests.simulation.studio import Studio

AWAY_SECONDS = (60.0, 180.0)

SETTLING_SECONDS = 30.0

EDITS = (60, 120)

BY_OTHERS = frozenset({"op_invalid", "op_exists", "op_cycle"})
"""What must not be said to who has made no mistake."""


class OfflineStudio(Studio):
    """As its own: `lost_ops` and `refused_by_others_doing` in the tally are to be 0."""

    options = " --offline"
    clients: Sequence[OfflineClient]

    @property
    def entries(self) -> Sequence[Entry]:
        """The journal of this moment."""
        return self.stored._projects[PROJECT].entries

    def _people(self) -> list[OfflineClient]:
        """Four go away; in every second seed a fifth stays and keeps the room open."""
        names = [f"editor_{n}" for n in range(4 + self.seed % 2)]
        for name in names:
            self.stored.grant(PROJECT, name, "editor")
        return [OfflineClient(self, name, "editor") for name in names]

    async def _work(self) -> None:
        await self._settle()
        self.clients[0].begin_song()
        await self._settle()
        for client in self.clients[:4]:
            seconds = self.rng.uniform(*AWAY_SECONDS)
            self.later(self.rng.uniform(0.0, 20.0), lambda c=client, s=seconds: c.go_away(s))  # type: ignore[misc]
        edits = self.rng.randint(*EDITS)
        self.tally["edits"] = 0
        while self.tally["edits"] < edits:
            await asyncio.sleep(self.rng.expovariate(edits / AWAY_SECONDS[1]))
            self._stop_if_failed()
            self.rng.choice(self.clients).edit()
            if self.rng.random() < 0.02:
                self._trouble()
        while any(client.link is None for client in self.clients):
            await asyncio.sleep(1.0)
            self._stop_if_failed()

    def _trouble(self) -> None:
        client = self.rng.choice(self.clients)
        if client.link is not None:
            self.rng.choice((client.link.cut, client.link.lose_answers, self.nodes[0].crash))()

    async def _settle(self) -> None:
        end = self.loop.time() + SETTLING_SECONDS
        while not all(client.is_settled for client in self.clients):
            await asyncio.sleep(0.25)
            self._stop_if_failed()
            if self.loop.time() > end:
                self.fail("does not begin")

    async def _agree(self) -> None:
        await super()._agree()
        committed = {entry.delta_id for entry in self.entries}
        song = self._song()
        for client in self.clients:
            for delta_id, made in client.made.items():
                if made.is_mistake:
                    told = "dropped" if delta_id in committed else "refused"
                    self.tally[f"mistakes_{told}"] += 1
                elif delta_id not in committed:
                    self._missing(client, delta_id, made, song)

    def _missing(self, client: OfflineClient, delta_id: str, made: Made, song: Document) -> None:
        """It was right where it was made, and is not in the journal."""
        code = client.codes.get(delta_id, "")
        self.tally["refused_by_others_doing"] += code in BY_OTHERS
        could_stand = sum(not song.rehearse([op]) for op in made.ops)
        self.tally["lost_ops"] += could_stand
        self.tally["refused_in_vain"] += 1
        self.fail(f"{delta_id} was right where it was made, and is gone ({code}): {made.ops}")

    def _song(self) -> Document:
        """What it has come to; the tally counts what has taken effect and what was dropped."""
        document = Document(empty_state("Song"))
        for entry in self.entries:
            ops = decode_ops(entry.payload)
            applied = apply_entry(document, entry)
            self.tally["ops_overtaken"] += len(applied.drops)
            self.tally["ops_stand"] += len(ops) - len(applied.drops)
            for drop in applied.drops:
                self.tally[f"overtaken_{drop.reason}"] += 1
        return document
