"""The answer to a member's delta: an ack, or an error that says what to do."""

from collections.abc import Sequence
from typing import Any

from msgspec import UNSET, structs

from rooms.document.document import Applied, Drop
from rooms.journal.entry import STRAYED, Entry, Outcome, Purpose
from rooms.presence.seat import NotTaken
from schema.errors import ERRORS, DropReason, ErrorCode
from schema.invariants import bound_of, field_of
from schema.messages import Ack, Details, Dropped, Error
from schema.ops import Insert, Op, Set

DIGEST_EVERY = 16
"""Every so many seqs an ack carries the digest."""

RETRY_MILLISECONDS = 250

REFUSALS = {
    DropReason.EXISTS: ErrorCode.OP_EXISTS,
    DropReason.CYCLE: ErrorCode.OP_CYCLE,
    DropReason.INVALID: ErrorCode.OP_INVALID,
    DropReason.LIMIT: ErrorCode.LIMIT_REACHED,
    DropReason.FOREIGN: ErrorCode.FORBIDDEN,
}
"""Dropped for these reasons at the head means refused (rule D4); for the rest, overtaken."""

OUTCOMES = {
    Outcome.ID_REUSED: (
        ErrorCode.ID_REUSED,
        "this id was used already, by someone else or with other ops; make a new id",
    ),
    Outcome.FORBIDDEN: (
        ErrorCode.FORBIDDEN,
        "your role, or what the host of this session lets you do, does not allow this edit",
    ),
    Outcome.SESSION_REVOKED: (ErrorCode.AUTH_FAILED, "this login was ended; log in again"),
    Outcome.ARCHIVED: (ErrorCode.ARCHIVED, "the project is archived; bring it back to edit it"),
    Outcome.NOT_FOUND: (ErrorCode.NOT_FOUND, "there is no such project"),
    Outcome.INVALID: (ErrorCode.OP_INVALID, "the database cannot store this delta"),
    Outcome.GRANT_CHANGED: (
        ErrorCode.UNAVAILABLE,
        "your role or your tracks are others now; send this again with the same id",
    ),
    Outcome.FENCED: (ErrorCode.UNAVAILABLE, "this device has joined again since; join, then send"),
    **dict.fromkeys(
        STRAYED, (ErrorCode.UNAVAILABLE, "the project has a new epoch; join again, then send it")
    ),
}

NOTHING_LEFT = {
    Purpose.UNDO: (ErrorCode.NOTHING_TO_UNDO, "you have no step that could be undone"),
    Purpose.REDO: (ErrorCode.NOTHING_TO_REDO, "you have undone nothing since your last edit"),
}


def refused(project: str, delta_id: str, code: ErrorCode, text: str) -> Error:
    """No, and the same again would be refused again."""
    return Error(delta_id, code, text, project)


def try_again(project: str, delta_id: str, code: ErrorCode, text: str) -> Error:
    """Not now."""
    return Error(delta_id, code, text, project, {"retry_after_ms": RETRY_MILLISECONDS})


def behind(project: str, delta_id: str, first: NotTaken) -> Error:
    """Not now, because one before it was not taken (rule D12)."""
    text = f"it follows {first.delta_id}, which was refused for now: send that again first"
    details: Details = {"after": first.delta_id, "retry_after_ms": RETRY_MILLISECONDS}
    return Error(delta_id, first.code, text, project, details)


def refused_op(project: str, delta_id: str, drop: Drop, op: Op) -> Error:
    """Refused whole, for the op at fault (rules D4, D21, E11)."""
    text = f"op {drop.op}: {drop.detail or drop.reason}"
    details: Details = {"op": drop.op}
    said = op.props if isinstance(op, Set) else ()
    name = "id" if drop.reason is DropReason.EXISTS else field_of(drop.detail, op.col, said)
    if name is not None:
        details["field"] = name
    if (bound := bound_of(drop.detail)) is not None:
        details["bound"] = bound
    return Error(delta_id, REFUSALS[drop.reason], text, project, details)


def of_outcome(project: str, delta_id: str, outcome: Outcome) -> Error:
    """What the journal said instead of committing."""
    if outcome is Outcome.UNAVAILABLE:
        text = "this project cannot be written to just now; send this again with the same id"
        return try_again(project, delta_id, ErrorCode.UNAVAILABLE, text)
    code, text = OUTCOMES[outcome]
    if ERRORS[code].try_again:
        return try_again(project, delta_id, code, text)
    return Error(delta_id, code, text, project)


def ack(
    project: str, entry: Entry, applied: Applied, shown: list[Op], digest: str
) -> tuple[Ack, list[Dropped]]:
    """The ack of an entry, whose drops a later ack of the same delta repeats (rule D3).

    `shown`: the ops that took effect, as others are sent them.
    """
    ops = applied.proposed
    made_here = entry.purpose is not Purpose.EDIT
    is_described = made_here and applied.mistake is None
    drops = [
        _described(drop, ops[drop.op]) if is_described else _dropped(drop) for drop in applied.drops
    ]
    effective: list[Op] | None = None
    if made_here or not applied.as_sent:
        effective = shown
    due = digest if entry.seq % DIGEST_EVERY == 0 else None
    seq, at = entry.seq, entry.committed_at
    return Ack(project, entry.delta_id, seq, at, drops, effective, digest=due), drops


def bare(ops: Sequence[Op]) -> list[Op]:
    """The ops without what they expected: it was met."""
    return [op if isinstance(op, Insert) else structs.replace(op, expect=UNSET) for op in ops]


def _dropped(drop: Drop) -> Dropped:
    return Dropped(drop.op, drop.reason)


def _described(drop: Drop, op: Op) -> Dropped:
    """Of ops that the author never saw: what they were about."""
    props: dict[str, Any] = op.props if isinstance(op, Set) else {}
    names = [f"params/{leaf}" for leaf in props["params"]] if "params" in props else sorted(props)
    return Dropped(drop.op, drop.reason, op.col, op.id, names)
