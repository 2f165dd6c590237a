"""States that clients ask for part by part: encoded once, kept while they are being fetched."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass

from rooms.document.document import Document
from schema.calls import StateData
from schema.errors import ErrorCode
from schema.messages import Position
from schema.server_limits import MAX_PAGES_BYTES
from server.refused import Refused
from server.sockets.codec import Codec
from server.states.document_slots import DocumentSlots
from server.states.encoded_state import packed
from server.states.stored_state import WorkerDocument


@dataclass(frozen=True, slots=True)
class _Pages:
    position: Position
    digest: str
    parts: list[bytes]


class StatePages:
    """One for the whole server. A state that is not kept is encoded in the slot for documents."""

    def __init__(self, slots: DocumentSlots) -> None:
        self._slots = slots
        self._cached: OrderedDict[Hashable, _Pages] = OrderedDict()
        """By state and codec; the one asked for longest ago comes first."""
        self._bytes = 0
        """Of all parts that are kept."""

    async def part(
        self,
        key: Hashable,
        user: str,
        codec: Codec,
        part: int,
        find: Callable[[], Awaitable[WorkerDocument]],
    ) -> StateData:
        """One part of the state that `key` names; `find` gets it when it is not here."""
        name = key, codec.name
        pages = self._cached.get(name)
        if pages is None:
            async with self._slots.slot(user):
                pages = self._cached.get(name) or await self._find(name, codec, find)
        self._cached.move_to_end(name)
        if part >= len(pages.parts):
            text = f"part: this state has {len(pages.parts)} parts, counted from 0"
            raise Refused(ErrorCode.VALIDATION, text)
        return StateData(pages.position, pages.digest, part, len(pages.parts), pages.parts[part])

    async def _find(
        self, name: Hashable, codec: Codec, find: Callable[[], Awaitable[WorkerDocument]]
    ) -> _Pages:
        async with await find() as there:
            digest, parts = await there.use(_packed, codec)
        pages = _Pages(Position(there.epoch, there.seq), digest, parts)
        self._keep(name, pages)
        return pages

    def _keep(self, key: Hashable, pages: _Pages) -> None:
        self._cached[key] = pages
        self._bytes += sum(map(len, pages.parts))
        while self._bytes > MAX_PAGES_BYTES and len(self._cached) > 1:
            _, oldest = self._cached.popitem(last=False)
            self._bytes -= sum(map(len, oldest.parts))


def _packed(document: Document, codec: Codec) -> tuple[str, list[bytes]]:
    return document.digest, packed(document.collections, codec)
