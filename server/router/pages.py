"""The pages for operators: is the node alive, is it ready, what has it counted."""

from typing import TYPE_CHECKING

from server.health.metrics import Metrics
from server.live.hub import Hub

if TYPE_CHECKING:
    from collections.abc import Callable


class Pages:
    """Those of one node. `database_answers`: also for what is read beside the journal.

    `down`: the lifelong tasks that have failed, in words.
    """

    def __init__(self, hub: Hub, metrics: Metrics) -> None:
        self.is_ready = False
        self.is_leaving = False
        self.database_answers: Callable[[], bool] = lambda: True
        self.down: Callable[[], list[str]] = list
        self._hub = hub
        self._metrics = metrics

    def answer(self, path: str) -> tuple[int, str] | None:
        """The three pages for operators, or a refusal; None: a handshake, or nothing of ours."""
        match path:
            case "/healthz":
                return 200, "alive\n"
            case "/readyz":
                return self._readiness()
            case "/metrics":
                return 200, self._metrics.text()
            case "/" | "/v1" if self.is_leaving:
                return 503, "This server stops; another one serves.\n"
            case _:
                return None

    def _readiness(self) -> tuple[int, str]:
        if not self.is_ready:
            return 503, "starting or stopping\n"
        if self._hub.commits.is_degraded or not self.database_answers():
            return 503, "; ".join(["database unavailable", *self._what_is_down()]) + "\n"
        if down := self._what_is_down():
            return 503, f"{down[0]}\n"
        if self._hub.gathering.is_full:
            return 503, "full: over its share of a core, and all rooms gather as long as they can\n"
        but = []
        if not self._hub.bus.is_up:
            but.append("bus down: other nodes hear late")
        if held_up := len(self._hub.commits.committer.held_up):
            but.append(f"projects that cannot be written to: {held_up}")
        return 200, "; ".join(["ready", *but]) + "\n"

    def _what_is_down(self) -> list[str]:
        down = self.down()
        return [f"down: {', '.join(down)}"] if down else []
