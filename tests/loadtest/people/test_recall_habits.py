"""A musician tells each pick once, however often the server is away."""

from typing import TYPE_CHECKING, Any, cast

from loadtest.people import recall_habits
from loadtest.people.recall_habits import RecallHabits
from prime_client.failures import NotConnected

if TYPE_CHECKING:
    from prime_client.client import Client


class Recall:
    """Plays the calls of the SDK: every second one fails, some after they were done."""

    def __init__(self) -> None:
        self.counted: dict[str, str] = {}
        self.calls = 0

    async def observe(self, category: str, uses: list[dict[str, Any]]) -> None:
        self.calls += 1
        if self.calls % 4 == 1:
            raise NotConnected
        self.counted |= {use["id"]: use["key"] for use in uses}
        if self.calls % 4 == 3:
            raise NotConnected

    async def suggest(self, category: str, context: dict[str, Any]) -> dict[str, Any]:
        keys = list(self.counted.values())[:1]
        return {"suggestions": [{"key": key} for key in keys]}

    async def export(self, limit: int) -> dict[str, Any]:
        return {"keys": [{"usage_count": len(self.counted)}]}


class FakeClient:
    """Nothing but the calls of recall."""

    def __init__(self) -> None:
        self.recall = Recall()


async def test_W1_what_was_not_answered_is_told_again(monkeypatch: Any) -> None:
    monkeypatch.setattr(recall_habits, "PICK_SECONDS", (0.0, 0.0))
    fake = FakeClient()
    one = RecallHabits(cast("Client", fake), seed=3)
    for _ in range(20):
        await one.pick()
    assert await one.lost() == 0
    assert len(fake.recall.counted) == one.used_count
    assert 0 < one.taken_count <= one.suggested_count
