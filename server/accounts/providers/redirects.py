"""Where a provider may lead a person back to; everything else would be an open redirect. Pure."""

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from machine.sockets.listening_address import is_loopback

# RFC 8252, 7.3: any port, by number. `localhost` may be another machine's (8.3).
LOOPBACK = re.compile(r"http://(?:127\.0\.0\.1|\[::1\]):[1-9][0-9]{0,4}(?:/[A-Za-z0-9._~/-]*)?")

PLAIN = re.compile(r"[a-z][a-z0-9+.-]*://[A-Za-z0-9.:\[\]-]+(?:/[A-Za-z0-9._~/-]*)?")


def problem_with_redirect(address: str, allowed_addresses: Collection[str]) -> str | None:
    """None: it is one of these, letter by letter, or of a program on the person's own machine."""
    if address in allowed_addresses:
        return None
    if LOOPBACK.fullmatch(address) is not None and _port(address) <= 65_535:
        return None
    return (
        "it must be an address that this server knows, letter by letter, or"
        " http://127.0.0.1:<port>/ or http://[::1]:<port>/ of a program that listens there"
    )


def problem_with_own_address(address: str) -> str | None:
    """None: an operator may allow it."""
    url = urlsplit(address) if PLAIN.fullmatch(address) is not None else None
    is_web = url is not None and url.scheme in ("https", "http")
    if url is None or (url.scheme == "http" and not is_loopback(url.hostname or "")):
        return (
            f"{address!r} is no address like https://studio.example.com/login (http:// for this"
            " machine alone), without a query or fragment"
        )
    if not is_web and "." not in url.scheme:
        return (
            f"{address!r}: a scheme of an app's own has a dot in it, as com.example.app (RFC 8252)"
        )
    return None


def _port(address: str) -> int:
    return int(re.sub(r"^http://(?:127\.0\.0\.1|\[::1\]):", "", address).partition("/")[0])
