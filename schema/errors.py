"""Every error code, as data: what it means, what to do, which details it has."""

from dataclasses import dataclass
from enum import StrEnum


class ErrorCode(StrEnum):
    """The `code` of an `error` message."""

    BAD_MESSAGE = "bad_message"
    UNKNOWN_MESSAGE = "unknown_message"
    UNSUPPORTED_VERSION = "unsupported_version"
    AUTH_REQUIRED = "auth_required"
    AUTH_FAILED = "auth_failed"
    TOKEN_EXPIRED = "token_expired"
    SECOND_FACTOR_REQUIRED = "second_factor_required"
    SECOND_FACTOR_MISSING = "second_factor_missing"
    LINK_REQUIRED = "link_required"
    LOGIN_TOO_OLD = "login_too_old"
    ADDRESS_UNVERIFIED = "address_unverified"
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
    NOT_DONE = "not_done"
    INTERNAL = "internal"


class Retry(StrEnum):
    """What to do about an error."""

    MEND = "mend"
    WAIT = "wait"
    GIVE_UP = "give up"


RETRIES: dict[Retry, str] = {
    Retry.MEND: "Change what you sent, or do first what the meaning says; then send it again.",
    Retry.WAIT: "Send the same again, with the same id, after `details.retry_after_ms`.",
    Retry.GIVE_UP: "The same will be refused again: tell the user.",
}

DETAILS: dict[str, tuple[str, str]] = {
    "field": (
        "text",
        "What of the message, the call's `params`, the op or the row is wrong.",
    ),
    "op": ("integer", "The index of the op at fault, from 0."),
    "bound": ("text", "The row of the table of limits that an op is past."),
    "after": ("text", "The id of the delta that was refused first (D12)."),
    "retry_after_ms": ("integer", "So many milliseconds later."),
    "version": ("integer", "The row's version now."),
    "head": ("integer", "The newest seq."),
    "oldest": ("integer", "History is kept after this seq."),
    "supported": ("list of integers", "The versions that the server speaks."),
    "challenge": ("text", "What finishes the login, with a code; good for five minutes."),
    "message": ("text", "What an operator says to the people it is about."),
    "error_id": ("text", "Under which the server's log has it."),
}
"""The keys of the `details` of an error: type, and what the value says."""


@dataclass(frozen=True, slots=True)
class ErrorMeaning:
    """A row of the error table of PROTOCOL.md. `may_have`: the details beside those of always."""

    meaning: str
    retry: Retry
    has: tuple[str, ...] = ()
    may_have: tuple[str, ...] = ()

    @property
    def try_again(self) -> bool:
        """Whether the same may be sent again, as it is."""
        return self.retry is Retry.WAIT


ERRORS: dict[ErrorCode, ErrorMeaning] = {
    ErrorCode.BAD_MESSAGE: ErrorMeaning(
        "The bytes are no message, or a field has the wrong type, length, depth or range.",
        Retry.MEND,
        may_have=("field",),
    ),
    ErrorCode.UNKNOWN_MESSAGE: ErrorMeaning(
        "No message or call of that name exists in this protocol version.", Retry.GIVE_UP
    ),
    ErrorCode.UNSUPPORTED_VERSION: ErrorMeaning(
        "The server speaks none of the versions offered; `details.supported` lists its own.",
        Retry.GIVE_UP,
        has=("supported",),
    ),
    ErrorCode.AUTH_REQUIRED: ErrorMeaning(
        "Log in first: `auth.login`, or hello with a token. With `details.message` an operator has "
        "ended the login that there was, and says why.",
        Retry.MEND,
        may_have=("message",),
    ),
    ErrorCode.AUTH_FAILED: ErrorMeaning(
        "The credentials or the token are not valid; log in again.",
        Retry.MEND,
        may_have=("message",),
    ),
    ErrorCode.TOKEN_EXPIRED: ErrorMeaning(
        "The access token has run out; call `auth.refresh` and come again.", Retry.MEND
    ),
    ErrorCode.SECOND_FACTOR_REQUIRED: ErrorMeaning(
        "The login lacks a code of the second factor: call `auth.second_factor` with "
        "`details.challenge`.",
        Retry.MEND,
        has=("challenge",),
    ),
    ErrorCode.SECOND_FACTOR_MISSING: ErrorMeaning(
        "This server asks everyone for a second factor, and the account has none: set one up by "
        "`auth.totp_begin` and `auth.totp_confirm` with `details.challenge`.",
        Retry.MEND,
        has=("challenge",),
    ),
    ErrorCode.LINK_REQUIRED: ErrorMeaning(
        "The provider has proved an e-mail address that has an account already: log in to that, "
        "then link the provider with `auth.link_begin`.",
        Retry.MEND,
    ),
    ErrorCode.LOGIN_TOO_OLD: ErrorMeaning(
        "This takes a login of the last ten minutes: log in again, then call it again.",
        Retry.MEND,
    ),
    ErrorCode.ADDRESS_UNVERIFIED: ErrorMeaning(
        "This server lets in only those whose e-mail address is proved: call `auth.verify` with "
        "what the mail has (`auth.send_verification` asks for another), then log in.",
        Retry.MEND,
    ),
    ErrorCode.FORBIDDEN: ErrorMeaning(
        "You may see it and not do this: that takes another role in the project, or it belongs to "
        "someone else; the sentence says who may.",
        Retry.GIVE_UP,
        may_have=("op", "field"),
    ),
    ErrorCode.NOT_FOUND: ErrorMeaning("It does not exist, or you may not see it.", Retry.GIVE_UP),
    ErrorCode.NOT_JOINED: ErrorMeaning("Join the project before sending to its room.", Retry.MEND),
    ErrorCode.VALIDATION: ErrorMeaning(
        "A parameter of the call is missing, unknown, or none that is allowed; `details.field` "
        "names it.",
        Retry.MEND,
        has=("field",),
    ),
    ErrorCode.CONFLICT: ErrorMeaning(
        "The row is not as you took it to be: read it again; `details.version` is that of now.",
        Retry.MEND,
        may_have=("version",),
    ),
    ErrorCode.TAKEN: ErrorMeaning(
        "Something of which there is only one is in use: an e-mail address, a username, an id, the "
        "name of a preset, a content hash; `details.field` names it.",
        Retry.MEND,
        has=("field",),
    ),
    ErrorCode.ARCHIVED: ErrorMeaning(
        "The project is archived; restore it before editing.", Retry.GIVE_UP
    ),
    ErrorCode.LIMIT_REACHED: ErrorMeaning(
        "A bound of the protocol is reached; the sentence says which.",
        Retry.MEND,
        may_have=("op", "field", "bound"),
    ),
    ErrorCode.RATE_LIMITED: ErrorMeaning(
        "Too much in too short a time; wait `details.retry_after_ms`.",
        Retry.WAIT,
        has=("retry_after_ms",),
        may_have=("after",),
    ),
    ErrorCode.UNAVAILABLE: ErrorMeaning(
        "The server cannot do this now; nothing is lost, send it again with the same id. With "
        "`details.message` an operator has asked for it: show the sentence as a status.",
        Retry.WAIT,
        has=("retry_after_ms",),
        may_have=("after", "message"),
    ),
    ErrorCode.POSITION_AHEAD: ErrorMeaning(
        "Your position is ahead of the project's journal; join without a position.",
        Retry.MEND,
        may_have=("head",),
    ),
    ErrorCode.ID_REUSED: ErrorMeaning(
        "This id, or this `idempotency_key`, was used for something else; make a new one.",
        Retry.MEND,
    ),
    ErrorCode.OP_INVALID: ErrorMeaning(
        "An op of the delta breaks a rule of the project state; `details.op` is its index.",
        Retry.MEND,
        may_have=("op", "field"),
    ),
    ErrorCode.OP_EXISTS: ErrorMeaning(
        "An op inserts an id that is in use; make a new id. `details.op` is its index.",
        Retry.MEND,
        has=("op", "field"),
    ),
    ErrorCode.OP_CYCLE: ErrorMeaning(
        "An op would put a track or channel inside itself; `details.op` is its index.",
        Retry.MEND,
        has=("op",),
        may_have=("field",),
    ),
    ErrorCode.NOTHING_TO_UNDO: ErrorMeaning(
        "You have no step here to undo; others undo their own.", Retry.GIVE_UP
    ),
    ErrorCode.NOTHING_TO_REDO: ErrorMeaning(
        "No undone step of yours is left since your last edit.", Retry.GIVE_UP
    ),
    ErrorCode.COMPACTED: ErrorMeaning(
        "The history before `details.oldest` has been deleted.", Retry.GIVE_UP, has=("oldest",)
    ),
    ErrorCode.SNAPSHOT_DAMAGED: ErrorMeaning(
        "The stored state does not match its checksum; take another snapshot.", Retry.GIVE_UP
    ),
    ErrorCode.NOT_DONE: ErrorMeaning(
        "Another call of this atomic batch was refused, so none was done.", Retry.MEND
    ),
    ErrorCode.INTERNAL: ErrorMeaning(
        "The server made a mistake; `details.error_id` finds it in its log.",
        Retry.WAIT,
        has=("retry_after_ms",),
        may_have=("error_id", "after"),
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
    FOREIGN = "foreign"
    ATOMIC = "atomic"
    QUARANTINED = "quarantined"


class ResyncReason(StrEnum):
    """Why what has changed in a list that is watched cannot be told (rules V9, V10)."""

    TOO_OLD = "too_old"
    OTHER_HISTORY = "other_history"
    OTHER_LIST = "other_list"
    TOO_MUCH = "too_much"
    TOO_MANY_ROWS = "too_many_rows"
    ACCESS = "access"
    BEHIND = "behind"
    FAILED = "failed"


DROP_REASONS: dict[DropReason, str] = {
    DropReason.GONE: "The entity was deleted meanwhile, or was never there; deletes win.",
    DropReason.PARENT_GONE: "What the entity would belong to was deleted, or was never there.",
    DropReason.CHANGED: "`expect` was not met: someone else changed it, or took its place.",
    DropReason.CYCLE: "With what others moved meanwhile, a track or channel would lead to itself.",
    DropReason.EXISTS: "The id was taken meanwhile.",
    DropReason.INVALID: "With what others changed meanwhile, the result would break an invariant.",
    DropReason.LIMIT: "The project would grow past its bound.",
    DropReason.FOREIGN: "It hangs on no track of its author, a contributor, any more.",
    DropReason.ATOMIC: "Another op of this atomic delta was dropped, so all of it was.",
    DropReason.QUARANTINED: "No server can read or apply this delta: all of it does nothing.",
}
