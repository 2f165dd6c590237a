"""What is asked for by HTTP: a table of paths, and the pages for operators behind it."""

from collections.abc import Callable

from server.accounts.signing_keys import JWKS_SECONDS
from server.live.hub import Hub
from server.live.standing_orders import StandingOrders
from server.metrics.metrics import Metrics
from server.router.account_page import page as account_page
from server.router.web_pages import WebPages
from server.sockets.handshaking.http_answer import HttpAnswer, HttpAsked
from server.version import version_in_words

ALIVE = f"alive\nversion {version_in_words()}\n"

JWKS_HEADERS = (
    ("Content-Type", "application/json"),
    ("Cache-Control", f"public, max-age={JWKS_SECONDS}"),
    ("Access-Control-Allow-Origin", "*"),
)
"""Of public keys, which any page may read."""


class HttpPages:
    """Those of one node.

    `database_reads_and_writes`: whether this node could read the change log and write its own row
    when it last tried; what the journal does the hub knows. `tasks_down`: the lifelong tasks that
    have failed, in words. `published_keys`: as JSON.
    """

    def __init__(
        self,
        *,
        hub: Hub,
        metrics: Metrics,
        database_reads_and_writes: Callable[[], bool],
        tasks_down: Callable[[], list[str]],
        published_keys: Callable[[], str],
        web_pages: WebPages,
    ) -> None:
        self.is_ready = False
        """Whether it serves: all has started, and nobody has told it to stop."""
        self.is_leaving = False
        """Whether it was told to stop."""
        self.is_draining = False
        """Whether it takes nobody in, and goes on."""
        self._hub = hub
        self._metrics = metrics
        self._database_reads_and_writes = database_reads_and_writes
        self._tasks_down = tasks_down
        self._published_keys = published_keys
        self._web_pages = web_pages
        self._routes: dict[str, Callable[[HttpAsked], HttpAnswer | None]] = {
            "/": self._front,
            "/v1": self._websocket,
            "/healthz": self._health,
            "/readyz": self._readiness,
            "/metrics": self._figures,
            "/.well-known/jwks.json": self._keys,
            "/account": self._account,
        }
        """Path -> who answers, told what is accepted. A new page is a method, and a line here."""

    def answer(self, request: HttpAsked) -> HttpAnswer | None:
        """What a GET is answered; None: it is a handshake that may go on."""
        if request.form is not None:
            return account_page.answer_to_form(request.form)
        if request.method not in ("GET", "HEAD"):
            return HttpAnswer(405, "Only GET and HEAD.\n", (("Allow", "GET, HEAD"),))
        route = self._routes.get(request.path)
        if route is not None:
            return route(request)
        return self._web_pages.answer(request) or HttpAnswer(404, "Not here: connect to /v1.\n")

    def _front(self, request: HttpAsked) -> HttpAnswer | None:
        """Who opens the address in a browser wants the studio page (rule Z4)."""
        if request.is_upgrade or not self._web_pages.is_served:
            return self._websocket(request)
        return HttpAnswer(302, "", (("Location", "/studio"),))

    def _websocket(self, _asked: HttpAsked) -> HttpAnswer | None:
        if self.is_leaving:
            return HttpAnswer(503, "This server stops; another one serves.\n")
        if self.is_draining:
            return HttpAnswer(503, "This server takes nobody in just now; another one does.\n")
        return None

    def _health(self, _asked: HttpAsked) -> HttpAnswer:
        return HttpAnswer(200, ALIVE)

    def _figures(self, request: HttpAsked) -> HttpAnswer:
        text, content_type = self._metrics.page(request.accept)
        return HttpAnswer(200, text, (("Content-Type", content_type),))

    def _keys(self, _asked: HttpAsked) -> HttpAnswer:
        """What access tokens are signed with: the public keys (RFC 7517, rule A10)."""
        return HttpAnswer(200, self._published_keys(), JWKS_HEADERS)

    def _account(self, _asked: HttpAsked) -> HttpAnswer:
        """Where links of mails lead: the same page for everyone (rule Z1)."""
        return HttpAnswer(200, account_page.PAGE, account_page.HEADERS)

    def _readiness(self, _asked: HttpAsked) -> HttpAnswer:
        is_ready, readiness_text = self.readiness()
        return HttpAnswer(200 if is_ready else 503, f"{readiness_text}\n")

    @property
    def database_answers(self) -> bool:
        """Whether the journal and all beside it could be read and written when last tried."""
        return not self._hub.commits.is_degraded and self._database_reads_and_writes()

    def readiness(self) -> tuple[bool, str]:
        """Whether it serves whoever comes, and what it says of itself, on one line."""
        if not self.is_ready:
            return False, "starting or stopping"
        if self.is_draining:
            return False, "draining"
        if not self.database_answers:
            return False, "; ".join(["database unavailable", *self._what_is_down()])
        if failures := self._what_is_down():
            return False, failures[0]
        if self._hub.gathering.is_full:
            return False, "full: over its share of a core, and all rooms gather as long as they can"
        but = []
        if not self._hub.bus.is_up:
            but.append("bus down: other nodes hear late")
        if held_up := len(self._hub.commits.committer.held_up):
            but.append(f"projects that cannot be written to: {held_up}")
        but += _what_operators_said(self._hub.standing_orders)
        return True, "; ".join(["ready", *but])

    def _what_is_down(self) -> list[str]:
        tasks_down = self._tasks_down()
        return [f"down: {', '.join(tasks_down)}"] if tasks_down else []


def _what_operators_said(orders: StandingOrders) -> list[str]:
    """What nobody should forget; the sentence on one line, whatever is in it."""
    sentences = []
    if orders.maintenance is not None:
        sentence = "".join(letter if letter.isprintable() else " " for letter in orders.maintenance)
        sentences.append(f"read-only: {sentence}")
    if orders.closed:
        sentences.append(f"closed rooms: {len(orders.closed)}")
    return sentences
