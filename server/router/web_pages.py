"""The studio page, the operators' page and the SDK, as files that are built from `web/`.

They are the same for everyone and know nobody: who somebody is, they ask over the WebSocket.
"""

import functools
import gzip
import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from server.sockets.handshaking.http_answer import HttpAnswer, HttpAsked

FOLDER = Path(__file__).parents[2] / "web" / "dist"

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
"""What is served of the folder: ending -> media type."""

PAGES = {
    "/studio": "studio.html",
    "/operator": "operator.html",
    "/favicon.ico": "icon.svg",
}
"""Path -> file; all others are at `/web/`."""

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)

HEADERS = (
    ("Cache-Control", "no-cache"),  # kept, and asked for again by its ETag: names have no hashes
    ("Content-Security-Policy", POLICY),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
    ("Referrer-Policy", "no-referrer"),
    ("Vary", "Accept-Encoding"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
)

BLANKS = " \t"

OPAQUE_TAG = re.compile(r'"[\x21\x23-\x7e\x80-\xff]*"')
"""What is between the quotes of an entity tag may be a comma, and no quote (RFC 9110, 8.8.3)."""

ETAGS = re.compile(rf"[{BLANKS},]*(?:(?:W/)?{OPAQUE_TAG.pattern}[{BLANKS}]*(?:,[{BLANKS},]*|$))+")
"""A list of them; some of its places may be empty (RFC 9110, 5.6.1.2)."""

NOT_BUILT = "The pages are not built here: run ./run web in the checkout, then start this again.\n"


class _File(NamedTuple):
    content_type: str
    etag: str
    body: bytes
    zipped: bytes


class WebPages:
    """What a folder holds, read once. `folder`: None serves none of it."""

    def __init__(self, folder: Path | None = FOLDER) -> None:
        self.is_served = folder is not None
        self._files = _read(folder) if folder is not None else {}

    def answer(self, request: HttpAsked) -> HttpAnswer | None:
        """None: it is none of these pages. Rule Z4."""
        name = PAGES.get(request.path) or request.path.removeprefix("/web/")
        if not self.is_served or name == request.path:
            return None
        file = self._files.get(name)
        if file is None:
            is_page = request.path in PAGES or not self._files
            return HttpAnswer(503, NOT_BUILT) if is_page else None
        headers = (*HEADERS, ("ETag", file.etag), ("Content-Type", file.content_type))
        if _is_named(file.etag, request.if_none_match):
            return HttpAnswer(304, b"", headers)
        if _takes_gzip(request.accept_encoding):
            return HttpAnswer(200, file.zipped, (*headers, ("Content-Encoding", "gzip")))
        return HttpAnswer(200, file.body, headers)


def _read(folder: Path) -> Mapping[str, _File]:
    if not folder.is_dir():
        return {}
    paths = [path for path in sorted(folder.iterdir()) if path.suffix in TYPES and path.is_file()]
    return {path.name: _file(path) for path in paths}


def _file(path: Path) -> _File:
    body = path.read_bytes()
    etag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'  # weak: of the file, zipped or not
    return _File(TYPES[path.suffix], etag, body, _zipped(body))


@functools.lru_cache(maxsize=64)
def _zipped(body: bytes) -> bytes:
    """Once for all nodes of a process: in tests they are thousands."""
    return gzip.compress(body, mtime=0)


def _is_named(etag: str, if_none_match: str) -> bool:
    """Whether the header names it, weak or not, or any (RFC 9110, 13.1.2); a bad one names none."""
    if if_none_match.strip(BLANKS) == "*":
        return True
    if ETAGS.fullmatch(if_none_match) is None:
        return False
    return etag.removeprefix("W/") in OPAQUE_TAG.findall(if_none_match)


def _takes_gzip(accept_encoding: str) -> bool:
    """Whether it is named, and not by `q=0` (RFC 9110, 12.5.3)."""
    for encoding in accept_encoding.lower().split(","):
        name, _, weight = encoding.partition(";")
        if name.strip() in ("gzip", "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
