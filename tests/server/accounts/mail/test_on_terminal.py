"""A mail that is shown instead of sent."""

import io

from rich.console import Console

from persistence.tables.mail_outbox import MailKind
from server.accounts.mail.on_terminal import Terminal
from tests.server.accounts.mail.test_rendering import TOKEN, message


async def test_a_mail_is_shown_as_it_is_with_its_link() -> None:
    out = io.StringIO()
    async with Terminal(Console(file=out, width=200)) as line:
        await line.send(message(MailKind.RESET_PASSWORD, name="[bold]Ann[/bold]"))
    shown = out.getvalue()
    assert "mail to ann@example.com" in shown
    assert f"https://prime.example/account#reset={TOKEN}" in shown
    assert "Hello [bold]Ann[/bold]" in shown
    assert "SMTP_URL is not set" in shown
