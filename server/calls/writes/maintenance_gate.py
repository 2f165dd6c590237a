"""What waits during maintenance: whatever would write for a user (rule R53)."""

from collections.abc import Awaitable, Callable
from typing import Any

from msgspec import UNSET

from schema.calling.writing_calls import HELD_IN_MAINTENANCE
from server.calls.caller import Caller
from server.calls.context import Context

Answer = Callable[[Context, Caller, Any], Awaitable[Any]]

WRITES_ONLY_WITH = {"recall.settings": "remembers"}
"""Calls that without this parameter only say what there is: that goes on."""


def refusing_in_maintenance(method: str, answer: Answer) -> Answer:
    """The same answer, where the call is none that maintenance holds back."""
    if method not in HELD_IN_MAINTENANCE:
        return answer

    async def held(context: Context, caller: Caller, params: Any) -> Any:
        field = WRITES_ONLY_WITH.get(method)
        if field is None or getattr(params, field) is not UNSET:
            context.hub.standing_orders.refuse_to_write()
        return await answer(context, caller, params)

    return held
