"""A continuous edit: others see its values at once, and in the end it is one delta."""

import asyncio
from collections.abc import Callable
from typing import Any

from prime_client.copy.room_gestures import laid_over
from prime_client.copy.state_ops import Entity, Op
from prime_client.failures import WrongUse
from prime_client.property_names import check_id, fields_of
from prime_client.sendable_values import sendable_copy

SHOWN_SECONDS = 1 / 30
"""Between two messages: others' screens show no more."""

Values = dict[str, dict[str, Any]]


class Gesture:
    """`show` sends a preview (null: given up); `commit` proposes the delta that ends it.

    `check` raises `WrongUse` for properties that cannot be.
    """

    def __init__(
        self,
        gesture_id: str,
        show: Callable[[str, Values | None], None],
        commit: Callable[[list[Op], str], str],
        check: Callable[[str, Entity], None],
    ) -> None:
        self.id = gesture_id
        self.values: Values = {}
        self.is_over = False
        self._show = show
        self._commit = commit
        self._check = check
        self._shown_at = float("-inf")
        self._timer: asyncio.TimerHandle | None = None

    def move(self, collection: str, entity_id: str, /, **props: Any) -> None:
        """The values as they are now; the latest of each property counts.

        Raises `WrongUse` if it is over, and for a name or a value that cannot be.
        """
        self._check_goes_on()
        fields_of(collection)
        check_id(entity_id)
        props = sendable_copy(props)
        self._check(collection, props)
        before = self.values.get(entity_id, {"props": {}})["props"]
        self.values[entity_id] = {"col": collection, "props": laid_over(before, props)}
        if self._timer is None:
            loop = asyncio.get_running_loop()
            send_at = max(loop.time(), self._shown_at + SHOWN_SECONDS)
            self._timer = loop.call_at(send_at, self._show_now)

    def end(self, ops: list[Op] | None = None) -> str:
        """Commit what it came to as one delta; its id, for `Room.saved`.

        Raises as `Room.edit` does, also if it never moved: then it is given up. Raises `WrongUse`
        if it is over.
        """
        self._check_goes_on()
        self._finish()
        set_ops = [
            {"op": "set", "col": value["col"], "id": entity_id, "props": value["props"]}
            for entity_id, value in self.values.items()
        ]
        try:
            return self._commit(set_ops if ops is None else ops, self.id)
        except BaseException:  # nobody shall see for ever what will never be
            self._show(self.id, None)
            raise

    def cancel(self) -> None:
        """Give it up: everything is as it was."""
        if not self.is_over:
            self._finish()
            self._show(self.id, None)

    def _show_now(self) -> None:
        self._timer = None
        self._shown_at = asyncio.get_running_loop().time()
        self._show(self.id, self.values)

    def _check_goes_on(self) -> None:
        if self.is_over:
            raise WrongUse("this gesture is over; begin another one")

    def _finish(self) -> None:
        self.is_over = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
