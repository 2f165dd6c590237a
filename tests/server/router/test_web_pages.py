"""The pages of `web/dist`, as a browser is given them."""

import asyncio
import gzip
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from server.router.web_pages import NOT_BUILT, POLICY, WebPages
from server.sockets.handshaking.http_answer import HttpAsked
from tests.server.conftest import Node, Nodes
from tests.server.wire import PATIENCE

STUDIO = b"<!doctype html><title>Prime</title>" + b" " * 500


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    built = tmp_path / "dist"
    built.mkdir()
    (built / "studio.html").write_bytes(STUDIO)
    (built / "studio.js").write_bytes(b"render()" * 20_000)
    (built / "icon.svg").write_bytes(b"<svg/>")
    (built / "secret.env").write_bytes(b"no")
    (built.parent / "beside.js").write_bytes(b"no")
    return built


def test_Z4_a_page_is_told_apart_from_its_former_self_and_zipped_for_who_takes_it(
    folder: Path,
) -> None:
    pages = WebPages(folder)
    whole = pages.answer(HttpAsked("/studio"))
    assert whole is not None
    headers = dict(whole.headers)
    assert (whole.status, whole.body) == (200, STUDIO)
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers["Content-Security-Policy"] == POLICY
    assert "Content-Encoding" not in headers
    zipped = pages.answer(HttpAsked("/studio", accept_encoding="br, GZIP;q=0.8"))
    assert zipped is not None
    assert dict(zipped.headers)["Content-Encoding"] == "gzip"
    assert isinstance(zipped.body, bytes)
    assert gzip.decompress(zipped.body) == STUDIO
    again = pages.answer(HttpAsked("/studio", if_none_match=f'"x", {headers["ETag"]}'))
    assert again is not None
    assert (again.status, again.body) == (304, b"")
    assert dict(again.headers)["ETag"] == headers["ETag"]
    (folder / "studio.html").write_bytes(b"another")
    changed = WebPages(folder).answer(HttpAsked("/studio"))
    assert changed is not None
    assert dict(changed.headers)["ETag"] != headers["ETag"]


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("{tag}", 304),
        ("W/{tag}", 304),
        ('"x",W/{tag}', 304),
        (' , "a,b" ,\t, {tag} ,', 304),
        ("*", 304),
        (" *\t", 304),
        ("", 200),
        ('""', 200),
        ('"x"', 200),
        ("{opaque}", 200),
        ('"a{opaque}"', 200),
        ('"{opaque}z", "x"', 200),
        ('"x{tag}', 200),
        ('"x" {tag}', 200),
        ("{tag}, x", 200),
        ("w/{tag}", 200),
        ('*, "x"', 200),
        (",", 200),
        (",\t " * 5_000 + "x", 200),
        ('"x", ' * 2_000 + "{tag}", 304),
    ],
)
def test_Z4_an_etag_is_compared_whole_weak_or_not(folder: Path, header: str, status: int) -> None:
    """By the grammar of RFC 9110, 13.1.2; what breaks it names nothing."""
    pages = WebPages(folder)
    whole = pages.answer(HttpAsked("/studio"))
    assert whole is not None
    tag = dict(whole.headers)["ETag"].removeprefix("W/")
    sent = header.replace("{tag}", tag).replace("{opaque}", tag.strip('"'))
    answer = pages.answer(HttpAsked("/studio", if_none_match=sent))
    assert answer is not None
    assert answer.status == status


@pytest.mark.parametrize("encodings", ["", "identity", "gzip;q=0", "br", "gzip; q=0.0, br"])
def test_who_does_not_take_gzip_gets_none(folder: Path, encodings: str) -> None:
    answer = WebPages(folder).answer(HttpAsked("/web/studio.js", accept_encoding=encodings))
    assert answer is not None
    assert answer.body == b"render()" * 20_000


@pytest.mark.parametrize(
    "path",
    ["/web/", "/web", "/web/../beside.js", "/web/%2e%2e/beside.js", "//studio", "/web/secret.env",
     "/web//etc/passwd", "/web/studio.js/", "/web/\0", "/studio/", "/web/none.js", "/STUDIO"],
)  # fmt: skip
def test_nothing_but_the_files_of_the_folder_is_served(folder: Path, path: str) -> None:
    assert WebPages(folder).answer(HttpAsked(path)) is None


def test_where_nothing_is_built_the_page_says_how_and_where_it_is_off_there_is_none(
    tmp_path: Path,
) -> None:
    answer = WebPages(tmp_path / "none").answer(HttpAsked("/studio"))
    assert answer is not None
    assert (answer.status, answer.body) == (503, NOT_BUILT)
    assert WebPages(None).answer(HttpAsked("/studio")) is None


async def asked(node: Node, path: str, *headers: str, method: str = "GET") -> tuple[bytes, bytes]:
    """Head and body of what is answered."""
    host, port = node.url.removeprefix("ws://").split("/")[0].split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    lines = (f"{method} {path} HTTP/1.1", f"Host: {host}:{port}", *headers, "", "")
    writer.write("\r\n".join(lines).encode())
    async with asyncio.timeout(PATIENCE):
        answer = await reader.read()
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    return head, body


@pytest.mark.node
async def test_Z4_a_node_serves_them_whole(
    nodes: Nodes, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.app.FOLDER", folder)
    node = await nodes.start()
    head, body = await asked(node, "/studio?x=1")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert f"Content-Length: {len(STUDIO)}\r\n".encode() in head + b"\r\n"
    assert body == STUDIO
    head, body = await asked(node, "/web/studio.js")
    assert body == b"render()" * 20_000
    head, body = await asked(node, "/web/studio.js", method="HEAD")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert b"Content-Length: 160000" in head
    assert body == b""
    assert (await asked(node, "/studio", method="POST"))[0].startswith(b"HTTP/1.1 405 ")
    assert (await asked(node, "/operator"))[0].startswith(b"HTTP/1.1 503 "), "it is not built"
    head, body = await asked(node, "/")
    assert head.startswith(b"HTTP/1.1 302 ")
    assert b"\r\nLocation: /studio\r\n" in head + b"\r\n"
    assert (await asked(node, "/nowhere"))[0].startswith(b"HTTP/1.1 404 ")


@pytest.mark.node
async def test_who_reads_a_page_slowly_gets_all_of_it(
    nodes: Nodes, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What ends connections that do not close is shorter here than such a reader takes."""
    monkeypatch.setattr("server.app.FOLDER", folder)
    monkeypatch.setattr("server.sockets.connection.CLOSING_SECONDS", 0.0)
    (folder / "large.js").write_bytes(b"x" * 4_000_000)
    node = await nodes.start()
    host, port = node.url.removeprefix("ws://").split("/")[0].split(":")
    reader, writer = await asyncio.open_connection(host, int(port), limit=2**10)
    writer.write(f"GET /web/large.js HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    got = 0
    async with asyncio.timeout(PATIENCE):
        while some := await reader.read(2**16):
            got += len(some)
            await asyncio.sleep(0)
    writer.close()
    assert got > 4_000_000


HANDSHAKE = (
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol: prime.v1.json",
)


@pytest.mark.node
async def test_Z4_the_servers_own_page_may_connect_whatever_origins_are_named(
    nodes: Nodes,
) -> None:
    """And none of a foreign name that leads here: it is told why, and so is the operator, once."""
    node = await nodes.start(origins=("https://elsewhere.example",))
    own = node.url.removeprefix("ws://").split("/")[0]
    host, port = own.split(":")
    foreign = f"rebound.evil:{port}"
    with capture_logs() as logs:
        for asked, origin, status in (
            (own, f"http://{own}", b"101"),
            (f"localhost:{port}", f"http://localhost:{port}", b"101"),
            (f"elsewhere.example:{port}", f"http://elsewhere.example:{port}", b"101"),
            (own, "https://elsewhere.example", b"101"),
            (own, "https://other.example", b"403"),
            (foreign, f"http://{foreign}", b"403"),
        ):
            reader, writer = await asyncio.open_connection(host, int(port))
            lines = ("GET /v1 HTTP/1.1", f"Host: {asked}", f"Origin: {origin}", *HANDSHAKE, "", "")
            writer.write("\r\n".join(lines).encode())
            async with asyncio.timeout(PATIENCE):
                first = await reader.readline()
                assert first.split()[1] == status, origin
                if status == b"403":
                    assert b"PRIME_PUBLIC_URL" in await reader.read()
            writer.close()
    [told] = [line for line in logs if line["event"] == "page refused"]
    assert told["origin"] == "https://other.example"
