"""Writes that may be sent again: with the same key each is done once, and answered alike (C10)."""

import secrets
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import msgspec

from persistence.errors import Busy, Unavailable
from persistence.pool import Executor
from persistence.tables.internal import idempotency_keys
from persistence.tables.internal.idempotency_keys import KeptCall
from schema.calling.writing_calls import OF_ROWS, WRITES, Write
from schema.columns.stored_json import read_stored
from schema.errors import ErrorCode
from server.calls.caller import Caller
from server.calls.context import Context
from server.calls.writes.replayed_replies import replay_reply
from server.calls.writes.transactions import one_transaction
from server.refused import Refused

Answer = Callable[[Context, Caller, Any], Awaitable[Any]]

BATCH = "batch"
"""An atomic one, whose calls are all of rows."""

LOOKS_AT_BOUNDS = 64
"""One write of so many looks whether its user is within the bounds of what is kept."""


@dataclass(frozen=True, slots=True)
class KeyedCall:
    """A call with its key."""

    user: str
    key: str
    method: str
    digest: bytes
    """What its parameters come to, in whatever encoding they came."""

    @classmethod
    def of(cls, caller: Caller, key: str, method: str, params: msgspec.Struct) -> "KeyedCall":
        encoded_params = msgspec.json.encode(params, order="deterministic")
        return cls(caller.user, key, method, blake2b(encoded_params, digest_size=16).digest())

    def require_same(self, kept_call: KeptCall) -> None:
        """Raises `Refused` if the key was used for another call."""
        if (kept_call.method, kept_call.params_digest) != (self.method, self.digest):
            difference = "other parameters" if kept_call.method == self.method else kept_call.method
            text = f"this idempotency_key was used before for {difference}; make a new one"
            raise Refused(ErrorCode.ID_REUSED, text)


def part_of(key: str, number: int) -> str:
    """The key of one call of several that came with one key."""
    return blake2b(f"{number} {key}".encode(), digest_size=16).hexdigest()


def require_write(method: str) -> None:
    """Raises `Refused` for a call that takes no key."""
    if method not in WRITES:
        text = f"{method} takes no idempotency_key: it writes nothing of a table; leave it out"
        raise Refused(ErrorCode.VALIDATION, text, field="idempotency_key")


async def answered_once(
    context: Context, caller: Caller, method: str, params: Any, key: str, answer: Answer
) -> Any:
    """What the call was answered when it came first with this key, or comes to now.

    Raises `Refused` where the key was another call's, and whatever `answer` raises: nothing is
    kept of that, so the key may be sent again.
    """
    require_write(method)
    if secrets.randbelow(LOOKS_AT_BOUNDS) == 0:
        with suppress(Busy):
            await idempotency_keys.forget_oldest(context.db, caller.user)
    keyed = KeyedCall.of(caller, key, method, params)
    if WRITES[method] is Write.IN_PARTS:
        return await _in_parts(context, caller, keyed, params, answer)
    return await _at_once(context, caller, keyed, params, answer)


async def _at_once(
    context: Context, caller: Caller, keyed: KeyedCall, params: Any, answer: Answer
) -> Any:
    """Key, write and reply in one transaction: a node that dies leaves all of it, or nothing."""
    of_rows = keyed.method in OF_ROWS or keyed.method == BATCH
    async with one_transaction(context, of_rows=of_rows) as (inner_context, transaction):
        caller_of_rows = keyed.user if of_rows else ""
        reply = await _claim(transaction, keyed, caller_of_rows)
        if reply is not None:
            return await replay_reply(context, caller.user, params, reply)
        result = await answer(inner_context, caller, params)
        reply = msgspec.json.encode(result)
        await idempotency_keys.complete(
            transaction, keyed.user, keyed.key, reply, caller=caller_of_rows
        )
    return result


async def _in_parts(
    context: Context, caller: Caller, keyed: KeyedCall, params: Any, answer: Answer
) -> Any:
    """The key first, what is done next, the reply last.

    Whoever comes between with the same key does it again, with the same id: that makes no second
    one (rules N2, N4, N5). So does whoever comes after a node that died there.
    """
    reply = await _claim(context.db, keyed)
    if reply is not None:
        return await replay_reply(context, caller.user, params, reply)
    try:
        result = await answer(context, caller, _with_id(params, keyed))
    except Unavailable:  # it may have been done
        raise
    except Exception:
        await idempotency_keys.give_up(context.db, keyed.user, keyed.key)
        raise
    reply = msgspec.json.encode(result)
    reply = await idempotency_keys.complete(context.db, keyed.user, keyed.key, reply)
    return read_stored(reply)


async def _claim(db: Executor, keyed: KeyedCall, caller: str = "") -> bytes | None:
    """The reply that is kept; None: there is none yet. Raises `Refused` for another call's key."""
    claim_arguments = keyed.user, keyed.key, keyed.method, keyed.digest
    stored_reply = await idempotency_keys.claim(db, *claim_arguments, caller=caller)
    if stored_reply is None:
        return None
    keyed.require_same(stored_reply)
    return stored_reply.reply


def _with_id(params: Any, keyed: KeyedCall) -> Any:
    """With an id that follows from the key, where the client made none."""
    if params.id is not None:
        return params
    id_source = f"{keyed.user} {keyed.key}".encode()
    row_id = uuid.UUID(bytes=blake2b(id_source, digest_size=16).digest())
    return msgspec.structs.replace(params, id=str(row_id))
