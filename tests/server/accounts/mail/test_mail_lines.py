"""Whether mails go to a server, are shown, or wait."""

from server.accounts.mail.mail_lines import line_of
from server.accounts.mail.mail_settings import Encryption, MailSettings, SmtpServer
from server.accounts.mail.smtp_connection import SmtpConnection
from server.accounts.mail.terminal_line import Terminal


def test_a_server_comes_first_then_a_terminal_and_a_log_is_none() -> None:
    server = MailSettings(SmtpServer("127.0.0.1", 25, Encryption.IF_OFFERED))
    for is_terminal in (True, False):
        line = line_of(server, is_terminal=is_terminal)
        assert line is not None
        assert isinstance(line(), SmtpConnection)
    shown = line_of(MailSettings(), is_terminal=True)
    assert shown is not None
    assert isinstance(shown(), Terminal)
    assert line_of(MailSettings(), is_terminal=False) is None
