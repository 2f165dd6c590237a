"""ops/haproxy/prime.cfg and ops/nginx/prime.conf, as they are but for lines that say "yours"."""

import asyncio
import http.client
import os
import shutil
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from prime_client import Client
from prime_client.failures import CannotConnect
from tests.ops.editors import two_editors
from tests.ops.nodes import ROOT, Node, certificate, database, until
from tests.server import valkey_servers

pytestmark = [pytest.mark.node, pytest.mark.postgres, pytest.mark.redis]

INSIDE = ("/metrics", "/healthz", "/readyz", "/v1/", "/account/x", "/web/x/y")


class Proxy:
    """One that runs: where it listens with TLS and without, and whom to trust."""

    def __init__(self, port: int, plain_port: int, authority: Path) -> None:
        self.port = port
        self.plain_port = plain_port
        self.url = f"wss://127.0.0.1:{port}/v1"
        self.tls = ssl.create_default_context(cafile=str(authority))

    def get(self, path: str, **headers: str) -> http.client.HTTPResponse:
        """What is answered over TLS."""
        with_tls = http.client.HTTPSConnection("127.0.0.1", self.port, context=self.tls)
        return answer(with_tls, path, headers)

    def get_plain(self, path: str) -> http.client.HTTPResponse:
        """What is answered without."""
        plain = http.client.HTTPConnection("127.0.0.1", self.plain_port)
        return answer(plain, path, {"Host": "localhost"})


def answer(
    connection: http.client.HTTPConnection, path: str, headers: dict[str, str]
) -> http.client.HTTPResponse:
    with closing(connection):
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        response.read()
        return response


def written(source: Path, changes: dict[str, str]) -> str:
    """The file with an operator's values: every change is in a line that says so."""
    lines = source.read_text(encoding="utf-8").splitlines()
    used = set()
    for number, line in enumerate(lines):
        for old, new in changes.items():
            if "# yours" in line and old in line:
                lines[number] = lines[number].replace(old, new)
                used.add(old)
    assert used == changes.keys()
    return "\n".join(lines) + "\n"


def haproxy(directory: Path, ports: list[int], nodes: list[int]) -> list[str]:
    crt, key = certificate(directory)
    both = directory / "prime.pem"
    both.write_bytes(crt.read_bytes() + key.read_bytes())
    text = written(
        ROOT / "ops" / "haproxy" / "prime.cfg",
        {
            "/etc/haproxy/prime.pem": str(both),
            ":443": f"127.0.0.1:{ports[0]}",
            ":80": f"127.0.0.1:{ports[1]}",
            "127.0.0.1:8801": f"127.0.0.1:{nodes[0]}",
            "127.0.0.1:8802": f"127.0.0.1:{nodes[1]}",
            "maxconn 9000": "maxconn 100",
        },
    )
    if os.geteuid() != 0:  # it cannot become another user, and need not
        text = "\n".join(
            line
            for line in text.splitlines()
            if line.split()[:1] not in (["user"], ["group"], ["chroot"])
        )
    (directory / "prime.cfg").write_text(text + "\n")
    return [program("haproxy"), "-db", "-f", str(directory / "prime.cfg")]


def nginx(directory: Path, ports: list[int], nodes: list[int]) -> list[str]:
    crt, key = certificate(directory)
    text = written(
        ROOT / "ops" / "nginx" / "prime.conf",
        {
            "/etc/nginx/prime.crt": str(crt),
            "/etc/nginx/prime.key": str(key),
            "listen 443": f"listen 127.0.0.1:{ports[0]}",
            "listen 80": f"listen 127.0.0.1:{ports[1]}",
            "127.0.0.1:8801": f"127.0.0.1:{nodes[0]}",
            "127.0.0.1:8802": f"127.0.0.1:{nodes[1]}",
            "prime.example.com": "localhost",
        },
    )
    (directory / "prime.conf").write_text(text)
    temporary = "\n".join(
        f"{kind}_temp_path {directory}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (directory / "nginx.conf").write_text(
        f"pid {directory}/pid;\nerror_log {directory}/error.log;\n"
        "events { worker_connections 512; }\n"
        f"http {{\naccess_log off;\n{temporary}\ninclude {directory}/prime.conf;\n}}\n"
    )
    words = ["-p", str(directory), "-c", str(directory / "nginx.conf"), "-g", "daemon off;"]
    return [program("nginx"), *words]


def program(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        pytest.skip(f"there is no {name} on this machine")
    return found


COMMANDS = {"haproxy": haproxy, "nginx": nginx}


@contextmanager
def proxy(name: str, directory: Path, nodes: list[int]) -> Iterator[Proxy]:
    """It, before these nodes, until the block ends."""
    directory.mkdir()
    ports = [valkey_servers.free_port(), valkey_servers.free_port()]
    command = COMMANDS[name](directory, ports, nodes)
    with (directory / "said").open("w") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said)
    running = Proxy(ports[0], ports[1], directory / "prime.crt")

    def answers() -> bool:
        assert process.poll() is None, (directory / "said").read_text()
        try:
            return running.get("/account").status == 200
        except OSError:
            return False

    try:
        until(answers)
        yield running
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(scope="module")
def nodes(
    postgres_dsn: str, template_name: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[Node]]:
    """Two, on one database and one bus."""
    directory = tmp_path_factory.mktemp("nodes")
    with database(postgres_dsn, template_name) as url, valkey_servers.server(directory) as bus:
        environment = {
            "DATABASE_URL": url,
            "REDIS_URL": bus.url,
            "PRIME_PROXIES": "127.0.0.1",
            "PRIME_BEHIND_PROXY": "1",
            "PRIME_ORIGINS": "https://prime.example.com",
        }
        both = [Node(ROOT, environment, directory / f"{name}.log") for name in ("one", "two")]
        try:
            for node in both:
                node.start()
            yield both
        finally:
            for node in both:
                node.end()


@pytest.mark.parametrize("name", COMMANDS)
async def test_a_node_stops_behind_it_and_nothing_is_lost(
    name: str, nodes: list[Node], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with proxy(name, tmp_path / name, [node.port for node in nodes]) as before:
        people = (f"ada.{name}@example.org", f"ben.{name}@example.org")
        async with two_editors([before.url], before.tls, people) as both:
            assert len({editor.client.node for editor in both.editors}) == 2
            await both.go_on()
            assert await asyncio.to_thread(nodes[0].stop) == 0
            await both.go_on()
            await asyncio.to_thread(nodes[0].start)
            await both.go_on()
            lost = await both.lost(before.url, before.tls)
            with capsys.disabled():
                sys.stdout.write(f"\n{name}: {both.told(lost)}\n")
            assert lost == 0
        assert {path: before.get(path).status for path in INSIDE} == dict.fromkeys(INSIDE, 404)
        assert before.get("/studio").status in (200, 503)
        assert before.get("/account").headers["Strict-Transport-Security"]
        plain = before.get_plain("/account")
        assert (plain.status, plain.headers["Location"]) == (301, "https://localhost/account")
        with pytest.raises(CannotConnect, match=r"certificate is not trusted: .*cafile="):
            async with Client(before.url, device="trusts nobody here"):
                pass


class Listener(BaseHTTPRequestHandler):
    """A node that keeps the headers of what it was asked."""

    heard: ClassVar[list[dict[str, list[str]]]] = []

    def do_GET(self) -> None:
        if self.path == "/account":
            names = ("X-Forwarded-For", "Forwarded")
            self.heard.append({name: self.headers.get_all(name) or [] for name in names})
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.parametrize("name", COMMANDS)
def test_what_a_client_says_of_its_address_is_thrown_away(name: str, tmp_path: Path) -> None:
    node = HTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=node.serve_forever, args=(0.01,)).start()
    try:
        with proxy(name, tmp_path / name, [node.server_port] * 2) as before:
            forged = {"X-Forwarded-For": "6.6.6.6", "Forwarded": "for=6.6.6.6"}
            assert before.get("/account", **forged).status == 200
        assert Listener.heard[-1] == {"X-Forwarded-For": ["127.0.0.1"], "Forwarded": []}
    finally:
        node.shutdown()
        node.server_close()


HANDSHAKE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol": "prime.v1.json",
}


@pytest.mark.parametrize("name", COMMANDS)
def test_Z4_behind_it_the_nodes_own_page_may_connect_and_none_of_a_foreign_name(
    name: str, nodes: list[Node], tmp_path: Path
) -> None:
    """Also where the proxy listens on a port that is not the usual one."""
    with proxy(name, tmp_path / name, [node.port for node in nodes]) as before:
        for host, status in (
            (f"prime.example.com:{before.port}", 101),
            (f"127.0.0.1:{before.port}", 101),
            (f"rebound.evil:{before.port}", 403),
        ):
            headers = {"Host": host, "Origin": f"https://{host}", **HANDSHAKE}
            assert before.get("/v1", **headers).status == status, host
