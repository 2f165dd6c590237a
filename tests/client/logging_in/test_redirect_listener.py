"""The port that a browser is led back to takes what belongs to this login, and nothing else."""

import asyncio

import pytest

from prime_client.logging_in.redirect_listener import RedirectListener, listening_for_redirect


async def get(back: RedirectListener, target: str, method: str = "GET") -> bytes:
    port = int(back.address.rpartition(":")[2].partition("/")[0])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"{method} {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    return answer


async def test_it_takes_the_address_with_the_state_and_tells_nothing_of_it() -> None:
    async with listening_for_redirect() as back:
        back.expect("the state")
        answer = await get(back, "/callback?code=the%2Bcode&state=the%20state&iss=https://x")
        assert answer.startswith(b"HTTP/1.1 200 OK")
        assert b"the+code" not in answer
        assert b"no-referrer" in answer
        brought = await back.answer()
    assert brought == {"code": "the+code", "state": "the state", "iss": "https://x"}


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GET", "/callback?code=x&state=another"),
        ("GET", "/callback?code=x"),
        ("GET", "/favicon.ico"),
        ("POST", "/callback?code=x&state=s"),
        ("GET", "/callback?code=x&state=\u00e4"),
    ],
)
async def test_anything_else_is_not_found_and_it_goes_on_waiting(method: str, target: str) -> None:
    async with listening_for_redirect() as back:
        back.expect("s")
        assert (await get(back, target, method)).startswith(b"HTTP/1.1 404")
        await get(back, "/callback?error=access_denied&state=s")
        assert (await back.answer())["error"] == "access_denied"


async def test_what_comes_before_the_browser_was_sent_out_is_not_taken() -> None:
    async with listening_for_redirect() as back:
        assert (await get(back, "/callback?code=x&state=")).startswith(b"HTTP/1.1 404")
