"""Mixx Recall of a real server, through the SDK: nothing is lost, and it suggests what it says."""

import asyncio
import contextlib
import random
import secrets
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from loadtest.recall.ranking_methods import MOST, Recall
from loadtest.recall.simulated_producer import Pick, Producer
from loadtest.recall.simulated_year import PLACES, SuggestionHits
from prime_client.client import Client
from prime_client.schema.calls import RecallContext, RecallUse
from schema.recall.categories import HALF_LIFE_DAYS

CATEGORY = "plugin_choice"

WRITERS = 16
BATCHES = 12
BATCH = 8
"""Of each writer: calls, and uses in each."""

KEYS = "ABCDE"
"""So few that all writers are at the same rows."""

DAYS_BEFORE = 80
"""What the server is told of, before anything is asked: not older than it takes."""

SECONDS_OF_A_DAY = 86_400.0


async def lost_counts(url: str, seed: int = 1) -> int:
    """Uses that many writers of one user were told are counted, and that are not."""
    async with contextlib.AsyncExitStack() as stack:
        first = await stack.enter_async_context(_producer(url))
        clients = [first]
        for number in range(1, WRITERS):
            client = await stack.enter_async_context(Client(url, device=f"device {number}"))
            await client.login(*_accounts[first])
            clients.append(client)
        counts = await asyncio.gather(
            *(_write(client, random.Random(seed + n)) for n, client in enumerate(clients))
        )
        page = await first.recall.export(limit=200)
        return sum(counts) - sum(key["usage_count"] for key in page["keys"])


async def sessions(url: str, seed: int, count: int) -> dict[str, Any]:
    """So many sessions in the present, behind months of which the server was told before.

    Before each pick it is asked; `agrees`: how often the estimate here suggests the same.
    """
    async with _producer(url) as client:
        producer, own_ranking = Producer(seed), Recall(HALF_LIFE_DAYS)
        first_day = time.time() / SECONDS_OF_A_DAY - DAYS_BEFORE
        before = list(producer.year(first_day, DAYS_BEFORE - 1))
        for first in range(0, len(before), 200):
            await _observe(client, before[first : first + 200])
        for pick in before:
            own_ranking.hear(pick)
        hits, agrees = SuggestionHits(), 0
        for _ in range(count):
            for pick in producer.session(time.time() / SECONDS_OF_A_DAY):
                now = Pick(time.time() / SECONDS_OF_A_DAY, pick.key, pick.told_context, pick.truth)
                suggestions = await _suggested(client, now)
                agrees += suggestions == list(own_ranking.suggest(now))[: len(suggestions)]
                hits.count(now.key, suggestions, 0)
                await _observe(client, [now])
                own_ranking.hear(now)
        return {
            "told_before": len(before),
            "picks": hits.picks,
            "hit_rate_at": {str(first): round(hits.rate(first), 4) for first in PLACES},
            "agrees": round(agrees / max(hits.picks, 1), 4),
        }


_accounts: dict[Client, tuple[str, str]] = {}
"""Client -> e-mail address and password of its account."""


@asynccontextmanager
async def _producer(url: str) -> AsyncIterator[Client]:
    name = f"producer-{secrets.token_hex(6)}"
    email, password = f"{name}@example.org", secrets.token_urlsafe(12)
    async with Client(url, device="studio") as client:
        await client.register(email, name, password)
        _accounts[client] = email, password
        try:
            yield client
        finally:
            del _accounts[client]


async def _write(client: Client, rng: random.Random) -> int:
    counted_uses = 0
    for _ in range(BATCHES):
        uses: list[RecallUse] = [
            {"id": str(uuid.uuid4()), "key": rng.choice(KEYS), "context": {"genre": "trap"}}
            for _ in range(BATCH)
        ]
        reply = await client.recall.observe(category=CATEGORY, uses=uses)
        counted_uses += reply["counted"]
    return counted_uses


async def _observe(client: Client, picks: Sequence[Pick]) -> None:
    uses: list[RecallUse] = [
        {
            "id": str(uuid.uuid4()),
            "key": pick.key,
            "at": pick.days * SECONDS_OF_A_DAY * 1_000,
            "context": _context(pick),
        }
        for pick in picks
    ]
    await client.recall.observe(category=CATEGORY, uses=uses)


async def _suggested(client: Client, pick: Pick) -> list[str]:
    reply = await client.recall.suggest(category=CATEGORY, context=_context(pick), limit=MOST)
    return [suggestion["key"] for suggestion in reply["suggestions"]]


def _context(pick: Pick) -> RecallContext:
    circumstances = pick.told_context
    context: RecallContext = {"genre": circumstances.genre, "after": circumstances.after}
    if circumstances.bpm is not None:
        context["bpm"] = circumstances.bpm
    if circumstances.hour is not None:
        context["hour"] = circumstances.hour
    return context
