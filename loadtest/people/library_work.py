"""What a demo's musicians do beside the song: they try presets, share one, and record a take.

Each step may be done again after a server has died: its ids are made before it is begun.
"""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from loadtest.people.participant import Participant
from prime_client.failures import CallInterrupted, CallTimedOut, NotConnected

if TYPE_CHECKING:
    from prime_client.schema.queries import PresetWhere

AGAIN_SECONDS = 0.2
"""Until a call whose answer was lost with a server is made again."""

STEPS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("uploading", {"bytes": 4_000_000}),
    ("measuring", {"content_hash": "5e" * 32}),
    ("available", {"duration_seconds": 20.8, "sample_rate": 48_000, "channels": 2}),
)
"""How the bytes of a take come, status by status."""

COUNTED_SECONDS = 10
"""What uses may take to be counted: a second, or a server's death more."""

SEEN_SECONDS = 30.0
"""What the news that a clip is live may take at the most, servers that die included."""

T = TypeVar("T")


class LibraryWork:
    """Of all musicians of a demo; what they have come to is checked at the end."""

    def __init__(self, participants: Sequence[Participant]) -> None:
        self._participants = participants
        self._preset: dict[str, Any] = {}
        """The one that comes with Prime and that everyone tries."""
        self._uses_before = 0
        self._copy = str(uuid.uuid4())
        self._take = str(uuid.uuid4())
        self._clip = f"clip-{uuid.uuid4().hex[:16]}"
        self.pending_for = 0
        """How many saw the clip of the take as pending."""

    async def work(self) -> None:
        """The first one picks a preset for a device of the song; the last one records a take."""
        await self._try_preset()
        await asyncio.gather(*(self._use_preset(participant) for participant in self._participants))
        await self._share()
        await self._record()

    async def check(self) -> dict[str, Any]:
        """What is so at the end, for the report.

        Everyone uses the preset once more: what a server that was killed has forgotten counts now,
        and nobody counts twice.
        """
        await asyncio.gather(*(self._use_preset(user) for user in self._participants))
        live = await asyncio.gather(*map(self._sees_live, self._participants))
        rows = [
            await self._preset_row(participant, self._copy) for participant in self._participants
        ]
        return {
            "preset": self._preset["name"],
            "presets_used": await self._counted(),
            "shared_with": sum(row["forked_from"] == self._preset["id"] for row in rows),
            "pending_for": self.pending_for,
            "live_for": sum(live),
        }

    async def _counted(self) -> int:
        """Uses of the preset since the beginning, when they are counted."""
        for _ in range(COUNTED_SECONDS):
            row = await self._preset_row(self._participants[0], self._preset["id"])
            use_count = int(row["usage_count"]) - self._uses_before
            if use_count >= len(self._participants):
                break
            await asyncio.sleep(1.0)
        return use_count

    async def _preset_row(self, participant: Participant, preset: str) -> dict[str, Any]:
        return dict(await _answered(lambda: participant.client.presets.get(preset=preset)))

    def _is_live(self, participant: Participant) -> bool:
        return self._has_clip(participant) and not participant.room.is_pending(self._clip)

    def _has_clip(self, participant: Participant) -> bool:
        return participant.room.get("clips", self._clip) is not None

    async def _sees_live(self, participant: Participant) -> bool:
        return await _until(participant, lambda: self._is_live(participant), SEEN_SECONDS)

    async def _sees_pending(self, participant: Participant) -> bool:
        return await _until(
            participant, lambda: participant.room.is_pending(self._clip), SEEN_SECONDS
        )

    async def _try_preset(self) -> None:
        participant = self._participants[0]
        devices = participant.room.entities("devices")
        plugins = sorted({device["deviceId"] for device in devices.values()})
        where: PresetWhere = {"owner": {"is_null": True}, "plugin": {"in": plugins}}
        page = await _answered(lambda: participant.client.presets.list(where=where, limit=1))
        if not page["presets"]:  # none of what the song uses: any that there is
            everyone: PresetWhere = {"owner": {"is_null": True}}
            page = await _answered(lambda: participant.client.presets.list(where=everyone, limit=1))
        self._preset = dict(page["presets"][0])
        self._uses_before = int(self._preset["usage_count"])
        for device_id, device in devices.items():
            if device["deviceId"] == self._preset["plugin"]:
                props = {"params": self._preset["parameters"], "presetId": self._preset["id"]}
                op = {"op": "set", "col": "devices", "id": device_id, "props": props}
                participant.edit([op], atomic=False)
                return

    async def _use_preset(self, participant: Participant) -> None:
        await _answered(lambda: participant.client.presets.use(preset=self._preset["id"]))

    async def _share(self) -> None:
        """The first one's own version of it, for everyone."""
        client, origin = self._participants[0].client, self._preset["id"]
        await _answered(lambda: client.presets.copy(preset=origin, id=self._copy, name="Ours"))
        await _answered(lambda: client.presets.publish(preset=self._copy))

    async def _record(self) -> None:
        """A take of the last one: its clip is there before its bytes are."""
        participant = self._participants[-1]
        client, project = participant.client, participant.room.project
        files, take = client.audio_files, self._take
        await _answered(lambda: files.create(project=project, id=take, name="Take 1.wav"))
        participant.edit(self._clip_of_take(participant), atomic=True)
        self.pending_for = sum(await asyncio.gather(*map(self._sees_pending, self._participants)))
        for status, facts in STEPS:
            step: dict[str, Any] = {"audio_file": take, "status": status, **facts}
            await _answered(partial(files.set_status, **step))

    def _clip_of_take(self, participant: Participant) -> list[dict[str, Any]]:
        track, medium = f"trak-{self._clip[5:]}", f"medi-{self._clip[5:]}"
        entities: tuple[tuple[str, str, dict[str, Any]], ...] = (
            ("media", medium, {"name": "Take 1", "audioFile": self._take}),
            (
                "tracks",
                track,
                {"name": f"{participant.character.name}'s take", "content": ["audio"]},
            ),
            (
                "clips",
                self._clip,
                {"track": track, "kind": "audio", "time": 0.0, "duration": 16.0, "media": medium},
            ),
        )
        return [
            {"op": "insert", "col": collection, "id": id, "entity": entity}
            for collection, id, entity in entities
        ]


async def _answered(call: Callable[[], Awaitable[T]]) -> T:
    """The answer of a call that may be made again, however often servers die meanwhile."""
    while True:
        try:
            return await call()
        except (CallInterrupted, CallTimedOut, NotConnected):
            await asyncio.sleep(AGAIN_SECONDS)


async def _until(participant: Participant, fact: Callable[[], bool], seconds: float) -> bool:
    """Whether it came to be so, as this musician sees it."""
    heard_event = asyncio.Event()
    stop = participant.room.subscribe(lambda _: heard_event.set())
    try:
        async with asyncio.timeout(seconds):
            while not fact():
                heard_event.clear()
                await heard_event.wait()
        return True
    except TimeoutError:
        return False
    finally:
        stop()
