"""A musician at one device: a client with a room, played by a seed, and measured."""

import asyncio
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from files.imported_song import Song
from files.upload import upload
from loadtest.clock import now_ms
from loadtest.people.musician import FRAMES_PER_SECOND, Edit, Move, Musician, character
from loadtest.people.recall_habits import RecallHabits
from loadtest.people.tally import Tally
from prime_client.client import Client
from prime_client.copy.state_ops import Op, State
from prime_client.events import Acknowledged, Event, Moved, Refused
from prime_client.failures import TooMuchPending
from prime_client.logging_in.device_login import DeviceCode
from prime_client.room import Room


@dataclass(frozen=True, slots=True)
class MemberFigures:
    """One musician, as the others see it."""

    name: str
    color: str
    tool: str
    time: float
    track: str
    is_live: bool
    pending: int


class Participant:
    """One musician at one device."""

    def __init__(
        self, url: str, number: int, seed: int, tally: Tally, *, is_calm: bool = False
    ) -> None:
        self.character = character(number)
        self.client = Client(url, device=f"studio {number + 1}")
        self.email = ""
        self.password = secrets.token_urlsafe(12)
        self._seed = seed * 1_000 + number
        self._is_calm = is_calm
        self.habits = RecallHabits(self.client, self._seed)
        self._tally = tally
        self._room: Room | None = None
        self._sent_by_id: dict[str, tuple[float, int]] = {}
        self._last_seen_at: dict[str, float] = {}

    @property
    def room(self) -> Room:
        """The room, once entered."""
        assert self._room is not None
        return self._room

    async def sign_up(self, unique: str, invitation: str = "") -> None:
        """Connect and make an account, as a member of a project if there is an invitation."""
        await self.client.connect(30.0)
        await self._register(self.client, unique, invitation)

    async def sign_up_in_a_browser(self, unique: str, invitation: str) -> None:
        """The same elsewhere, and let this device in by the code that it shows (RFC 8628)."""
        await self.client.connect(30.0)
        async with Client(self.client.url, device=f"{self.client.device} browser") as browser:
            await self._register(browser, unique, invitation)

            async def type_in(device_code: DeviceCode) -> None:
                await browser.auth.device_look(user_code=device_code.code)
                await browser.auth.device_approve(user_code=device_code.code)

            await self.client.log_in_by_device(type_in, name=self.client.device)

    async def _register(self, client: Client, unique: str, invitation: str) -> None:
        username = f"{self.character.name.replace(' ', '')}-{unique}"
        self.email = f"{username.lower()}@demo.example"
        await client.register(
            self.email, username, self.password, self.character.name, invitation=invitation
        )

    async def enter(self, project: str) -> Room:
        """Join and listen."""
        self._room = await self.client.join(project)
        self._room.subscribe(self._on_event)
        return self._room

    async def play(self, stop: asyncio.Event) -> None:
        """Act at an even rate until told to stop; goes on editing while the server is away."""
        musician = Musician(lambda: self.room.state, self._seed, is_calm=self._is_calm)
        due_at = time.perf_counter()
        while not stop.is_set():
            match musician.frame():
                case Move(presence=presence):
                    self.room.move(**presence, at=now_ms())
                case Edit(ops=ops, atomic=atomic):
                    self.edit(ops, atomic)
            due_at += 1 / FRAMES_PER_SECOND
            await asyncio.sleep(max(0.0, due_at - time.perf_counter()))

    def edit(self, ops: list[Op], atomic: bool) -> str | None:
        """Propose a delta; returns its id, or None when too many wait already."""
        is_live = self.room.is_live
        began_at = now_ms()
        try:
            delta_id = self.room.edit(ops, atomic=atomic)
        except TooMuchPending:
            return None
        if is_live:
            self._sent_by_id[delta_id] = (began_at, self.client.connections)
        return delta_id

    def figures(self) -> MemberFigures:
        """This musician as the view shows it."""
        replica = self.room.replica
        me = replica.members.get(replica.you, {}).get("presence", {})
        cursor = me.get("cursor") or {}
        track = replica.state["tracks"].get(cursor.get("track") or "", {})
        return MemberFigures(
            self.character.name,
            self.character.color,
            me.get("tool") or "",
            cursor.get("time", 0.0),
            track.get("name", ""),
            self.room.is_live,
            len(replica.pending),
        )

    def _on_event(self, event: Event) -> None:
        match event:
            case Moved(moved=moved):
                self._saw(moved)
                return
            case Acknowledged():
                self._tally.note_ack(event)
                sent_ms, connection = self._sent_by_id.pop(event.delta_id, (0.0, -1))
                if connection == self.client.connections and not event.on_resume:
                    self._tally.ack_ms.append(now_ms() - sent_ms)
            case Refused():
                self._sent_by_id.pop(event.delta_id, None)
                self._tally.refused.append(event)
            case _:
                pass
        self._tally.something_changed.set()

    def _saw(self, moved_members: dict[str, dict[str, object]]) -> None:
        """A cursor counts once, when it is news: coming back, one is told of old places too."""
        now = now_ms()
        you = self.room.replica.you
        for member, presence in moved_members.items():
            at = presence.get("at")
            if member == you or not isinstance(at, int | float):
                continue
            if at > self._last_seen_at.get(member, 0.0):
                self._last_seen_at[member] = at
                self._tally.cursor_ms.append(now - at)


def states_by_name(participants: Sequence[Participant]) -> dict[str, State]:
    """The copy that each of them holds."""
    return {each.character.name: each.room.state for each in participants}


async def take_seats(
    participants: Sequence[Participant], song: Song, role: Literal["owner", "editor"] = "editor"
) -> str:
    """Accounts, a project filled with the song, and everyone in its room; returns its id.

    Editors register by the link of an invitation, the last of several in a browser: its device is
    let in by a code. Owners are made by who is one.
    """
    unique = secrets.token_hex(3)
    owner, *other_participants = participants
    await owner.sign_up(unique)
    created = await owner.client.projects.create(name=song.name[:120], **song.in_list)
    project = str(created["id"])
    await upload(await owner.enter(project), song.to_ops())
    for number, participant in enumerate(other_participants, start=1):
        if role == "owner":
            await participant.sign_up(unique)
            await owner.client.members.grant(project=project, email=participant.email, role=role)
        else:
            link = (await owner.client.invitations.create(project=project, role=role))["url"]
            by_code = 1 < number == len(other_participants)
            await (participant.sign_up_in_a_browser if by_code else participant.sign_up)(
                unique, link or ""
            )
        await participant.enter(project)
    return project
