"""The health check of a container finds the node by the settings that the node has."""

import http.server
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

import pytest

from machine.deploying.healthcheck import main
from machine.sockets.certificate_authority import CertificateAuthority


class Answers(http.server.BaseHTTPRequestHandler):
    """As a node at /healthz."""

    status = HTTPStatus.OK

    def do_GET(self) -> None:
        self.send_response(self.status if self.path == "/healthz" else HTTPStatus.NOT_FOUND)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@contextmanager
def listening(context: ssl.SSLContext | None = None) -> Iterator[int]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join(10)


@pytest.mark.parametrize("host", ["0.0.0.0", "127.0.0.1"])
@pytest.mark.parametrize("has_tls", [False, True])
def test_a_node_is_asked_as_it_listens(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, host: str, has_tls: bool
) -> None:
    context = None
    if has_tls:
        authority = CertificateAuthority(tmp_path)
        authority.write("nobody that is trusted here")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(authority.certificate, authority.key)
        monkeypatch.setenv("PRIME_TLS_CERT", str(authority.certificate))
    monkeypatch.setenv("PRIME_HOST", host)
    monkeypatch.setenv("http_proxy", "http://192.0.2.1:1")
    with listening(context) as port:
        monkeypatch.setenv("PRIME_PORT", str(port))
        assert main() == 0
        monkeypatch.setattr(Answers, "status", HTTPStatus.SERVICE_UNAVAILABLE)
        assert main() == 1


def test_where_nobody_listens_one_line_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with listening() as port:
        monkeypatch.setenv("PRIME_PORT", str(port))
    assert main() == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
