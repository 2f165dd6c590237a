"""A mail that is shown instead of sent."""

import asyncio
import io
import os
import pty
import sys
from pathlib import Path

import pytest
from rich.console import Console

from persistence.pool import Database
from persistence.tables import mail_outbox
from persistence.tables.mail_outbox import MailKind
from server.accounts.mail.terminal_mails import TerminalMails
from tests.server.accounts.mail.test_rendering import TOKEN, message, payload

ROOT = Path(__file__).parents[4]

PATIENCE = 60.0


async def test_a_mail_is_shown_as_it_is_with_its_link() -> None:
    out = io.StringIO()
    async with TerminalMails(Console(file=out, width=60)) as line:
        await line.send(message(MailKind.RESET_PASSWORD, name="[bold]Ann[/bold]"))
    shown = out.getvalue()
    assert "mail to ann@example.com" in shown
    assert f"https://prime.example/account#reset={TOKEN}" in shown
    assert "Hello [bold]Ann[/bold]" in shown
    assert "SMTP_URL is not set" in shown


async def seen(terminal: int, wanted: str, text: str = "") -> str:
    """What a program has written to its terminal, up to this."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(PATIENCE):
        while wanted not in text:
            text += (await loop.run_in_executor(None, os.read, terminal, 4_096)).decode()
    return text


@pytest.mark.node
@pytest.mark.postgres
async def test_on_a_terminal_a_new_server_says_what_to_type_and_shows_mails(
    database_url: str, database: Database, tmp_path: Path
) -> None:
    """A process: whether it has a terminal is looked at where it starts."""
    terminal, its_end = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server", "--port", "0", "--data", str(tmp_path)),
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": database_url, "REDIS_URL": ""},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=its_end,
    )
    try:
        await seen(terminal, "./run users create you@example.com yourname --operator")
        kind = MailKind.RESET_PASSWORD
        to = "ann@example.com"
        await mail_outbox.put(database, recipient=to, kind=kind, payload=payload(kind))
        shown = await seen(terminal, "SMTP_URL is not set")
        assert f"mail to {to}" in shown
        assert f"#reset={TOKEN}" in shown
    finally:
        process.terminate()
        await process.wait()
        os.close(its_end)
        os.close(terminal)
