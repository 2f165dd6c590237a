"""What an operator says of mail, and what is refused by name."""

import pytest

from persistence.errors import BadSetting
from server.accounts.mail.mail_settings import Encryption, MailSettings, SmtpServer
from server.settings.reading import read_settings


def read(**variables: str) -> MailSettings:
    return read_settings({}, variables).mail


FROM = {"PRIME_MAIL_FROM": "a@example.com", "PRIME_PUBLIC_URL": "https://prime.example.com"}


def test_nothing_need_be_set() -> None:
    assert read() == MailSettings()


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://localhost:25", SmtpServer("localhost", 25, Encryption.IF_OFFERED)),
        ("smtp://mail.lan", SmtpServer("mail.lan", 587, Encryption.IF_OFFERED)),
        ("smtp://u:p@127.0.0.1", SmtpServer("127.0.0.1", 587, Encryption.IF_OFFERED, "u", "p")),
        ("smtp://[::1]:2525/", SmtpServer("::1", 2525, Encryption.IF_OFFERED)),
        (
            "starttls://u%40x.org:p%3A%2F@mail.example",
            SmtpServer("mail.example", 587, Encryption.STARTTLS, "u@x.org", "p:/"),
        ),
        ("smtps://u:p@mail.example", SmtpServer("mail.example", 465, Encryption.TLS, "u", "p")),
    ],
)
def test_a_server_is_read(url: str, server: SmtpServer) -> None:
    assert read(SMTP_URL=url, **FROM).server == server


@pytest.mark.parametrize(
    "url",
    [
        "mail.example", "http://mail.example", "smtp://", "smtps://u:hunter22@", "smtps://h:x",
        "smtps://u:hunter22/@mail.example", "smtp://u:hunter22@mail.example",
        "smtps://u:hunter22@mail.example/path", "smtps://u:hunter22@mail.example?tls=1",
        "smtps://u:hunter22@mail example", 'smtps://u:hunter22@mail",example',
        "smtps://u:hunter22@mail..example", "smtps://u:hun@hunter22@mail.example",
    ],
)  # fmt: skip
def test_a_server_that_is_none_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(BadSetting, match="SMTP_URL") as error:
        read(SMTP_URL=url, **FROM)
    assert "hunter22" not in str(error.value)


def test_a_password_is_not_shown() -> None:
    server = SmtpServer("mail.example", 465, Encryption.TLS, "u", "hunter22")
    assert "hunter22" not in repr(MailSettings(server))


@pytest.mark.parametrize(
    ("text", "name", "address"),
    [
        ("a@example.com", "Prime", "a@example.com"),
        ("Studio <a@example.com>", "Studio", "a@example.com"),
        ('"Studio, Nord" <a@example.com>', "Studio, Nord", "a@example.com"),
        ("  <a@bücher.example> ", "Prime", "a@bücher.example"),
    ],
)
def test_who_mails_are_from(text: str, name: str, address: str) -> None:
    settings = read(PRIME_MAIL_FROM=text)
    assert (settings.sender_name, settings.sender) == (name, address)


@pytest.mark.parametrize(
    "text", ["Prime", "a@b", "Prime <a@example.com", "Prime\n<a@example.com>", "a@x.org, b@x.org"]
)
def test_who_is_nobody_is_refused(text: str) -> None:
    with pytest.raises(BadSetting, match="PRIME_MAIL_FROM"):
        read(PRIME_MAIL_FROM=text)


def test_where_links_lead() -> None:
    for text in ("https://prime.example", "https://prime.example:8443", "http://127.0.0.1:8787"):
        assert read(PRIME_PUBLIC_URL=f"{text}/").public_url == text
    for text in ("prime.example", "http://prime.example", "https://prime.example/x",
                 "https://u@prime.example", "https://prime.example#x", "https://"):  # fmt: skip
        with pytest.raises(BadSetting, match="PRIME_PUBLIC_URL"):
            read(PRIME_PUBLIC_URL=text)


@pytest.mark.parametrize("lacks", FROM)
def test_a_server_needs_the_other_two(lacks: str) -> None:
    others = {name: value for name, value in FROM.items() if name != lacks}
    with pytest.raises(BadSetting, match=lacks):
        read(SMTP_URL="smtp://localhost:25", **others)
