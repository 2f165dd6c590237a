"""The aspects of a project but the document, at a seq: as they are stored, or folded anew."""

import msgspec
import structlog

from persistence.journal.contract import Checkpoint, Journal
from rooms.aspect import Aspect, AspectState
from rooms.known_aspects import ASPECTS, fresh_aspects

READ_ENTRIES = 500
"""Entries read from the journal at once."""

log = structlog.get_logger()


async def aspects_of(journal: Journal, checkpoint: Checkpoint) -> dict[str, Aspect]:
    """At the seq of a stored state. What it does not hold, or holds damaged, is folded anew.

    A node that did not know an aspect has stored none of it. Raises `Unavailable`.
    """
    aspects: dict[str, Aspect] = {}
    for name in ASPECTS:
        state = checkpoint.aspects.get(name)
        aspect = None if state is None else _loaded(name, state, checkpoint)
        aspects[name] = aspect or await _folded(journal, checkpoint.project, name, checkpoint.seq)
    return aspects


async def folded_at(journal: Journal, project: str, seq: int) -> dict[str, Aspect]:
    """From the first entry on, whatever is stored; raises `Unavailable`."""
    return {name: await _folded(journal, project, name, seq) for name in ASPECTS}


def _loaded(name: str, state: AspectState, checkpoint: Checkpoint) -> Aspect | None:
    aspect = ASPECTS[name]()
    try:
        aspect.load(state.slices)
    except (msgspec.MsgspecError, LookupError, TypeError, ValueError) as error:
        reason = repr(error)
    else:
        if aspect.digest == state.digest:
            return aspect
        reason = f"it comes to {aspect.digest}, not {state.digest}"
    project, seq = checkpoint.project, checkpoint.seq
    log.error("stored aspect damaged; folded", project=project, seq=seq, aspect=name, reason=reason)
    return None


async def _folded(journal: Journal, project: str, name: str, up_to: int) -> Aspect:
    aspect, after = fresh_aspects()[name], 0
    while True:
        entries = await journal.read_aspect(project, name, after, up_to, READ_ENTRIES)
        for entry in entries:
            for _ in aspect.apply(entry):
                pass
        if len(entries) < READ_ENTRIES:
            return aspect
        after = entries[-1].seq
