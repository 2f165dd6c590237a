"""What mails say: for every kind, whatever names people have."""

import re
from collections.abc import Mapping
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from persistence.tables.mail_outbox import PAYLOADS, Mail, MailKind
from server.accounts.mail.mail_settings import MailSettings
from server.accounts.mail.rendering import (
    LINKS,
    CannotWrite,
    MailWriter,
    a_role,
    in_days,
    lasting,
    mailbox,
)
from server.accounts.public_url import PublicUrl

PUBLIC = "https://prime.example"
SETTINGS = MailSettings(
    None, sender="studio@example.com", sender_name="Studio Nord", public_url=PUBLIC
)
WRITER = MailWriter(SETTINGS, PublicUrl(PUBLIC))

TOKEN = "t0ken-_" * 6

PLAIN: dict[str, Any] = {
    "name": "Ann Lee",
    "inviter": "Ben",
    "project": "Night Song",
    "role": "editor",
    "device": "Reaper on the laptop",
    "place": "192.0.2.0/24",
    "time": "2026-01-31 23:59 UTC",
    "address": "new@example.com",
    "token": TOKEN,
    "code": "012345",
    "token_minutes": 60,
    "code_minutes": 10,
    "days": 30,
    "codes": 10,
    "provider": "studio",
    "app": "the tablet",
}

HOSTILE = [
    "Ann\r\nBcc: all@example.com", "Ann\nX-Evil: 1\n\nbody", "\u202egnp.exe",
    "a\u2028b\u2029c\u0085d",
    "<script>alert(1)</script>", "</b></p><a href='https://evil.example'>log in</a>",
    "win $1000 at https://evil.example/x", "evil.example", "www.evil.example:80/a", "{{ 7 * 7 }}",
    "{% raw %}", "\x00\x1b[31m", "=?utf-8?q?evil?=", "a" * 5_000, "", " \u200b ", '"; --',
    "é" * 300,
    "\u0000", "Ann <evil@example.com>", "Subject: x", "\n.\n", "\r\n.\r\nMAIL FROM:<x@y>",
]  # fmt: skip


def payload(kind: MailKind, **others: Any) -> Mapping[str, Any]:
    return {name: others.get(name, PLAIN[name]) for name in PAYLOADS[kind]}


def message(kind: MailKind, recipient: str = "ann@example.com", **others: Any) -> EmailMessage:
    mail = Mail(7, recipient, kind, payload(kind, **others), 1, "prime.7.1")
    return WRITER.message(mail)


@pytest.mark.parametrize("kind", MailKind)
def test_every_kind_has_words(kind: MailKind) -> None:
    written = WRITER.write(kind, payload(kind))
    assert 10 < len(written.subject) < 80
    assert "\n" not in written.subject
    for text in (written.text, written.html):
        assert "Studio Nord" in text
        for name in PAYLOADS[kind]:
            shown = {
                "role": "an editor",
                "token_minutes": "1 hour",
                "code_minutes": "10 minutes",
                "days": "in 30 days",
            }.get(name, str(PLAIN[name]))
            assert shown in text, name
        if kind in LINKS:
            assert f"{PUBLIC}/account#{LINKS[kind]}={TOKEN}" in text
        assert set(re.findall(r"https?://[^/\s\"<]+", text)) == {PUBLIC}
    assert max(map(len, written.text.splitlines())) <= 120
    assert "  \n" not in written.text


@pytest.mark.parametrize("kind", [kind for kind in LINKS if "code" in PAYLOADS[kind]])
def test_a_mail_without_a_code_speaks_of_none(kind: MailKind) -> None:
    written = WRITER.write(kind, payload(kind, code=""))
    for text in (written.text, written.html):
        assert "type this code" not in text
        assert "10 minutes" not in text
        assert f"{PUBLIC}/account#{LINKS[kind]}={TOKEN}" in text
    assert "\n\n\n" not in written.text


@pytest.mark.parametrize("kind", MailKind)
def test_what_lacks_is_no_mail_with_a_hole(kind: MailKind) -> None:
    with pytest.raises(CannotWrite):
        WRITER.write(kind, {})
    with pytest.raises(CannotWrite):
        WRITER.write(kind, dict.fromkeys(PAYLOADS[kind]) | {"token_minutes": "soon", "days": "x"})


@pytest.mark.parametrize("kind", MailKind)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_one_line_of_text_and_no_link(kind: MailKind, name: str) -> None:
    others = dict.fromkeys(("name", "inviter", "project", "device"), name)
    made = message(kind, **others)
    assert sorted(made.keys()) == sorted(message(kind).keys())
    written = WRITER.write(kind, payload(kind, **others))
    lines = len(WRITER.write(kind, payload(kind)).text.splitlines())
    assert len(written.text.splitlines()) == lines
    tags = re.findall(r"<\w+", WRITER.write(kind, payload(kind)).html)
    assert re.findall(r"<\w+", written.html) == tags
    for text in (written.subject, written.text, written.html):
        assert "://evil" not in text
        assert "evil.example" not in text
        assert not re.search(r"[\u202a-\u202e\u2066-\u2069\u2028\u2029\x00\x1b]", text)


@given(name=st.text(max_size=200))
def test_whatever_the_name_is_it_adds_no_header(name: str) -> None:
    made = message(MailKind.INVITATION, inviter=name, project=name)
    raw = made.as_bytes()
    head = raw.partition(b"\r\n\r\n")[0]
    names = [line.partition(b":")[0] for line in re.split(rb"\r\n(?![ \t])", head)]
    assert sorted(names) == sorted(
        [
            b"From", b"To", b"Subject", b"Date", b"Message-ID", b"Auto-Submitted", b"MIME-Version",
            b"Content-Type",
        ]
    )  # fmt: skip
    assert b"\n" not in raw.replace(b"\r\n", b"")


def test_its_headers_say_who_writes_and_that_no_machine_should_answer() -> None:
    made = message(MailKind.RESET_PASSWORD)
    assert made["From"] == "Studio Nord <studio@example.com>"
    assert made["To"] == "ann@example.com"
    assert made["Auto-Submitted"] == "auto-generated"
    assert made["Message-ID"] == "<prime.7.1@example.com>"
    assert made["Date"].datetime.tzinfo is not None
    assert [part.get_content_type() for part in made.iter_parts()] == ["text/plain", "text/html"]


def test_a_recipient_is_written_as_mail_servers_read_it() -> None:
    assert mailbox("Ann@Bücher.example") == ("Ann", "xn--bcher-kva.example")
    for recipient in ("ann", "ann@", "a@b\r\nBcc: x@y.example", "ann@exa mple.com", "@", ""):
        with pytest.raises(CannotWrite):
            message(MailKind.NEW_LOGIN, recipient)


def test_numbers_are_in_words() -> None:
    assert [lasting(n) for n in (1, 10, 60, 90, 120, 1_440, 10_080)] == [
        "1 minute", "10 minutes", "1 hour", "90 minutes", "2 hours", "1 day", "7 days",
    ]  # fmt: skip
    assert [in_days(n) for n in (0, 1, 30)] == ["now", "in 1 day", "in 30 days"]
    assert [a_role(role) for role in ("editor", "viewer")] == ["an editor", "a viewer"]
