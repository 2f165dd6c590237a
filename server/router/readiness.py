"""Whether a node takes people in, and what it says of itself: asked by balancers and operators."""

from collections.abc import Callable

from server.live.hub import Hub
from server.live.standing_orders import StandingOrders


class Readiness:
    """That of one node.

    `database_reads_and_writes`: whether this node could read the change log and write its own row
    when it last tried; what the journal does the hub knows. `tasks_down`: the lifelong tasks that
    have failed, in words.
    """

    def __init__(
        self,
        hub: Hub,
        database_reads_and_writes: Callable[[], bool],
        tasks_down: Callable[[], list[str]],
    ) -> None:
        self.is_ready = False
        """Whether it serves: all has started, and nobody has told it to stop."""
        self.is_leaving = False
        """Whether it was told to stop."""
        self.is_draining = False
        """Whether it takes nobody in, and goes on."""
        self._hub = hub
        self._database_reads_and_writes = database_reads_and_writes
        self._tasks_down = tasks_down

    @property
    def database_answers(self) -> bool:
        """Whether the journal and all beside it could be read and written when last tried."""
        return not self._hub.commits.is_degraded and self._database_reads_and_writes()

    def now(self) -> tuple[bool, str]:
        """Whether it serves whoever comes, and what it says of itself, on one line."""
        if not self.is_ready:
            return False, "starting or stopping"
        if self.is_draining:
            return False, "draining"
        tasks_down = self._tasks_down()
        down = [f"down: {', '.join(tasks_down)}"] if tasks_down else []
        if not self.database_answers:
            return False, "; ".join(["database unavailable", *down])
        if down:
            return False, down[0]
        if self._hub.gathering.is_full:
            return False, "full: over its share of a core, and all rooms gather as long as they can"
        but = []
        if not self._hub.bus.is_up:
            but.append("bus down: other nodes hear late")
        if held_up := len(self._hub.commits.committer.held_up):
            but.append(f"projects that cannot be written to: {held_up}")
        but += _what_operators_said(self._hub.standing_orders)
        return True, "; ".join(["ready", *but])


def _what_operators_said(orders: StandingOrders) -> list[str]:
    """What nobody should forget; the sentence on one line, whatever is in it."""
    sentences = []
    if orders.maintenance is not None:
        sentence = "".join(letter if letter.isprintable() else " " for letter in orders.maintenance)
        sentences.append(f"read-only: {sentence}")
    if orders.closed:
        sentences.append(f"closed rooms: {len(orders.closed)}")
    return sentences
