"""Whether mails go to a server, are shown, or wait."""

from server.accounts.mail.mail_connections import mail_connection_of
from server.accounts.mail.mail_settings import Encryption, MailSettings, SmtpServer
from server.accounts.mail.smtp_connection import SmtpConnection
from server.accounts.mail.terminal_mails import TerminalMails


def test_a_server_comes_first_then_a_terminal_and_a_log_is_none() -> None:
    server = MailSettings(SmtpServer("127.0.0.1", 25, Encryption.IF_OFFERED))
    for is_terminal in (True, False):
        line = mail_connection_of(server, is_terminal=is_terminal)
        assert line is not None
        assert isinstance(line(), SmtpConnection)
    shown = mail_connection_of(MailSettings(), is_terminal=True)
    assert shown is not None
    assert isinstance(shown(), TerminalMails)
    assert mail_connection_of(MailSettings(), is_terminal=False) is None
