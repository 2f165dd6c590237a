"""What mail needs to know: which SMTP server sends it, from whom it is, where its links lead."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import SplitResult, unquote, urlsplit

from machine.sockets.host_names import problem_with_host
from machine.sockets.listening_address import is_loopback
from persistence.database_url import PERCENT_ENCODED
from schema.text.email_addresses import NoAddress, key_of
from schema.text.text_rules import problem_with_name


class Encryption(StrEnum):
    """Of the connection to an SMTP server; the scheme of its URL."""

    IF_OFFERED = "smtp"
    """STARTTLS where the server offers it."""
    STARTTLS = "starttls"
    """STARTTLS, or nothing is sent."""
    TLS = "smtps"
    """From the first byte (RFC 8314)."""


PORTS = {Encryption.IF_OFFERED: 587, Encryption.STARTTLS: 587, Encryption.TLS: 465}
"""Where the URL names none (RFC 6409, RFC 8314)."""

SAY_FROM_WHOM = "PRIME_MAIL_FROM must say from whom mails are, as Prime <prime@example.com>"
SAY_WHERE = (
    "PRIME_PUBLIC_URL must say where people reach this server with a browser, as"
    " https://prime.example.com: links in mails lead there"
)
"""What SMTP_URL needs."""

HOST = re.compile(r"[A-Za-z0-9.:_-]{1,253}")


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """`user` None: it asks for no login."""

    host: str
    port: int
    encryption: Encryption
    user: str | None = None
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class MailSettings:
    """`server` None: no mail is sent. `public_url` None: the node's own address."""

    server: SmtpServer | None = None
    sender: str = "prime@localhost"
    """The address in `From`."""
    sender_name: str = "Prime"
    """The name in `From`, and of this server in the text of mails."""
    public_url: str | None = None
    """Where people reach this server with a browser, without a slash at its end."""


def read_mail_settings(
    server: SmtpServer | None, sender: tuple[str, str] | None, public_url: str | None
) -> MailSettings:
    """SMTP_URL, PRIME_MAIL_FROM and PRIME_PUBLIC_URL together; raises `ValueError`."""
    lacking = [SAY_FROM_WHOM] * (sender is None) + [SAY_WHERE] * (public_url is None)
    if server is not None and lacking:
        raise ValueError(f"SMTP_URL is set, so {', and '.join(lacking)}")
    name, address = sender or ("Prime", "prime@localhost")
    return MailSettings(server, address, name, public_url)


def smtp_server(text: str) -> SmtpServer:
    """Of SMTP_URL; raises `ValueError`, without repeating a text that may hold a password."""
    try:
        url = urlsplit(text)
        encryption = Encryption(url.scheme)
        port = url.port or PORTS[encryption]
    except ValueError:
        raise ValueError from None
    has_more = url.path not in ("", "/") or url.query or url.fragment
    if has_more or "@" in url.netloc.rpartition("@")[0]:
        raise ValueError(PERCENT_ENCODED)
    if problem := problem_with_host(url.hostname or ""):
        raise ValueError(problem)
    if url.hostname is None or HOST.fullmatch(url.hostname) is None:
        raise ValueError("write its host in letters of ASCII, as xn--...")
    user, password = _login(url)
    if user is not None and encryption is Encryption.IF_OFFERED and not is_loopback(url.hostname):
        raise ValueError(
            "it has a password, and smtp:// may send it unencrypted: write starttls:// or smtps://"
            " for a server on another machine"
        )
    return SmtpServer(url.hostname, port, encryption, user, password)


def _login(url: SplitResult) -> tuple[str | None, str]:
    if not url.username:
        return None, ""
    return unquote(url.username), unquote(url.password or "")


def sender(text: str) -> tuple[str, str]:
    """The name and the address of `Name <address>` or of a bare address; raises `ValueError`."""
    match = re.fullmatch(r" *(?:(.*?) *<([^<>]*)>|([^<>]*?)) *", text)
    name, address = ("", "") if match is None else (match[1] or "", match[2] or match[3] or "")
    name = name.strip('"')
    try:
        key_of(address)
        if name and problem_with_name(name):
            raise NoAddress("the name has a character that no name has")
    except NoAddress as error:
        raise ValueError(str(error)) from None
    return name or "Prime", address


def public_url(text: str) -> str:
    """Where it begins with https://, or leads to this machine; raises `ValueError`."""
    try:
        url = urlsplit(text)
        is_fine = bool(url.hostname) and url.port != 0 and HOST.fullmatch(url.hostname or "")
    except ValueError:
        is_fine, url = None, urlsplit("")
    is_bare = url.path in ("", "/") and not (url.query or url.fragment or url.username)
    is_safe = url.scheme == "https" or (url.scheme == "http" and is_loopback(url.hostname or ""))
    if not (is_fine and is_bare and is_safe):
        raise ValueError
    return text.rstrip("/")
