"""A mail in words: subject, plain text and HTML, from a pair of templates for each kind."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import idna

from persistence.tables.mail_outbox import Mail, MailKind
from schema.text.text_rules import nearest_name
from server.accounts.mail.mail_settings import MailSettings
from server.accounts.public_url import PublicUrl

if TYPE_CHECKING:
    from jinja2 import Environment

LINKS = {
    MailKind.VERIFY_ADDRESS: "verify",
    MailKind.RESET_PASSWORD: "reset",
    MailKind.CHANGE_ADDRESS: "confirm",
    MailKind.INVITATION: "invite",
}
"""What stands before the token in the fragment of a link: no server and no proxy sees it."""

OURS = frozenset({"token", "code", "role", "place", "time", "address"})
"""Of a payload what nobody chooses as they like; all other texts are names."""

LONGEST_NAME = 120
NAMELESS = "someone"

_DOT = re.compile(r"(?<=\w)\.(?=\w)")
_SCHEME = re.compile(r"://?")


class CannotWrite(Exception):
    """The mail cannot be written; the message says why, without what it holds."""


@dataclass(frozen=True, slots=True)
class MailText:
    """What a mail says; the texts end in a line end."""

    subject: str
    text: str
    html: str


class MailWriter:
    """Writes mails of one server."""

    def __init__(self, settings: MailSettings, public_url: PublicUrl) -> None:
        self.settings = settings
        """From whom mails are; others after a reload."""
        self._public_url = public_url
        self._templates: Environment | None = None
        """Made for the first mail: most servers that are tried never write one."""

    async def get_ready(self) -> None:
        """Load what writes mails, which takes a tenth of a second, beside the loop."""
        if self._templates is None:
            self._templates = await asyncio.to_thread(_environment)

    def write(self, kind: MailKind, payload: Mapping[str, object]) -> MailText:
        """Raises `CannotWrite`."""
        values = {name: _safe_name(name, value) for name, value in payload.items()}
        values["server_name"] = self.settings.sender_name
        values["account_url"] = self._public_url.account_page()
        if kind in LINKS:
            token = quote(str(payload.get("token", "")), safe="")
            values["link"] = self._public_url.account_page(f"{LINKS[kind]}={token}")
        try:
            templates = self._templates = self._templates or _environment()
            text = templates.get_template(f"{kind}.txt.j2").render(values)
            subject, _, body = text.removeprefix("Subject: ").partition("\n\n")
            values["subject"] = subject
            html = templates.get_template(f"{kind}.html.j2").render(values)
        except Exception as error:  # whatever a payload holds, it stops no other mail
            raise CannotWrite(f"the template of {kind}: {type(error).__name__}") from error
        return MailText(subject, body, html)

    def message(self, mail: Mail) -> EmailMessage:
        """A whole message (RFC 5322); raises `CannotWrite`.

        One mail has one Message-ID however often it is tried, so receivers know a second one.
        """
        mail_text = self.write(mail.kind, mail.payload)
        message = EmailMessage(policy=SMTP if mail.recipient.isascii() else SMTPUTF8)
        try:
            sender = mailbox(self.settings.sender)
            message["From"] = Address(self.settings.sender_name, *sender)
            message["To"] = Address("", *mailbox(mail.recipient))
            message["Subject"] = mail_text.subject
            message["Date"] = datetime.now(UTC)
            message["Message-ID"] = f"<{mail.message_id}@{sender[1]}>"
            message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no machine answers it
            message.set_content(mail_text.text)
            message.add_alternative(mail_text.html, subtype="html")
        except (ValueError, MessageError, IndexError) as error:
            raise CannotWrite(f"the headers of {mail.kind}: {type(error).__name__}") from error
        return message


def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=lambda name: name is None or name.endswith(".html.j2"),
        undefined=StrictUndefined,
        finalize=_not_none,
        keep_trailing_newline=True,
    )
    environment.filters |= {"lasting": lasting, "in_days": in_days, "a_role": a_role}
    return environment


def mailbox(address: str) -> tuple[str, str]:
    """Both sides of an address as mail servers read it: the domain in ASCII. Raises `ValueError`.

    What is before the @ may be in letters of all kinds: then the server needs SMTPUTF8 (RFC 6531).
    """
    local, _, domain = address.rpartition("@")
    if not local:
        raise ValueError("no address")
    try:
        return local, idna.encode(domain, uts46=True, std3_rules=True).decode()
    except idna.IDNAError as error:
        raise ValueError("no domain") from error


def _not_none(value: object) -> object:
    if value is None:
        raise ValueError("nothing to write")
    return value


def _safe_name(name: str, value: object) -> object:
    """A name as one line of text that no mail program takes for a link."""
    if not isinstance(value, str) or name in OURS:
        return value
    name_shown = nearest_name(value, LONGEST_NAME) or NAMELESS
    return _SCHEME.sub(": ", _DOT.sub(". ", name_shown))


def lasting(minutes: int) -> str:
    """So many minutes in words."""
    for size, word in ((1_440, "day"), (60, "hour")):
        if minutes >= size and minutes % size == 0:
            count = minutes // size
            return f"{count} {word}" + "s" * (count != 1)
    return f"{minutes} minute" + "s" * (minutes != 1)


def in_days(days: int) -> str:
    """After so many days, in words."""
    return "now" if days < 1 else f"in {days} day" + "s" * (days != 1)


def a_role(role: str) -> str:
    """A role with its article."""
    return f"{'an' if role[:1] in 'aeio' else 'a'} {role}"
