"""Where no SMTP server is set and somebody looks on: mails are shown in the terminal."""

from email.message import EmailMessage
from types import TracebackType

from rich.console import Console
from rich.text import Text


class TerminalMails:
    """A `server.accounts.mail.sender.MailConnection`, and the context that opens it."""

    def __init__(self, console: Console) -> None:
        self._console = console

    async def __aenter__(self) -> "TerminalMails":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """There is nothing to close."""

    async def send(self, message: EmailMessage) -> None:
        """Show its plain part; it counts as sent."""
        part = message.get_body(("plain",))
        text = "" if part is None else part.get_content()
        self._console.rule(Text(f"mail to {message['To']}"))
        mail_text = Text(f"{message['Subject']}\n\n{text.strip()}")
        self._console.print(mail_text, soft_wrap=True)  # else a link would be cut in two
        self._console.rule("SMTP_URL is not set: it is shown here")
