"""Texts of settings as values, and what is none."""

from collections.abc import Callable
from typing import Any

import pytest

from server.settings import parsing


@pytest.mark.parametrize(
    "text",
    ["https://a.example", "https://a.example:8443", "http://127.0.0.1:3000", "http://[::1]:3000",
     "tauri://localhost", "null", "https://a.example, https://b.example", ""],
)  # fmt: skip
def test_origins_are_what_browsers_send(text: str) -> None:
    assert parsing.origins(text) == parsing.words(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("not a url", None),
        ("a.example", None),
        ("*", None),
        ("https://", None),
        ("https://bücher.example", None),
        ("https://[::1", None),
        ("https://a.example:x", None),
        ("https://a.example/", "https://a.example"),
        ("https://A.example", "https://a.example"),
        ("https://a.example:443", "https://a.example"),
        ("http://a.example:80/login?x", "http://a.example"),
        ("https://me@a.example", "https://a.example"),
        ("https://a.example,https://b.example/x", "https://b.example"),
    ],
)
def test_an_origin_that_no_browser_sends_is_refused(text: str, meant: str | None) -> None:
    with pytest.raises(ValueError, match="is none") as error:
        parsing.origins(text)
    assert str(error.value).endswith(f"; is {meant} meant?") == (meant is not None)


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (parsing.whole_number(1, 9), "0"),
        (parsing.whole_number(1, 9), "10"),
        (parsing.whole_number(1, 9), "1.5"),
        (parsing.whole_number(1, 9), "+1"),
        (parsing.whole_number(1, 9), "9" * 5_000),
        (parsing.number(1, 9), "nan"),
        (parsing.number(1, 9), "inf"),
        (parsing.number(1, 9), "nine"),
        (parsing.one_of("no", "yes"), "Yes"),
        (parsing.switch, "maybe"),
        (parsing.address, "two words"),
        (parsing.address, "a\nb"),
        (parsing.directory, "a\0b"),
        (parsing.file, "a\0b"),
        (parsing.file, "-----BEGIN CERTIFICATE-----\nMIIB"),
        (parsing.database_url, "mysql://db/x"),
        (parsing.redis_url, "127.0.0.1"),
        (parsing.redis_url, "redis://x:port"),
        (parsing.secret, "short"),
        (parsing.networks, "10.0.0.1/8"),
        (parsing.redirects, "studio.example.com"),
    ],
)
def test_what_is_none_is_refused(parse: Callable[[str], Any], text: str) -> None:
    with pytest.raises(ValueError, match=r"^") as error:
        parse(text)
    assert text not in str(error.value) or parse in (parsing.networks, parsing.redirects)


def test_what_is_one_is_read() -> None:
    assert parsing.whole_number(1, 9)(" 9") == 9
    assert parsing.number(0, 1)("0.5") == 0.5
    assert (parsing.one_of("off", "on")("on"), parsing.switch("Yes")) == (True, True)
    assert parsing.redis_url("") is None
    assert parsing.redis_url("unix:///run/redis.sock") == "unix:///run/redis.sock"
    assert parsing.redirects("https://a.example/x, ") == {"https://a.example/x"}
    assert parsing.address("::1") == "::1"
