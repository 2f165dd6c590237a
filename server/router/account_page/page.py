"""The page for accounts: where links of mails lead, and where a device without a browser is let in.

Static, the same for everyone: secrets of links are in the fragment, which browsers do not send, and
its script makes calls over the WebSocket of the same host. It loads nothing, and its policy (CSP)
lets it: one script and one style, by their hashes.
"""

import base64
import hashlib
import re
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from server.sockets.handshaking.http_answer import HttpAnswer

FOLDER = Path(__file__).parent

KEPT_SECONDS = 300
"""How long a browser may keep the page: a new one is seen soon after an update."""

_IMPORT = re.compile(r"^import .*?;\n", re.MULTILINE | re.DOTALL)
_EXPORT = re.compile(r"^export ", re.MULTILINE)


def _bundled() -> tuple[str, str, str]:
    """The whole page, its script and its style: modules in one, as it loads nothing."""
    modules = [(FOLDER / name).read_text("utf-8") for name in ("calls.mjs", "view.mjs")]
    script = "".join(_EXPORT.sub("", _IMPORT.sub("", module)) for module in modules)
    style = (FOLDER / "account.css").read_text("utf-8")
    page = (FOLDER / "account.html").read_text("utf-8")
    return page.replace("@@style@@", style).replace("@@script@@", script), script, style


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


PAGE, SCRIPT, STYLE = _bundled()

POLICY = "; ".join(
    (
        "default-src 'none'",
        f"script-src {_hash(SCRIPT)}",
        f"style-src {_hash(STYLE)}",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)

HEADERS = (
    ("Content-Type", "text/html; charset=utf-8"),
    ("Cache-Control", f"public, max-age={KEPT_SECONDS}"),
    ("Content-Security-Policy", POLICY),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
)

OF_PROVIDERS = ("code", "state", "iss", "error")
"""What a provider says in its form, as it would behind the `?` of an address."""

NO_FORM = "This is no answer of a provider.\n"


def answer_to_form(form: bytes) -> HttpAnswer:
    """The browser goes on to the page with what a provider says, and nothing is believed (A72)."""
    try:
        fields = parse_qsl(form.decode("ascii"), strict_parsing=True, max_num_fields=16)
    except ValueError:
        return HttpAnswer(400, NO_FORM)
    provider_fields = [(name, value) for name, value in fields if name in OF_PROVIDERS]
    names = [name for name, _ in provider_fields]
    if "state" not in names or len(set(names)) < len(names):
        return HttpAnswer(400, NO_FORM)
    return HttpAnswer(
        303, "", (("Location", f"/account?{urlencode(provider_fields)}"), *OF_REDIRECTS)
    )


OF_REDIRECTS = (
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
)
