"""Every error a client can be told, as data: the code, what it means, whether to try again."""

from dataclasses import dataclass
from enum import StrEnum


class ErrorCode(StrEnum):
    """The `code` of an `error` message."""

    BAD_MESSAGE = "bad_message"
    UNKNOWN_MESSAGE = "unknown_message"
    TOO_LARGE = "too_large"
    UNSUPPORTED_VERSION = "unsupported_version"
    AUTH_REQUIRED = "auth_required"
    AUTH_FAILED = "auth_failed"
    TOKEN_EXPIRED = "token_expired"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    NOT_JOINED = "not_joined"
    VALIDATION = "validation"
    CONFLICT = "conflict"
    TAKEN = "taken"
    ARCHIVED = "archived"
    LIMIT_REACHED = "limit_reached"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"
    POSITION_AHEAD = "position_ahead"
    ID_REUSED = "id_reused"
    OP_INVALID = "op_invalid"
    OP_EXISTS = "op_exists"
    OP_CYCLE = "op_cycle"
    NOTHING_TO_UNDO = "nothing_to_undo"
    NOTHING_TO_REDO = "nothing_to_redo"
    COMPACTED = "compacted"
    SNAPSHOT_DAMAGED = "snapshot_damaged"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class ErrorMeaning:
    """A row of the error table of PROTOCOL.md."""

    meaning: str
    try_again: bool


ERRORS: dict[ErrorCode, ErrorMeaning] = {
    ErrorCode.BAD_MESSAGE: ErrorMeaning(
        "The bytes are no message, or a field has the wrong type, length, depth or range.", False
    ),
    ErrorCode.UNKNOWN_MESSAGE: ErrorMeaning(
        "No message or call of that name exists in this protocol version.", False
    ),
    ErrorCode.TOO_LARGE: ErrorMeaning(
        "The message is over its bound; split it and send it again.", False
    ),
    ErrorCode.UNSUPPORTED_VERSION: ErrorMeaning(
        "None of the protocol versions offered is served; `details.supported` lists them.", False
    ),
    ErrorCode.AUTH_REQUIRED: ErrorMeaning(
        "Log in first: `auth.login`, or hello with a token.", False
    ),
    ErrorCode.AUTH_FAILED: ErrorMeaning(
        "The credentials or the token are not valid; log in again.", False
    ),
    ErrorCode.TOKEN_EXPIRED: ErrorMeaning(
        "The access token has run out; call `auth.refresh` and come again.", True
    ),
    ErrorCode.FORBIDDEN: ErrorMeaning(
        "Your role in the project does not allow this; ask an owner.", False
    ),
    ErrorCode.NOT_FOUND: ErrorMeaning("There is no such thing, or it is not yours to see.", False),
    ErrorCode.NOT_JOINED: ErrorMeaning("Join the project before sending to its room.", False),
    ErrorCode.VALIDATION: ErrorMeaning(
        "A parameter of the call is out of its range; the sentence names it.", False
    ),
    ErrorCode.CONFLICT: ErrorMeaning(
        "Someone changed the row first; read it again, `details.version` is the new one.", True
    ),
    ErrorCode.TAKEN: ErrorMeaning("That e-mail address, username or id is in use.", False),
    ErrorCode.ARCHIVED: ErrorMeaning("The project is archived; restore it before editing.", False),
    ErrorCode.LIMIT_REACHED: ErrorMeaning(
        "A bound of the protocol is reached; the sentence says which.", False
    ),
    ErrorCode.RATE_LIMITED: ErrorMeaning(
        "Too much in too short a time; wait `details.retry_after_ms`.", True
    ),
    ErrorCode.UNAVAILABLE: ErrorMeaning(
        "The server cannot do this now; nothing is lost, send it again with the same id.", True
    ),
    ErrorCode.POSITION_AHEAD: ErrorMeaning(
        "Your position lies in the future of this project; join without a position.", False
    ),
    ErrorCode.ID_REUSED: ErrorMeaning(
        "This id was used with another payload; make a new id.", False
    ),
    ErrorCode.OP_INVALID: ErrorMeaning(
        "An op of the delta breaks a rule of the project state; `details.op` is its index.", False
    ),
    ErrorCode.OP_EXISTS: ErrorMeaning(
        "An op inserts an id that is in use; make a new id. `details.op` is its index.", False
    ),
    ErrorCode.OP_CYCLE: ErrorMeaning(
        "An op would put a track or channel inside itself; `details.op` is its index.", False
    ),
    ErrorCode.NOTHING_TO_UNDO: ErrorMeaning(
        "You have no step here that could be undone: others' steps are theirs.", False
    ),
    ErrorCode.NOTHING_TO_REDO: ErrorMeaning(
        "You have undone nothing since your last edit that could be done again.", False
    ),
    ErrorCode.COMPACTED: ErrorMeaning(
        "The history before `details.oldest` is not kept any more.", False
    ),
    ErrorCode.SNAPSHOT_DAMAGED: ErrorMeaning(
        "The stored state does not match its checksum; take another snapshot.", False
    ),
    ErrorCode.INTERNAL: ErrorMeaning(
        "The server made a mistake; `details.error_id` finds it in its log.", True
    ),
}


class DropReason(StrEnum):
    """Why one op of a committed delta did nothing; the same on every node."""

    GONE = "gone"
    PARENT_GONE = "parent_gone"
    CHANGED = "changed"
    CYCLE = "cycle"
    EXISTS = "exists"
    INVALID = "invalid"
    LIMIT = "limit"
    ATOMIC = "atomic"
    QUARANTINED = "quarantined"


DROP_REASONS: dict[DropReason, str] = {
    DropReason.GONE: "The entity was deleted meanwhile; deletes win.",
    DropReason.PARENT_GONE: "What the entity would belong to was deleted meanwhile.",
    DropReason.CHANGED: "`expect` was not met: someone else changed the property.",
    DropReason.CYCLE: "The move would put a track or channel inside itself.",
    DropReason.EXISTS: "The id is in use.",
    DropReason.INVALID: "With what others changed meanwhile, the result would break an invariant.",
    DropReason.LIMIT: "The project would grow past its bound.",
    DropReason.ATOMIC: "Another op of this atomic delta was dropped, so all of it was.",
    DropReason.QUARANTINED: "No server can read or apply this delta: all of it does nothing.",
}
