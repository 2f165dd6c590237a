"""Several calls in one message: one after the other, or all of them in one transaction (C13)."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from msgspec import UNSET, Struct

from schema.calling.batch_calls import Answered, Batch, BatchAnswers, BatchedCall, CallError
from schema.calling.writing_calls import OF_ROWS, WRITES
from schema.calls import METHODS
from schema.errors import ErrorCode
from schema.limits import CALL_SECONDS, MAX_REPLY_BYTES
from server.calls.caller import Caller
from server.calls.context import Context
from server.calls.failures import as_error
from server.calls.writes.idempotency import BATCH, Answer, answered_once, part_of
from server.calls.writes.transactions import one_transaction
from server.encoding.codec import BadMessage, Codec
from server.refused import Refused, no_such_call

One = Callable[[Context, Caller, str, Any, Codec, str | None], Awaitable[Any]]
"""Answers one call in its turn, as if it had come alone."""

ALONE = ("auth.", "batch", "watch.")
"""What calls begin with that change the connection itself."""

HALF_A_REPLY = MAX_REPLY_BYTES // 2
"""No call is begun behind answers of so many bytes: what it writes must fit behind them."""

ALL_ANSWERS = MAX_REPLY_BYTES - 65_536
"""Answers together; what is around them, and errors instead of answers, must fit too."""

NOT_DONE = Answered(
    error=CallError(ErrorCode.NOT_DONE, "another call of this batch was refused: none was done", {})
)


NOT_BEGUN = Answered(
    error=CallError(
        ErrorCode.NOT_DONE,
        "the time of this batch was over: this call was not begun",
        {},
    )
)


class _NotDone(Exception):
    """A call of an atomic batch was refused: nothing is committed."""

    def __init__(self, index: int, error: Exception) -> None:
        super().__init__(str(error))
        self.index = index
        self.error = error


@dataclass(frozen=True, slots=True)
class Batches:
    """Answers batches."""

    one: One
    answers: Mapping[str, Answer]
    """Method -> who answers it, inside a transaction."""

    async def one_by_one(
        self, context: Context, caller: Caller, batch: Batch, codec: Codec, key: str | None
    ) -> BatchAnswers:
        """One answer for each call, in order; with a `key` each write is done once.

        After `CALL_SECONDS` what was answered stays: the call under way is `unavailable`, and
        those behind it are not begun.
        """
        answers: list[Answered] = []
        try:
            with context.deadlines.within(CALL_SECONDS):
                await self._answer_each(answers, context, caller, batch, codec, key)
        except TimeoutError as error:
            answers.append(_refused(error))
            answers += [NOT_BEGUN] * (len(batch.calls) - len(answers))
        return BatchAnswers(answers, all(answer.error is UNSET for answer in answers))

    async def _answer_each(
        self,
        answers: list[Answered],
        context: Context,
        caller: Caller,
        batch: Batch,
        codec: Codec,
        key: str | None,
    ) -> None:
        """Add one for each call to `answers`."""
        size = 0
        for number, call in enumerate(batch.calls):
            answer = _refused(_full(size))
            if size <= HALF_A_REPLY:
                part = part_of(key, number) if key and call.method in WRITES else None
                answer = await self._alone(context, caller, call, codec, part)
            if size + len(codec.encode(answer)) > ALL_ANSWERS:
                answer = _refused(_full(size))  # a read: no write is answered with so much
            size += len(codec.encode(answer))
            answers.append(answer)

    async def _alone(
        self, context: Context, caller: Caller, call: BatchedCall, codec: Codec, key: str | None
    ) -> Answered:
        try:
            params = _read(call, codec)
            return Answered(await self.one(context, caller, call.method, params, codec, key))
        except Exception as error:  # whatever it is, the others are answered too
            return _refused(error)

    async def all_or_none(
        self, context: Context, caller: Caller, batch: Batch, codec: Codec, key: str | None
    ) -> Any:
        """The same in one transaction; raises `Refused` for what cannot be one."""
        _require_rows(batch)
        try:
            calls_read = _read_all(batch, codec)

            async def answer(inner_context: Context, caller: Caller, _: Any) -> BatchAnswers:
                return await self._answer_inside(inner_context, caller, calls_read, codec)

            if key is not None:
                return await answered_once(context, caller, BATCH, calls_read, key, answer)
            async with one_transaction(context, of_rows=True) as (inner_context, _):
                return await answer(inner_context, caller, calls_read)
        except _NotDone as refused:
            answers = [NOT_DONE] * len(batch.calls)
            answers[refused.index] = _refused(refused.error)
            return BatchAnswers(answers, done=False)

    async def _answer_inside(
        self,
        inner_context: Context,
        caller: Caller,
        calls_read: list[tuple[str, Struct]],
        codec: Codec,
    ) -> BatchAnswers:
        answers: list[Answered] = []
        size = 0
        for number, (method, params) in enumerate(calls_read):
            try:
                answers.append(Answered(await self.answers[method](inner_context, caller, params)))
                size += len(codec.encode(answers[-1]))
                if size > ALL_ANSWERS:
                    raise _full(size)
            except Exception as error:
                raise _NotDone(number, error) from error
        return BatchAnswers(answers, done=True)


def _require_rows(batch: Batch) -> None:
    other_methods = sorted({call.method for call in batch.calls} - OF_ROWS.keys())
    if other_methods:
        text = (
            "an atomic batch takes only what reads and writes rows of tables"
            f" (get, list, count, create, update, delete), and not {', '.join(other_methods)}"
        )
        raise Refused(ErrorCode.VALIDATION, text, field="calls")


def _read_all(batch: Batch, codec: Codec) -> list[tuple[str, Struct]]:
    calls_read: list[tuple[str, Struct]] = []
    for number, call in enumerate(batch.calls):
        try:
            calls_read.append((call.method, _read(call, codec)))
        except (Refused, BadMessage) as error:
            raise _NotDone(number, error) from error
    return calls_read


def _read(call: BatchedCall, codec: Codec) -> Any:
    """Its parameters; raises `Refused`, `BadMessage`."""
    if call.method.startswith(ALONE) or call.method.endswith(".watch"):
        text = f"{call.method} is about the connection itself: send it as a call of its own"
        raise Refused(ErrorCode.VALIDATION, text, field="method")
    if call.method not in METHODS:
        raise no_such_call(call.method)
    return codec.params(call.params, METHODS[call.method][0])


def _full(size: int) -> Refused:
    """Where so many bytes are answered: another call is not begun, or its answer has no room."""
    text = (
        f"the answers of one batch have {MAX_REPLY_BYTES} bytes together, and behind {HALF_A_REPLY}"
        f" no other call is begun: there are {size}; ask for this in another"
    )
    return Refused(ErrorCode.LIMIT_REACHED, text)


def _refused(error: Exception) -> Answered:
    if isinstance(error, BadMessage):
        return Answered(error=CallError(error.code, str(error), error.details))
    problem = as_error(None, error)
    return Answered(error=CallError(problem.code, problem.message, problem.details))
