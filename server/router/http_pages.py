"""What is asked for by HTTP: a table of paths, and the pages for operators behind it."""

from collections.abc import Callable

from server.accounts.signing_keys import JWKS_SECONDS
from server.metrics.metrics import Metrics
from server.router.account_page import page as account_page
from server.router.readiness import Readiness
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
    """Those of one node. `published_keys`: as JSON."""

    def __init__(
        self,
        *,
        readiness: Readiness,
        metrics: Metrics,
        published_keys: Callable[[], str],
        web_pages: WebPages,
    ) -> None:
        self._readiness = readiness
        self._metrics = metrics
        self._published_keys = published_keys
        self._web_pages = web_pages
        self._routes: dict[str, Callable[[HttpAsked], HttpAnswer | None]] = {
            "/": self._front,
            "/v1": self._websocket,
            "/healthz": self._health,
            "/readyz": self._ready,
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
        if self._readiness.is_leaving:
            return HttpAnswer(503, "This server stops; another one serves.\n")
        if self._readiness.is_draining:
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

    def _ready(self, _asked: HttpAsked) -> HttpAnswer:
        is_ready, readiness_text = self._readiness.now()
        return HttpAnswer(200 if is_ready else 503, f"{readiness_text}\n")
