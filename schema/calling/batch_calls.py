"""The call that is several calls in one message."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Raw, Struct, UnsetType, field

from schema.calling.params import Params
from schema.calling.row_calls import Call
from schema.limits import MAX_CALLS_IN_BATCH
from schema.messages import Details
from schema.text.enumerations import one_of


class BatchedCall(Struct, frozen=True, forbid_unknown_fields=True):
    """A call among others of one message."""

    method: Annotated[str, Meta(max_length=64)]
    params: Raw = field(default_factory=Raw)


BatchedCalls = Annotated[list[BatchedCall], Meta(min_length=1, max_length=MAX_CALLS_IN_BATCH)]


class Batch(Params, frozen=True, forbid_unknown_fields=True):
    """Several calls in one message, answered in their order; `atomic`: all of them, or none."""

    calls: BatchedCalls
    atomic: bool = False


class CallError(Struct, frozen=True):
    """Why one call of several was refused: as an `error` has it."""

    code: Annotated[str, one_of("ErrorCode")]
    message: str
    details: Details


class Answered(Struct, frozen=True, omit_defaults=True):
    """What one call of several is answered: a `result` as its `reply` has it, or an `error`."""

    result: Any | UnsetType = UNSET
    error: CallError | UnsetType = UNSET


class BatchAnswers(Struct, frozen=True):
    """One for each call, in their order; `done`: not one of them was refused."""

    answers: list[Answered]
    done: bool


BATCH_METHODS: dict[str, Call] = {"batch": (Batch, BatchAnswers)}
