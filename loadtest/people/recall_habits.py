"""What a musician picks, told to Mixx Recall and asked of it; goes on while the server is away."""

import asyncio
import random
import uuid

from loadtest.stopping import wait
from prime_client.client import Client
from prime_client.failures import CallFailed, ConnectionOver, NotConnected
from prime_client.schema.calls import RecallContext, RecallUse

CATEGORY = "plugin_choice"

PICK_SECONDS = (0.3, 0.8)

TAKEN = 0.5
"""So often what is suggested first is taken."""

AT_ONCE = 200
"""Uses in a call, at most."""

PLUGINS = ("OTT", "Valhalla Room", "Pro-Q", "Serum", "Saturn", "RC-20")

AWAY = (CallFailed, ConnectionOver, NotConnected)
"""What a call raises while the server is away."""


class RecallHabits:
    """Of one musician."""

    def __init__(self, client: Client, seed: int) -> None:
        self._client = client
        self._rng = random.Random(seed)
        self._likes = self._rng.sample(PLUGINS, len(PLUGINS))
        self._last_pick = ""
        self._unsent_uses: list[RecallUse] = []
        """Uses that the server has not said it has, in their order."""
        self.used_count = 0
        """Uses, told or not."""
        self.suggested_count = 0
        self.taken_count = 0
        """Answers with a suggestion, and those whose first was taken."""

    async def play(self, stop: asyncio.Event) -> None:
        """Pick now and then, until told to stop."""
        while not stop.is_set():
            await self.pick()
            await wait(stop, self._rng.uniform(*PICK_SECONDS))

    async def lost(self) -> int:
        """How many uses the server does not count, once all are told."""
        while self._unsent_uses:
            await self._send_uses()
        page = await self._client.recall.export(limit=AT_ONCE)
        return self.used_count - sum(key["usage_count"] for key in page["keys"])

    async def pick(self) -> None:
        """Ask, pick something, and tell it."""
        context: RecallContext = {"genre": "techno", "after": self._last_pick}
        key = self._rng.choices(self._likes, range(len(self._likes), 0, -1))[0]
        first = await self._first_suggestion(context)
        is_taken = first is not None and self._rng.random() < TAKEN
        if first is not None and is_taken:
            key = first
            self.taken_count += 1
        use: RecallUse = {"id": str(uuid.UUID(int=self._rng.getrandbits(128))), "key": key}
        self._unsent_uses.append(use | {"context": context, "suggested": is_taken})
        self.used_count += 1
        self._last_pick = key
        await self._send_uses()

    async def _first_suggestion(self, context: RecallContext) -> str | None:
        try:
            suggestions = await self._client.recall.suggest(category=CATEGORY, context=context)
        except AWAY:
            return None
        if not suggestions["suggestions"]:
            return None
        self.suggested_count += 1
        return suggestions["suggestions"][0]["key"]

    async def _send_uses(self) -> None:
        """Sent again with the same ids, they are counted once (rule W1)."""
        uses_sent = self._unsent_uses[:AT_ONCE]
        try:
            await self._client.recall.observe(category=CATEGORY, uses=uses_sent)
        except AWAY:
            await asyncio.sleep(PICK_SECONDS[0])
        else:
            del self._unsent_uses[: len(uses_sent)]
