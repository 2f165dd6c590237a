"""Two nodes hold different states at one seq (S4): whether ours is not the journal's."""

import structlog

from persistence.errors import PersistenceError
from persistence.journal.contract import Journal
from rooms.document.document import Document
from server.live.live_room import LiveRoom
from server.live.room_services import RoomClosed
from server.logs.outages import because
from server.loop.threads import InThread
from server.states.aspects import folded_at
from server.states.stored_state import DamagedState, document_at

log = structlog.get_logger()


async def is_wrong_copy(live: LiveRoom, journal: Journal, in_thread: InThread) -> bool:
    """Whether what a room holds is not what the journal comes to; False, if that cannot be told.

    It replays what came after a stored state: not to be asked often.
    """
    project = live.room.project
    try:
        frozen_state = await live.freeze()
        journal_document = await document_at(journal, project, frozen_state.seq, in_thread)
        async with journal_document:
            journal_digest = await journal_document.use(_digest)
        other_aspects = await folded_at(journal, project, frozen_state.seq)
    except RoomClosed:
        return False
    except (PersistenceError, DamagedState) as error:
        log.warning("cannot tell whose state is the journal's", project=project, **because(error))
        return False
    is_same = {name: aspect.digest for name, aspect in other_aspects.items()} == {
        name: state.digest for name, state in frozen_state.aspects.items()
    }
    if (journal_digest == frozen_state.digest and is_same) or live.is_closed:
        return False
    log.error(
        "our state is not the journal's; the room is loaded anew",
        project=project,
        seq=frozen_state.seq,
        digest=frozen_state.digest,
        journal=journal_digest,
    )
    return True


def _digest(document: Document) -> str:
    return document.digest
