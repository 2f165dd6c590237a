"""The page where links of mails lead: what a browser is given, and what it may do with it."""

import asyncio
import base64
import hashlib
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from server.accounts.mail.mail_settings import MailSettings
from server.router.account_page.page import HEADERS, PAGE, POLICY, SCRIPT, answer_to_form
from server.settings.settings import Settings
from tests.server.conftest import Node
from tests.server.wire import PATIENCE

SETTINGS = Settings("127.0.0.1", 0, Path(), None, (), None)


def hashes(tag: str) -> list[str]:
    """Of what stands between such tags, as browsers compute them."""
    texts = re.findall(rf"<{tag}[^>]*>(.*?)</{tag}>", PAGE, re.DOTALL)
    digests = [hashlib.sha256(text.encode()).digest() for text in texts]
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]


def test_Z1_only_its_own_script_and_style_run_and_it_talks_to_its_own_host_alone() -> None:
    policy = {part.split()[0]: part.split()[1:] for part in POLICY.split("; ")}
    assert policy == {
        "default-src": ["'none'"],
        "script-src": hashes("script"),
        "style-src": hashes("style"),
        "connect-src": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
    assert [len(hashes(tag)) for tag in ("script", "style")] == [1, 1]
    assert re.findall(r"""\b(?:src|href|style|on\w+)=["']""", PAGE) == []
    assert re.findall(r"https?://", PAGE) == []
    headers = dict(HEADERS)
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert all(value.isascii() and "\n" not in value for value in headers.values())


def test_texts_of_others_are_never_read_as_html() -> None:
    for dangerous in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert dangerous not in SCRIPT


def test_the_script_is_one_and_imports_nothing() -> None:
    assert re.findall(r"^(?:import|export)\b", SCRIPT, re.MULTILINE) == []
    assert "@@" not in PAGE


def test_where_only_some_sites_may_connect_the_page_may_too() -> None:
    public = MailSettings(public_url="https://prime.example")
    some = replace(SETTINGS, origins=("https://daw.example",))
    assert (replace(SETTINGS, mail=public)).all_origins == ()
    assert some.all_origins == ("https://daw.example",)
    assert (replace(some, mail=public)).all_origins == (
        "https://daw.example",
        "https://prime.example",
    )


@pytest.mark.node
@pytest.mark.postgres
async def test_Z1_a_node_serves_it_whatever_the_link_asks_for(node: Node) -> None:
    where = urlsplit(node.url)
    bodies = []
    for path in ("/account", "/account?state=x&code=y"):
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: test\r\n\r\n".encode())
        async with asyncio.timeout(PATIENCE):
            head, _, body = (await reader.read()).decode().partition("\r\n\r\n")
        writer.close()
        await writer.wait_closed()
        lines = head.split("\r\n")
        assert lines[0] == "HTTP/1.1 200 OK"
        for name, value in HEADERS:
            assert [line for line in lines if line.startswith(f"{name}:")] == [f"{name}: {value}"]
        assert not any(line.lower().startswith("set-cookie") for line in lines)
        bodies.append(body)
    assert bodies == [PAGE, PAGE]


FORM = b"code=c%2Fd&state=a-state&id_token=x.y.z&user=%7B%22name%22%3A%22Ann%22%7D"


@pytest.mark.parametrize(
    ("form", "location"),
    [
        (FORM, "/account?code=c%2Fd&state=a-state"),
        (b"state=s&iss=https%3A%2F%2Fa.example", "/account?state=s&iss=https%3A%2F%2Fa.example"),
        (b"error=user_cancelled&state=s", "/account?error=user_cancelled&state=s"),
        (b"state=%0d%0aX%3a+y&code=%23fragment", "/account?state=%0D%0AX%3A+y&code=%23fragment"),
    ],
)  # fmt: skip
def test_A72_a_form_leads_the_browser_to_the_page_with_what_a_provider_says(
    form: bytes, location: str
) -> None:
    answer = answer_to_form(form)
    headers = dict(answer.headers)
    assert (answer.status, answer.body, headers["Location"]) == (303, "", location)
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(
    "form",
    [b"", b"code=c", b"state=s&state=t", b"state=s&code=c&code=d", b"nothing", b"state=\xff",
     b"&".join(b"a%d=b" % n for n in range(20)) + b"&state=s"],
)  # fmt: skip
def test_A72_any_other_form_is_none(form: bytes) -> None:
    answer = answer_to_form(form)
    assert (answer.status, answer.headers) == (400, ())


@pytest.mark.postgres
async def test_A72_a_browser_posts_to_the_page_and_to_no_other(node: Node) -> None:
    kind = "Content-Type: application/x-www-form-urlencoded\r\nOrigin: null\r\n"
    told = {}
    for path in ("/account", "/v1", "/studio"):
        request = f"POST {path} HTTP/1.1\r\nHost: test\r\n{kind}Content-Length: {len(FORM)}\r\n\r\n"
        where = urlsplit(node.url)
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        writer.write(request.encode() + FORM)
        async with asyncio.timeout(PATIENCE):
            told[path] = (await reader.read()).decode()
        writer.close()
        await writer.wait_closed()
    assert told["/account"].startswith("HTTP/1.1 303 ")
    assert "\r\nLocation: /account?code=c%2Fd&state=a-state\r\n" in told["/account"]
    assert " 303 " not in told["/v1"] + told["/studio"]
    assert "a-state" not in told["/v1"] + told["/studio"]
