"""States that clients ask for part by part: encoded once, kept while they are being fetched."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass

from rooms.document.document import Document
from schema.calling.projects.state_parts import StateData
from schema.errors import ErrorCode
from schema.messages import Position
from schema.server_limits import MAX_PAGES_BYTES
from server.encoding.codec import Codec
from server.refused import Refused
from server.states.document_slots import DocumentSlots
from server.states.encoded_state import packed
from server.states.stored_state import WorkerDocument


@dataclass(frozen=True, slots=True)
class StatePage:
    """A part of a state that a call asks for: found and encoded when it is known for which door."""

    key: Hashable
    """Names the state."""
    user: str
    """Who asks: users take the slot for documents in turn."""
    part: int
    """Which one, counted from 0."""
    find: Callable[[], Awaitable[WorkerDocument]]
    """Gets the state, if no encoding of it is at hand."""


@dataclass(frozen=True, slots=True)
class _EncodedPages:
    position: Position
    digest: str
    parts: list[bytes]


class StatePages:
    """One for the whole server. A state that is not kept is encoded in the slot for documents."""

    def __init__(self, slots: DocumentSlots) -> None:
        self._slots = slots
        self._cached_pages: OrderedDict[Hashable, _EncodedPages] = OrderedDict()
        """State and codec -> its parts, the last asked for at the end."""
        self._bytes = 0
        """Of all these parts."""

    async def encoded(self, page: StatePage, codec: Codec) -> StateData:
        """The part that is asked for; raises `Refused` if the state has no such part."""
        name = page.key, codec.name
        state = self._cached_pages.get(name)
        if state is None:
            async with self._slots.slot(page.user):
                state = self._cached_pages.get(name) or await self._find(name, codec, page.find)
        self._cached_pages.move_to_end(name)
        if page.part >= len(state.parts):
            text = f"part: this state has {len(state.parts)} parts, counted from 0"
            raise Refused(ErrorCode.VALIDATION, text, field="part")
        data = state.parts[page.part]
        return StateData(state.position, state.digest, page.part, len(state.parts), data)

    async def _find(
        self, name: Hashable, codec: Codec, find: Callable[[], Awaitable[WorkerDocument]]
    ) -> _EncodedPages:
        async with await find() as document:
            digest, parts = await document.use(_packed, codec)
        state = _EncodedPages(Position(document.epoch, document.seq), digest, parts)
        self._remember(name, state)
        return state

    def _remember(self, name: Hashable, state: _EncodedPages) -> None:
        self._cached_pages[name] = state
        self._bytes += sum(map(len, state.parts))
        while self._bytes > MAX_PAGES_BYTES and len(self._cached_pages) > 1:
            _, oldest = self._cached_pages.popitem(last=False)
            self._bytes -= sum(map(len, oldest.parts))


def _packed(document: Document, codec: Codec) -> tuple[str, list[bytes]]:
    return document.digest, packed(document.collections, codec)
