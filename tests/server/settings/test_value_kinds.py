"""Texts of settings as values, and what is none."""

from collections.abc import Callable
from typing import Any

import pytest

from server.settings import value_kinds


@pytest.mark.parametrize(
    "text",
    ["https://a.example", "https://a.example:8443", "http://127.0.0.1:3000", "http://[::1]:3000",
     "tauri://localhost", "null", "https://a.example, https://b.example", ""],
)  # fmt: skip
def test_origins_are_what_browsers_send(text: str) -> None:
    assert value_kinds.origins(text) == value_kinds.words(text)


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
        value_kinds.origins(text)
    assert str(error.value).endswith(f"; is {meant} meant?") == (meant is not None)


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (value_kinds.whole_number(1, 9), "0"),
        (value_kinds.whole_number(1, 9), "10"),
        (value_kinds.whole_number(1, 9), "1.5"),
        (value_kinds.whole_number(1, 9), "+1"),
        (value_kinds.whole_number(1, 9), "9" * 5_000),
        (value_kinds.number(1, 9), "nan"),
        (value_kinds.number(1, 9), "inf"),
        (value_kinds.number(1, 9), "nine"),
        (value_kinds.one_of("no", "yes"), "Yes"),
        (value_kinds.switch, "maybe"),
        (value_kinds.address, "two words"),
        (value_kinds.address, "a\nb"),
        (value_kinds.directory, "a\0b"),
        (value_kinds.file, "a\0b"),
        (value_kinds.file, "-----BEGIN CERTIFICATE-----\nMIIB"),
        (value_kinds.database_url, "mysql://db/x"),
        (value_kinds.redis_url, "127.0.0.1"),
        (value_kinds.redis_url, "redis://x:port"),
        (value_kinds.redis_url, 'redis://:secret@x",y/0'),
        (value_kinds.redis_url, "redis://:secret@x..y/0"),
        (value_kinds.redis_url, "redis://:sec@ret@x/0"),
        (value_kinds.redis_url, "redis://:secret@x/0?ssl_no=such"),
        (value_kinds.redis_url, "rediss://:secret@x/0?ssl_cert_reqs=some"),
        (value_kinds.address, 'a"'),
        (value_kinds.address, "a..b"),
        (value_kinds.origins, 'https://a"'),
        (value_kinds.secret, "short"),
        (value_kinds.networks, "10.0.0.1/8"),
        (value_kinds.redirects, "studio.example.com"),
    ],
)
def test_what_is_none_is_refused(parse: Callable[[str], Any], text: str) -> None:
    with pytest.raises(ValueError, match=r"^") as error:
        parse(text)
    open_kinds = (value_kinds.networks, value_kinds.redirects, value_kinds.origins)
    assert text not in str(error.value) or parse in open_kinds
    assert "secret" not in str(error.value)


def test_what_is_one_is_read() -> None:
    assert value_kinds.whole_number(1, 9)(" 9") == 9
    assert value_kinds.number(0, 1)("0.5") == 0.5
    assert (value_kinds.one_of("off", "on")("on"), value_kinds.switch("Yes")) == (True, True)
    assert value_kinds.redis_url("") is None
    assert value_kinds.redis_url("unix:///run/redis.sock") == "unix:///run/redis.sock"
    in_full = "rediss://ann:p%40@[::1]:6379/2?socket_timeout=3&ssl_ca_certs=/missing.pem"
    assert value_kinds.redis_url(in_full) == in_full
    assert value_kinds.redirects("https://a.example/x, ") == {"https://a.example/x"}
    assert value_kinds.address("::1") == "::1"
