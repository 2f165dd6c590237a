"""What is asked for by HTTP: a table of paths, and the pages for operators behind it."""

from collections.abc import Callable

from server.health.metrics import Metrics
from server.live.hub import Hub

Answer = tuple[int, str]
"""Status and text; None in place of it: the path is a WebSocket's, and the handshake goes on."""


class Pages:
    """Those of one node.

    `database_answers`: whether PostgreSQL answers also what is asked beside the journal. `down`:
    the lifelong tasks that have failed, in words.
    """

    def __init__(
        self,
        hub: Hub,
        metrics: Metrics,
        database_answers: Callable[[], bool],
        down: Callable[[], list[str]],
    ) -> None:
        self.is_ready = False
        """Whether it serves: all has started, and nobody has told it to stop."""
        self.is_leaving = False
        """Whether it was told to stop."""
        self._hub = hub
        self._metrics = metrics
        self._database_answers = database_answers
        self._down = down
        self._routes: dict[str, Callable[[], Answer | None]] = {
            "/": self._websocket,
            "/v1": self._websocket,
            "/healthz": self._health,
            "/readyz": self._readiness,
            "/metrics": self._figures,
        }
        """Path -> who answers it. A new page is a method, and a line here."""

    def answer(self, path: str) -> Answer | None:
        """What a GET of this path is answered; None: it is a handshake that may go on."""
        route = self._routes.get(path)
        return (404, "Not here: connect to /v1.\n") if route is None else route()

    def _websocket(self) -> Answer | None:
        return (503, "This server stops; another one serves.\n") if self.is_leaving else None

    def _health(self) -> Answer:
        return 200, "alive\n"

    def _figures(self) -> Answer:
        return 200, self._metrics.text()

    def _readiness(self) -> Answer:
        if not self.is_ready:
            return 503, "starting or stopping\n"
        if self._hub.commits.is_degraded or not self._database_answers():
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
        down = self._down()
        return [f"down: {', '.join(down)}"] if down else []
