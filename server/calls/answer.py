"""What answers a call."""

from collections.abc import Awaitable, Callable
from typing import Any

from server.calls.caller import Caller
from server.calls.context import Context

Answer = Callable[[Context, Caller, Any], Awaitable[Any]]
