"""How this node hands mails over: to an SMTP server, to the terminal, or not at all."""

from functools import partial

from rich.console import Console

from server.accounts.mail.mail_settings import MailSettings
from server.accounts.mail.sender import OpenMailConnection
from server.accounts.mail.smtp_connection import SmtpConnection
from server.accounts.mail.terminal_mails import TerminalMails


def mail_connection_of(settings: MailSettings, *, is_terminal: bool) -> OpenMailConnection | None:
    """None: mails wait. Shown is what they say only where somebody looks: never in a log."""
    if settings.server is not None:
        return partial(SmtpConnection, settings.server)
    return partial(TerminalMails, Console(stderr=True)) if is_terminal else None
